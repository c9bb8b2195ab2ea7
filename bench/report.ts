// Results as a table for people and as a file for programs.

import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Results } from './benchmark.ts';
import type { Aim } from './pairs.ts';
import type { Spread } from './statistics.ts';

/** Git-ignored. */
const folder = join(import.meta.dirname, '../.cache/bench');

/** The table as Markdown. */
export function tableOf({ rows, absolutes }: Results): string {
  const lines = [
    ['benchmark', 'what', 'ours', 'baseline', 'ratio (min–max)', 'pairs', 'aim', ''],
    ['---', '---', '---', '---', '---', '---', '---', '---'],
    ...rows.map(({ benchmark, what, unit, ours, baseline, ratio, pairs, aim }) => [
      benchmark,
      what,
      `${figure(ours.median)} ${unit}`,
      `${figure(baseline.median)} ${unit}`,
      spread(ratio),
      String(pairs),
      aimText(aim, '×'),
      metText(aim, ratio.median),
    ]),
    ...absolutes.map(({ benchmark, what, unit, ours, runs, aim }) => [
      benchmark,
      what,
      `${spread(ours)} ${unit}`,
      '',
      '',
      String(runs),
      aimText(aim, unit),
      metText(aim, ours.median),
    ]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The machine and how busy it was, in a line. */
export function machineText(): string {
  const [one = 0, five = 0] = loadavg();
  const memory = Math.round(totalmem() / 1_073_741_824);
  return `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${memory} GiB, Node ${process.version}, load ${one.toFixed(1)} (5 min: ${five.toFixed(1)})`;
}

/** Writes everything that was measured; gives the path. */
export function keep(results: Results, machine: readonly string[], at: Date): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${at.toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
  writeFileSync(file, `${JSON.stringify({ at, machine, ...results }, undefined, 2)}\n`);
  return file;
}

function spread({ median, min, max }: Spread): string {
  return `${figure(median)} (${figure(min)}–${figure(max)})`;
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function aimText(aim: Aim | undefined, unit: string): string {
  if (aim?.atMost !== undefined) return `≤ ${aim.atMost} ${unit}`;
  return aim?.atLeast === undefined ? '' : `≥ ${aim.atLeast} ${unit}`;
}

function metText(aim: Aim | undefined, value: number): string {
  if (aim === undefined) return '';
  const met = value <= (aim.atMost ?? Number.POSITIVE_INFINITY) && value >= (aim.atLeast ?? Number.NEGATIVE_INFINITY);
  return met ? 'met' : 'NOT met';
}
