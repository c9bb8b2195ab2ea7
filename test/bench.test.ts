// That the benchmarks work at all: a broken one would be noticed only on the day when its figures are needed.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { whyNoPostgres } from './support/real-postgres.ts';

const root = join(import.meta.dirname, '..');
const bench = (...args: string[]) =>
  spawnSync(process.execPath, ['bench/main.ts', '--quick', ...args], { cwd: root, encoding: 'utf8' });

test('a quick run measures both sides on every store that is here, and prints its table', () => {
  const { stdout, stderr, status } = bench('--only', 'ack', '--only', 'charts');
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const rows = stdout.split('\n').filter((line) => line.startsWith('| '));
  for (const store of whyNoPostgres() === undefined ? ['postgres', 'embedded'] : ['embedded']) {
    const row = rows.find((line) => line.startsWith(`| ack | ${store}, reads, p50 |`));
    expect(row).toMatch(/\| [\d.]+ ms \| [\d.]+ ms \| [\d.]+ \(/);
  }
  expect(rows.some((line) => line.startsWith('| charts | one chart |'))).toBe(true);
}, 120_000);

test('a benchmark that does not exist is named, with those that do', () => {
  const { stderr, status } = bench('--only', 'speed');
  expect(status).toBe(2);
  expect(stderr).toMatch(/There is no benchmark "speed"[\s\S]*evidence/);
});
