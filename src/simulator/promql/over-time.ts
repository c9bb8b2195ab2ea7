// What a series did in a window: the `…_over_time` functions, changes and resets.
import { computePerWindow, matrixArgument, type PromqlFunction, perWindow, scalarArgument, vector } from './call.ts';
import { quantileOf } from './quantile.ts';
import type { Sample } from './series.ts';

export const OVER_TIME_FUNCTIONS = {
  min_over_time: perWindow((samples) => values(samples).reduce((low, v) => (v < low || Number.isNaN(low) ? v : low))),
  max_over_time: perWindow((samples) => values(samples).reduce((top, v) => (v > top || Number.isNaN(top) ? v : top))),
  sum_over_time: perWindow((samples) => sum(samples)),
  avg_over_time: perWindow((samples) => sum(samples) / samples.length),
  count_over_time: perWindow((samples) => samples.length),
  present_over_time: perWindow(() => 1),
  last_over_time: perWindow(
    (samples) => samples.at(-1)?.[1],
    (labels) => labels,
  ),
  quantile_over_time: {
    takes: ['scalar', 'matrix'],
    returns: 'vector',
    apply: (site) => {
      const quantile = scalarArgument(site, 0);
      return vector(computePerWindow(matrixArgument(site, 1), (samples) => quantileOf(quantile, values(samples))));
    },
  },
  changes: perWindow((samples) =>
    countSteps(samples, (from, to) => from !== to && !(Number.isNaN(from) && Number.isNaN(to))),
  ),
  resets: perWindow((samples) => countSteps(samples, (from, to) => to < from)),
} satisfies Readonly<Record<string, PromqlFunction>>;

function values(samples: readonly Sample[]): number[] {
  return samples.map(([, value]) => value);
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, [, value]) => total + value, 0);
}

function countSteps(samples: readonly Sample[], counts: (from: number, to: number) => boolean): number {
  return samples.filter(([, value], index) => {
    const previous = samples[index - 1];
    return previous !== undefined && counts(previous[1], value);
  }).length;
}
