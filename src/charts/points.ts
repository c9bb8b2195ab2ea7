// Which points and series of a chart are drawn, and between which bounds.

import type { Chart } from '../core/chart.ts';
import { isValue } from '../core/chart-words.ts';
import type { Series } from '../core/observation.ts';

export type Point = { readonly x: number; readonly y: number | null };

/** More lines than this cannot be told apart on a phone. */
const maxSeries = 6;

/** More points than pixels add nothing; a self-hosted QuickChart refuses bodies over 100 kB. */
const maxPoints = 300;

/** A mark this share of the span outside of the data still stretches the time axis; one farther out is left to the words. */
const markReach = 0.25;

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The series to draw: all, or the six that went farthest in the direction that breaches. */
export function seriesToDraw(chart: Chart): readonly Series[] {
  if (chart.series.length <= maxSeries) return chart.series;
  const sign = lowIsBad(chart) ? -1 : 1;
  const worst = (series: Series) =>
    series.points.reduce((peak, [, value]) => Math.max(peak, isValue(value) ? sign * value : peak), -Infinity);
  const kept = new Set([...chart.series].sort((a, b) => worst(b) - worst(a)).slice(0, maxSeries));
  return chart.series.filter((series) => kept.has(series));
}

/** True when every limit of the chart is breached from above to below, for example a hit rate. */
export function lowIsBad(chart: Chart): boolean {
  return chart.limits.length > 0 && chart.limits.every((limit) => limit.breachedWhen === 'below');
}

/** The points of a series as Chart.js wants them; what is not a finite number is a gap. Long series keep their extremes and gaps. */
export function drawnPoints(series: Series): readonly Point[] {
  const points = series.points.map(([x, value]) => ({ x, y: isValue(value) ? rounded(value) : null }));
  if (points.length <= maxPoints) return points;
  const size = Math.ceil(points.length / (maxPoints / 3));
  const buckets = Array.from({ length: Math.ceil(points.length / size) }, (_, index) =>
    points.slice(index * size, (index + 1) * size),
  );
  return buckets.flatMap(extremes);
}

/** Lowest, highest and first gap of a bucket, in time order. */
function extremes(bucket: readonly Point[]): readonly Point[] {
  const values = bucket.filter((point): point is { x: number; y: number } => point.y !== null);
  const kept = new Set<Point | undefined>([bucket.find((point) => point.y === null)]);
  kept.add(values.reduce<(typeof values)[number] | undefined>((a, b) => (a && a.y <= b.y ? a : b), undefined));
  kept.add(values.reduce<(typeof values)[number] | undefined>((a, b) => (a && a.y >= b.y ? a : b), undefined));
  return bucket.filter((point) => kept.has(point));
}

/** From the first to the last point, gaps included, stretched to marks that are close. Undefined without points. */
export function timeRange(chart: Chart): Range | undefined {
  const times = chart.series.flatMap((series) => series.points.map(([at]) => at));
  if (times.length === 0) return undefined;
  const data = rangeOf(times);
  const reach = Math.max(60_000, (data.max - data.min) * markReach);
  const near = chart.marks.map((mark) => mark.at).filter((at) => at >= data.min - reach && at <= data.max + reach);
  const range = rangeOf([data.min, data.max, ...near]);
  return range.min === range.max ? { min: range.min - 30_000, max: range.max + 30_000 } : range;
}

export interface ValueAxis extends Range {
  readonly step: number;
}

/**
 * Bounds on round numbers that hold all values and limits, with `freeTop`, a share of the height from 0 to below 1, left free for the labels of marks.
 * Starts at zero, except where low values are bad: there the height belongs to the part near the limit.
 */
export function valueAxis(chart: Chart, drawn: readonly Series[], freeTop: number): ValueAxis {
  const values = drawn.flatMap((series) => series.points.map(([, value]) => value)).filter(isValue);
  const bounds = [...values, ...chart.limits.map((limit) => limit.bound)];
  if (bounds.length === 0) return { min: 0, max: 1, step: 0.25 };
  const held = rangeOf(lowIsBad(chart) ? bounds : [0, ...bounds]);
  const spread = held.max - held.min;
  const span = spread > 1e-9 ? spread : Math.max(Math.abs(held.max), 0.01);
  const needed = span * Math.max(1 / (1 - freeTop), 1.05);
  const step = roundStep(needed / 5);
  const bottom = Math.floor((held.min - (lowIsBad(chart) ? span * 0.05 : 0)) / step) * step;
  const top = Math.ceil((held.min + needed) / step) * step;
  const min = held.min >= 0 ? Math.max(0, bottom) : bottom;
  const max = chart.unit === '%' && held.max <= 100 && held.max > 80 && freeTop === 0 ? Math.min(100, top) : top;
  return { min: withoutTail(min), max: withoutTail(max), step };
}

function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= raw) ?? 10;
  return withoutTail(factor * power);
}

/** Multiples of binary fractions end in a tail: 0.30000000000000004. */
function withoutTail(value: number): number {
  return Number(value.toPrecision(12));
}

/** Six digits are more than a picture shows. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

function rangeOf(values: readonly number[]): Range {
  return values.reduce(({ min, max }, value) => ({ min: Math.min(min, value), max: Math.max(max, value) }), {
    min: Infinity,
    max: -Infinity,
  });
}
