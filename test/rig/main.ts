// `npm run rig`: kills the bot many times on one engine, prints what was measured, and ends with 1 when a promise was broken.

import { parseArgs } from 'node:util';
import { whyNoPostgres } from '../support/real-postgres.ts';
import { runRig } from './rig.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'embedded' },
    kills: { type: 'string', default: '20' },
    stops: { type: 'string', default: '4' },
    outages: { type: 'string', default: '0' },
    incidents: { type: 'string', default: '100' },
    actions: { type: 'string', default: '0' },
    people: { type: 'string', default: '12' },
    looks: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    traces: { type: 'string' },
  },
});
// Whatever was started ends with the process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const { engine, traces } = values;
if (engine !== 'embedded' && engine !== 'postgres') wrongUse(`--engine ${engine}: it is embedded or postgres`);
const missing = engine === 'postgres' ? whyNoPostgres() : undefined;
if (missing !== undefined) wrongUse(missing);
const [kills, stops, outages, seed] = [number('kills'), number('stops'), number('outages'), number('seed')];
const [incidents, actions, people, looks] = [number('incidents'), number('actions'), number('people'), number('looks')];
if (outages > 0 && engine === 'embedded') wrongUse('--outages: the embedded store cannot go away without the bot');

process.stdout.write(`seed ${seed}\n`);
const { problems, ...figures } = await runRig({
  engine,
  kills,
  stops,
  outages,
  incidents,
  actions,
  people,
  looks,
  seed,
  say: (line) => void process.stdout.write(`${line}\n`),
  ...(traces === undefined ? {} : { traces }),
});
for (const [name, value] of Object.entries(figures)) {
  process.stdout.write(`${name.padEnd(16)} ${typeof value === 'object' ? JSON.stringify(value) : value}\n`);
}
process.stdout.write(`${'problems'.padEnd(16)} ${problems.length}\n`);
for (const problem of problems) process.stdout.write(`  ${problem}\n`);
process.stdout.write(`${JSON.stringify({ ...figures, problems: problems.length })}\n`);
process.exit(problems.length === 0 ? 0 : 1);

function number(name: Exclude<keyof typeof values, 'engine' | 'traces'>): number {
  const text = values[name];
  return /^\d+$/.test(text) ? Number(text) : wrongUse(`--${name} ${text} is not a number`);
}

function wrongUse(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(2);
}
