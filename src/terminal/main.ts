// `acgs …`: reads the command, gives it what it needs, and turns what comes of it into an exit code.

import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { systemClock } from '../clock.ts';
import { type LocalConfig, loadLocalConfig } from '../config.ts';
import { NoRecordThere } from '../core/audit.ts';
import { parseCommand } from '../core/command.ts';
import { DamagedStore, StoreUnavailable } from '../core/ports.ts';
import { createLog } from '../log.ts';
import { openOperatorDesk } from '../operator-desk.ts';
import { randomIds } from '../random-ids.ts';
import { loadRunbooks } from '../runbook/index.ts';
import { openForErasing, openForReading } from '../store/index.ts';
import { catalogOf } from '../systems/catalog.ts';
import { createSystems } from '../systems/index.ts';
import { askAtDesk, type Typed } from './at-desk.ts';
import { auditErase } from './audit-erase.ts';
import { auditExport } from './audit-export.ts';
import { auditVerify } from './audit-verify.ts';
import type { Means } from './means.ts';
import { readOptions } from './options.ts';
import { lintReport } from './runbooks-lint.ts';
import { askRunningBot, socketOf } from './socket.ts';
import { WrongUse } from './wrong-use.ts';

const usage = `acgs: incident response that runs a runbook

  acgs incident list [all]        the open incidents, or all of them
  acgs incident show INC-7        one incident: checks, hypotheses, timeline
  acgs incident latency [note]    declares one from that runbook
  acgs status                     what is open
  acgs ack [INC-7]                acknowledges it and stops the escalation clock
  acgs checks [INC-7]             has the running bot ask all checks again
  acgs timeline add TEXT          puts a note in its record
  acgs resolve [INC-7] REASON     resolves it
  acgs debts, acgs oncall         temporary changes that are in place; who is on which level

  acgs audit verify [--head HEAD …] [--heads FILE]
                                  walks every chain of the record and names the first bad event of
                                  each broken one; HEAD is a line as it was posted to Slack
  acgs audit export [--incident INC-7] [--out FILE]
                                  the record as JSON Lines, for another program to check
  acgs audit erase --event INC-7:12 | --person U0123 [--yes]
                                  erases words, or a person's id; the chain stays whole
  acgs runbooks lint [FOLDER …]   checks runbook packages; default runbooks/acgs2
  acgs --help                     this list

Commands that need the configuration take --config FILE, else ACGS_CONFIG names it. --incident INC-7 says which
incident is meant; without it the only open one is. Everything is recorded with your name at this machine.
Exit codes: 0 fine, 1 the work failed, 2 wrong use, 3 a system that is needed cannot be reached.
`;

const log = createLog({ level: 'silent' });

const means: Means = {
  openRecord: async (path) => openForReading(configured(path).store, log),
  askBot: async (path, asked) => askedOverSocket(configured(path), asked),
  openEraser: async (path) => openForErasing(configured(path).store, { clock: systemClock, ids: randomIds, log }),
  operator: userInfo().username,
  out: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  output: () => process.stdout,
  async ask(question) {
    if (!process.stdin.isTTY) return undefined;
    const line = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await line.question(question);
    } finally {
      line.close();
    }
  },
};

// What a command made for itself is removed at the exit, which a signal alone would skip.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => process.exit(signal === 'SIGINT' ? 130 : 143));

process.exitCode = await run(process.argv.slice(2)).catch(failed);

async function run(words: readonly string[]): Promise<number> {
  const [first = '--help', second, ...rest] = words;
  if (['--help', '-h', 'help'].includes(first)) {
    means.out(usage);
    return 0;
  }
  if (first === 'runbooks' && second === 'lint') return lint(readOptions(rest, {}).positionals);
  if (first === 'audit' && second === 'verify') return auditVerify(rest, means);
  if (first === 'audit' && second === 'export') return auditExport(rest, means);
  if (first === 'audit' && second === 'erase') return auditErase(rest, means);
  if (parseCommand(words.join(' ')).kind === 'help') {
    throw new WrongUse(`"${words.join(' ').slice(0, 80)}" is not a command of the terminal.`);
  }
  return atDesk(words);
}

/** A bot that runs on an embedded store is asked; otherwise the store is opened here, beside the bots or without one. */
async function atDesk(words: readonly string[]): Promise<number> {
  const { values, positionals } = readOptions(words, { config: { type: 'string' }, incident: { type: 'string' } });
  const config = configured(values.config);
  const typed = { words: positionals, operator: means.operator, incident: values.incident };
  const said = (await askedOverSocket(config, typed)) ?? (await askedHere(config, typed));
  (said.exitCode === 0 ? means.out : means.complain)(said.text);
  return said.exitCode;
}

async function askedOverSocket({ store }: LocalConfig, typed: Parameters<typeof askRunningBot>[1]) {
  return store.kind === 'embedded' ? askRunningBot(socketOf(store), typed) : undefined;
}

async function askedHere(config: LocalConfig, typed: Typed) {
  const { desk, close } = await openOperatorDesk(config, log);
  try {
    return await askAtDesk(desk, typed);
  } finally {
    await close();
  }
}

function configured(path: string | undefined): LocalConfig {
  const loaded = loadLocalConfig(path);
  if (loaded.ok) return loaded.config;
  throw new WrongUse(['The configuration cannot be used:', ...loaded.problems.map((one) => `  ${one}`)].join('\n'));
}

function failed(error: unknown): number {
  if (error instanceof WrongUse) {
    process.stderr.write(`${error.message}\n\`acgs --help\` lists what there is.\n`);
    return 2;
  }
  if (error instanceof NoRecordThere || error instanceof StoreUnavailable) {
    process.stderr.write(`${error.message}\n`);
    return error instanceof NoRecordThere ? 2 : error instanceof DamagedStore ? 1 : 3;
  }
  throw error;
}

/** The systems are not connected: only their kinds of checks and the parameters are asked for. */
async function lint(folders: readonly string[]): Promise<number> {
  const given = {
    clock: systemClock,
    log,
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
