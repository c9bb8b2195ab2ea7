// Quantiles of bucketed requests as intervals, and what they decide: only bucket edges are facts, the rest is interpolation.

import type { Limit, LimitReading } from '../../core/verdict.ts';

/** Cumulative: `within[i]` requests (or requests per second) took at most `edges[i]`. Edges ascend, the overflow bucket is only in `total`. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly within: readonly number[];
  readonly total: number;
}

/** From pairs of upper edge (infinite for the overflow bucket) and cumulative count, in any order. */
export function histogramOf(buckets: readonly (readonly [edge: number, count: number])[]): Histogram {
  const sorted = buckets.filter(([edge]) => !Number.isNaN(edge)).sort(([a], [b]) => a - b);
  const edges: number[] = [];
  const within: number[] = [];
  let highest = 0;
  for (const [edge, count] of sorted) {
    // Sums of rates may dip by a rounding error where the counts are equal.
    highest = Math.max(highest, Number.isNaN(count) ? 0 : count);
    if (edge === Number.POSITIVE_INFINITY) continue;
    edges.push(edge);
    within.push(highest);
  }
  return { edges, within, total: highest };
}

/** Where the quantile lies: above `low`, at most `high`. `high` is absent in the overflow bucket. */
export interface QuantileInterval {
  readonly low: number;
  readonly high?: number;
  /** Interpolated as Prometheus does; the last edge in the overflow bucket. */
  readonly value: number;
}

/** Rounding of sums of rates; far below one request of any window. */
const tolerance = 1e-9;

function sameEdge(a: number, b: number): boolean {
  // Infinity is within any share of itself of everything, and must equal no edge.
  return Number.isFinite(a) && Number.isFinite(b) && Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

/**
 * How many of all requests took at most `bound`. Exact where `bound` is an edge of every histogram; else what their
 * edges below and above leave possible. Histograms of different layouts can be asked together.
 */
export function countWithin(
  histograms: readonly Histogram[],
  bound: number,
): { readonly atLeast: number; readonly atMost: number } {
  let atLeast = 0;
  let atMost = 0;
  for (const { edges, within, total } of histograms) {
    const above = edges.findIndex((edge) => edge >= bound || sameEdge(edge, bound));
    const next = edges[above];
    const isEdge = next !== undefined && sameEdge(next, bound);
    const below = above === -1 ? edges.length - 1 : above - 1;
    atLeast += (isEdge ? within[above] : within[below]) ?? 0;
    atMost += above === -1 ? total : (within[above] ?? total);
  }
  return { atLeast, atMost };
}

export function totalOf(histograms: readonly Histogram[]): number {
  return histograms.reduce((sum, histogram) => sum + histogram.total, 0);
}

/** Undefined when there were no requests. */
export function quantileInterval(histograms: readonly Histogram[], quantile: number): QuantileInterval | undefined {
  const total = totalOf(histograms);
  if (!(total > 0 && Number.isFinite(total))) return undefined;
  const target = quantile * total;
  const reached = target * (1 - tolerance);
  const edges = [...new Set(histograms.flatMap((histogram) => histogram.edges))].sort((a, b) => a - b);
  const counts = edges.map((edge) => countWithin(histograms, edge));
  const lowIndex = counts.findLastIndex((count) => count.atMost < reached);
  const highIndex = counts.findIndex((count) => count.atLeast >= reached);
  const low = edges[lowIndex] ?? 0;
  const high = edges[highIndex];
  if (high === undefined) return { low, value: low };
  const middle = (index: number) => ((counts[index]?.atLeast ?? 0) + (counts[index]?.atMost ?? 0)) / 2;
  const from = lowIndex === -1 ? 0 : middle(lowIndex);
  const share = Math.min(1, Math.max(0, (target - from) / (middle(highIndex) - from)));
  return { low, high, value: low + (high - low) * (Number.isFinite(share) ? share : 1) };
}

/**
 * Holds a quantile against a limit in the same unit. `P99 > 5 ms` is the same as `less than 99 % took at most 5 ms`, so a
 * limit that is an edge is always decided, and one inside the quantile's own bucket never is.
 */
export function holdQuantile(interval: QuantileInterval, limit: Limit, spell: (value: number) => string): LimitReading {
  const { low, high = Number.POSITIVE_INFINITY } = interval;
  const above = limit.bound < low || sameEdge(limit.bound, low);
  const within = limit.bound > high || sameEdge(limit.bound, high);
  if (above) return { ...limit, outcome: limit.breachedWhen === 'above' ? 'breached' : 'held' };
  if (within) return { ...limit, outcome: limit.breachedWhen === 'above' ? 'held' : 'breached' };
  return { ...limit, outcome: 'undecidable', why: whyNot(low, interval.high, spell) };
}

function whyNot(low: number, high: number | undefined, spell: (value: number) => string): string {
  if (high === undefined) return `the last bucket edge is ${spell(low)}`;
  if (low === 0) return `the first bucket edge is ${spell(high)}`;
  return `there is no bucket edge between ${spell(low)} and ${spell(high)}`;
}
