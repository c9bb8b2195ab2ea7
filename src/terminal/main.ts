// `acgs …`: the commands that need no running bot. The words of `/acgs` follow when the terminal shares the bot's record.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import { createLog } from '../log.ts';
import { loadRunbooks } from '../runbook/index.ts';
import { catalogOf } from '../systems/catalog.ts';
import { createSystems } from '../systems/index.ts';
import { lintReport } from './runbooks-lint.ts';

const usage = `acgs: incident response that runs a runbook

  acgs runbooks lint [FOLDER …]   checks runbook packages; default runbooks/acgs2
  acgs --help                     this list

Exit codes: 0 fine, 1 the work failed, 2 wrong use, 3 a system that is needed cannot be reached.
`;

process.exitCode = await run(process.argv.slice(2));

async function run(words: readonly string[]): Promise<number> {
  const { values, positionals } = read(words) ?? { values: {}, positionals: undefined };
  if (positionals === undefined) return misuse(`An option of "${words.join(' ')}" is not known.`);
  if (values.help === true || positionals.length === 0) {
    process.stdout.write(usage);
    return 0;
  }
  const [first, second, ...folders] = positionals;
  if (first === 'runbooks' && second === 'lint') return lint(folders);
  return misuse(`"${positionals.join(' ')}" is not a command of the terminal.`);
}

function read(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: { help: { type: 'boolean', short: 'h' } }, allowPositionals: true });
  } catch {
    return undefined;
  }
}

function misuse(why: string): number {
  process.stderr.write(`${why}\n\n${usage}`);
  return 2;
}

/** The systems are not connected: only their kinds of checks and the parameters are asked for. */
async function lint(folders: readonly string[]): Promise<number> {
  const given = {
    clock: systemClock,
    log: createLog({ level: 'silent' }),
    labels: { service: 'service', status: 'status' },
    constitutionalHash: '',
  };
  const systems = createSystems({}, given);
  const shipped = resolve(import.meta.dirname, '../../runbooks/acgs2');
  const loaded = await loadRunbooks(
    folders.length === 0 ? [shipped] : folders.map((folder) => resolve(folder)),
    catalogOf(systems.systems),
  );
  const { text, exitCode } = lintReport(loaded);
  (loaded.ok ? process.stdout : process.stderr).write(text);
  await systems.close();
  return exitCode;
}
