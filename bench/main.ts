// `npm run bench`: runs the benchmarks, prints their table and keeps the figures.

import { parseArgs } from 'node:util';
import { startRealPostgres, whyNoPostgres } from '../test/support/real-postgres.ts';
import { ack } from './ack.ts';
import type { Benchmark, Results } from './benchmark.ts';
import { charts } from './charts.ts';
import { evidence } from './evidence.ts';
import { flood } from './flood.ts';
import { memory } from './memory.ts';
import { keep, machineText, tableOf } from './report.ts';
import { start } from './start.ts';

const benchmarks: readonly Benchmark[] = [ack, flood, evidence, start, memory, charts];

const usage = `npm run bench -- [--only NAME]… [--pairs N] [--store embedded] [--quick]

${benchmarks.map(({ name, about, pairs }) => `${name.padEnd(10)}${about} (${pairs} pairs)`).join('\n')}

--store embedded leaves PostgreSQL out.
--quick runs one tiny pair of each, to see that they work; its figures mean nothing.`;

const asked = readOptions();
const missing = asked.store === 'embedded' ? 'not asked for' : whyNoPostgres();
if (missing !== undefined) say(`Without PostgreSQL (${missing}): only the embedded store is measured.`);
const postgres = missing === undefined ? await startRealPostgres() : undefined;
const machine = [machineText()];
const results: { rows: Results['rows'][number][]; absolutes: Results['absolutes'][number][] } = {
  rows: [],
  absolutes: [],
};
try {
  for (const benchmark of asked.benchmarks) {
    say(`${benchmark.name}: ${benchmark.about}`);
    const { rows, absolutes } = await benchmark.run({
      pairs: asked.quick ? 1 : (asked.pairs ?? benchmark.pairs),
      quick: asked.quick,
      freshDatabase: postgres?.freshDatabase,
      say,
    });
    results.rows.push(...rows);
    results.absolutes.push(...absolutes);
  }
} finally {
  await postgres?.stop();
}
machine.push(machineText());
say(`\n${machine.join('\n')}\n\n${tableOf(results)}\n\nKept in ${keep(results, machine, new Date())}`);
process.exit(0);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true },
        pairs: { type: 'string' },
        store: { type: 'string' },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) end(usage, 0);
    const names = values.only ?? benchmarks.map(({ name }) => name);
    const unknown = names.find((name) => !benchmarks.some((one) => one.name === name));
    if (unknown !== undefined) end(`There is no benchmark "${unknown}".\n\n${usage}`, 2);
    const pairs = values.pairs === undefined ? undefined : Number(values.pairs);
    if (pairs !== undefined && !(Number.isInteger(pairs) && pairs > 0)) end(`--pairs takes a number.\n\n${usage}`, 2);
    if (values.store !== undefined && values.store !== 'embedded') end(`--store takes "embedded" only.\n\n${usage}`, 2);
    return {
      store: values.store,
      benchmarks: benchmarks.filter(({ name }) => names.includes(name)),
      pairs,
      quick: values.quick,
    };
  } catch (error) {
    return end(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, 2);
  }
}

function end(words: string, code: number): never {
  (code === 0 ? process.stdout : process.stderr).write(`${words}\n`);
  process.exit(code);
}
