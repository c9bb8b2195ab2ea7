// How fast a series changes: rate, increase, delta with Prometheus's extrapolation; irate, idelta from the last two samples.
import { type Matrix, type PromqlFunction, perWindow } from './call.ts';
import type { Sample } from './series.ts';

/** A gap to the window's edge of up to this many sample intervals counts as "the series goes on to the edge". */
const EDGE_INTERVALS = 1.1;

export const RATE_FUNCTIONS = {
  rate: perWindow((samples, window) => {
    const growth = extrapolatedGrowth(samples, window, true);
    return growth === undefined ? undefined : growth / ((window.endMs - window.startMs) / 1_000);
  }),
  increase: perWindow((samples, window) => extrapolatedGrowth(samples, window, true)),
  delta: perWindow((samples, window) => extrapolatedGrowth(samples, window, false)),
  irate: perWindow((samples) => lastStep(samples, true)),
  idelta: perWindow((samples) => lastStep(samples, false)),
} satisfies Readonly<Record<string, PromqlFunction>>;

/**
 * Growth over the whole window, from the samples inside it: needs two. A fall of a counter is a restart from zero. The
 * growth seen is stretched to the edges of the window, or by half an interval where the series begins or ends inside;
 * a counter is never stretched to before it was zero.
 */
function extrapolatedGrowth(samples: readonly Sample[], window: Matrix, isCounter: boolean): number | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || samples.length < 2) return undefined;

  let growth = last[1] - first[1];
  if (isCounter) {
    let previous = first[1];
    // The innermost loop of a query over a range: taking pairs apart would be most of its time.
    for (const sample of samples) {
      const value = sample[1];
      if (value < previous) growth += previous;
      previous = value;
    }
  }

  let toStart = (first[0] - window.startMs) / 1_000;
  const toEnd = (window.endMs - last[0]) / 1_000;
  const seen = (last[0] - first[0]) / 1_000;
  const interval = seen / (samples.length - 1);
  if (isCounter && growth > 0 && first[1] >= 0) toStart = Math.min(toStart, seen * (first[1] / growth));

  const threshold = interval * EDGE_INTERVALS;
  const covered = seen + (toStart < threshold ? toStart : interval / 2) + (toEnd < threshold ? toEnd : interval / 2);
  return growth * (covered / seen);
}

function lastStep(samples: readonly Sample[], isRate: boolean): number | undefined {
  const last = samples.at(-1);
  const previous = samples.at(-2);
  if (last === undefined || previous === undefined) return undefined;
  const step = isRate && last[1] < previous[1] ? last[1] : last[1] - previous[1];
  return isRate ? step / ((last[0] - previous[0]) / 1_000) : step;
}
