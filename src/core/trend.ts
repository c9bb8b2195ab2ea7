// Where a series is heading, and since when it has been past a limit.

import type { Observation, Series } from './observation.ts';
import type { Limit } from './verdict.ts';

type Trend = NonNullable<Observation['trend']>;

/** A change below this share of the earlier half counts as steady: scrape noise of a healthy service is about that large. */
const steadyShare = 0.1;

/**
 * Direction compares the median of the last fifth with that of the fifth before it. `breachedSince` is the first point of
 * the unbroken run of breaching points at the end. Undefined with fewer than 10 values.
 */
export function trendOf(series: Series, limit?: Limit): Trend | undefined {
  const points = series.points.filter(
    (point): point is readonly [number, number] => point[1] !== null && Number.isFinite(point[1]),
  );
  if (points.length < 10) return undefined;
  const fifth = Math.max(3, Math.floor(points.length / 5));
  const now = median(points.slice(-fifth));
  const before = median(points.slice(-2 * fifth, -fifth));
  const change = now - before;
  const direction = Math.abs(change) <= Math.abs(before) * steadyShare ? 'steady' : change > 0 ? 'rising' : 'falling';
  const since = limit === undefined ? undefined : breachedSince(withoutTail(series.points), limit);
  return { direction, ...(since === undefined ? {} : { breachedSince: since }) };
}

/** The newest points of a range are often still empty; they say nothing about the end of the run. */
function withoutTail(points: Series['points']): Series['points'] {
  return points.slice(0, points.findLastIndex(([, value]) => value !== null) + 1);
}

/** Undefined when the series begins in breach or has a gap before it: then nobody knows since when. */
function breachedSince(points: Series['points'], limit: Limit): number | undefined {
  const breaches = (value: number | null) =>
    value !== null && (limit.breachedWhen === 'above' ? value > limit.bound : value < limit.bound);
  const before = points.findLastIndex(([, value]) => !breaches(value));
  const held = points[before]?.[1];
  return held === undefined || held === null ? undefined : points[before + 1]?.[0];
}

function median(points: readonly (readonly [number, number])[]): number {
  const sorted = points.map(([, value]) => value).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
