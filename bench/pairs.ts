// Runs two sides in pairs, one right after the other, and makes a row of each figure that both measured.

import { type Spread, spreadOf } from './statistics.ts';

/** Figures of one run by name, for example `p50`. */
export type Figures = Readonly<Record<string, number>>;

/** How a ratio is to turn out. */
export interface Aim {
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Row {
  readonly benchmark: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: Spread;
  readonly baseline: Spread;
  /** Ours over the baseline, pair by pair; the other way round where `faster` is asked. */
  readonly ratio: Spread;
  readonly pairs: number;
  readonly aim?: Aim;
}

/** A figure that has no baseline, held against an absolute aim. */
export interface Absolute {
  readonly benchmark: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: Spread;
  readonly runs: number;
  readonly aim?: Aim;
}

export interface Pair {
  readonly ours: Figures;
  readonly baseline: Figures;
}

/** Every other pair begins with the baseline, so that a machine that gets busier or quieter favours nobody. */
export async function inPairs(
  count: number,
  ours: () => Promise<Figures>,
  baseline: () => Promise<Figures>,
): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (let number = 0; number < count; number += 1) {
    if (number % 2 === 0) {
      const first = await ours();
      pairs.push({ ours: first, baseline: await baseline() });
    } else {
      const first = await baseline();
      pairs.push({ baseline: first, ours: await ours() });
    }
  }
  return pairs;
}

export function rowOf(
  pairs: readonly Pair[],
  figure: string,
  named: {
    readonly benchmark: string;
    readonly what: string;
    readonly unit: string;
    readonly aim?: Aim;
    /** How many times faster we are, instead of how many times slower. */
    readonly faster?: boolean;
  },
): Row {
  const { faster = false, ...names } = named;
  const ours = pairs.map((pair) => figureOf(pair.ours, figure));
  const baseline = pairs.map((pair) => figureOf(pair.baseline, figure));
  const ratios = ours.map((value, index) => {
    const other = baseline[index] ?? Number.NaN;
    return faster ? other / value : value / other;
  });
  return {
    ...names,
    ours: spreadOf(ours),
    baseline: spreadOf(baseline),
    ratio: spreadOf(ratios),
    pairs: pairs.length,
  };
}

export function absoluteOf(
  values: readonly number[],
  named: { readonly benchmark: string; readonly what: string; readonly unit: string; readonly aim?: Aim },
): Absolute {
  return { ...named, ours: spreadOf(values), runs: values.length };
}

/** @throws when a run did not measure it: a benchmark without its figure is broken, not fast */
function figureOf(figures: Figures, name: string): number {
  const value = figures[name];
  if (value === undefined || !Number.isFinite(value)) throw new Error(`a run measured no ${name}`);
  return value;
}
