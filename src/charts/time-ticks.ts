// Where the ticks of a time axis stand: on whole minutes, hours and days in UTC, never at odd moments.

import type { Range } from './points.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const steps: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 28, 91, 365].map((n) => n * day),
];

const maxTicks = 7;

/** Moments (epoch ms) inside the range, at most seven, and the Chart.js unit whose format names them. */
export function timeTicks(range: Range): {
  readonly at: readonly number[];
  readonly unit: 'second' | 'minute' | 'day';
} {
  const step = steps.find((candidate) => (range.max - range.min) / candidate < maxTicks) ?? 365 * day;
  const first = Math.ceil(range.min / step) * step;
  const count = Math.max(0, Math.min(maxTicks, Math.floor((range.max - first) / step) + 1));
  return {
    at: Array.from({ length: count }, (_, index) => first + index * step),
    unit: step >= day ? 'day' : step >= minute ? 'minute' : 'second',
  };
}
