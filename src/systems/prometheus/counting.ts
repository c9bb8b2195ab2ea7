// How much a counter really counted in a window, and how much of the window Prometheus remembers at all.

import { type Answer, answered } from '../failure.ts';
import type { Span } from './api.ts';
import type { PrometheusDeps } from './deps.ts';

/** A series that was not there this long before the window began was born inside it. */
const bornMargin = '10m';
/** Resolution of the search for the first sample: a 240th of the window, and no finer than a scrape. */
const coverageSteps = 240;
const finestStepMs = 15_000;

/**
 * PromQL for the increase over a window, where a series born inside it counts in full. `increase` alone starts at the first
 * sample of a series and so never sees the first violation or the first error.
 */
export function countedIn(selected: string, windowMs: number, grouping = ''): string {
  const window = `${Math.max(1, Math.round(windowMs / 1_000))}s`;
  const before = `present_over_time(${selected}[${bornMargin}] offset ${window})`;
  const grown = `(increase(${selected}[${window}]) and ${before})`;
  const born = `(max_over_time(${selected}[${window}]) unless ${before})`;
  return `sum${grouping} (${grown} or ${born})`;
}

export interface Coverage {
  /** Epoch ms by the server's clock. */
  readonly evaluatedAt: number;
  /** From the first sample in the window until now; 0 when there is none. */
  readonly coveredMs: number;
  readonly complete: boolean;
}

/** How much of the window has samples of any of the selectors: retention and restarts make it shorter than asked. */
export async function coverageOf(
  deps: PrometheusDeps,
  selected: readonly string[],
  windowMs: number,
  signal: AbortSignal,
): Promise<Answer<Coverage>> {
  const now = await deps.api.query('time()', signal);
  if (!now.ok) return now;
  const evaluatedAt = now.value.evaluatedAt ?? 0;
  const startMs = evaluatedAt - windowMs;
  const coarseMs = stepFor(windowMs);
  const coarse = await firstSample(deps, selected, { startMs, endMs: evaluatedAt, stepMs: coarseMs }, signal);
  if (!coarse.ok) return coarse;
  if (coarse.value === undefined) return answered({ evaluatedAt, coveredMs: 0, complete: false });
  if (coarse.value - startMs <= coarseMs) return answered({ evaluatedAt, coveredMs: windowMs, complete: true });
  // The step before the first point is looked at again: in a month's window it is three hours long.
  const before = { startMs: coarse.value - coarseMs, endMs: coarse.value, stepMs: stepFor(coarseMs) };
  const fine = await firstSample(deps, selected, before, signal);
  if (!fine.ok) return fine;
  const first = fine.value ?? coarse.value;
  return answered({ evaluatedAt, coveredMs: Math.max(finestStepMs, evaluatedAt - first), complete: false });
}

function stepFor(spanMs: number): number {
  return Math.max(finestStepMs, Math.ceil(spanMs / coverageSteps / 1_000) * 1_000);
}

/** Epoch ms of the first point of the span at which any of the selectors has a series. */
async function firstSample(
  deps: PrometheusDeps,
  selected: readonly string[],
  span: Span,
  signal: AbortSignal,
): Promise<Answer<number | undefined>> {
  const answer = await deps.api.range(selected.map((one) => `count(${one})`).join(' or '), span, signal);
  if (!answer.ok) return answer;
  const firsts = answer.value.flatMap((series) => (series.points[0] === undefined ? [] : [series.points[0][0]]));
  return answered(firsts.length === 0 ? undefined : Math.min(...firsts));
}

/** The one number of a query that sums to one sample; undefined when it found no series, NaN kept as it is. */
export async function oneNumber(
  deps: PrometheusDeps,
  promql: string,
  signal: AbortSignal,
): Promise<Answer<number | undefined>> {
  const answer = await deps.api.query(promql, signal);
  return answer.ok ? answered(answer.value.samples[0]?.value) : answer;
}
