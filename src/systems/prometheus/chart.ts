// The series behind a value, for charts: on a fixed grid of times, with null where Prometheus has nothing.

import { z } from 'zod';
import type { Series, Unit } from '../../core/observation.ts';
import { oneLine } from '../failure.ts';
import type { RangeSeries, Span } from './api.ts';
import type { PrometheusDeps } from './deps.ts';
import { durationMs, promDuration } from './selector.ts';

const pointsAtMost = 1_000;
/** More lines than this cannot be told apart. */
const linesKept = 8;
/** A chart never takes more of the check's budget than this. */
const chartBudgetMs = 3_000;

export const chartParams = z
  .strictObject({ range: promDuration, step: promDuration })
  .refine(({ range, step }) => durationMs(range) / durationMs(step) <= pointsAtMost, {
    error: `A chart has at most ${pointsAtMost} points: make the step longer or the range shorter.`,
  });

export interface Charting {
  readonly promql: string;
  readonly unit: Unit;
  /** Multiplies every value. Default 1. */
  readonly scale?: number;
  nameOf(labels: Readonly<Record<string, string>>): string;
  /** Names worth a line, most important first; all when absent. */
  readonly keep?: readonly string[];
}

/** Asks up to the time of the value it stands beside. A chart that cannot be had is a note, not a failure. */
export async function chartSeries(
  deps: PrometheusDeps,
  params: z.output<typeof chartParams> | undefined,
  endMs: number | undefined,
  signal: AbortSignal,
  charting: Charting,
): Promise<{ readonly series: readonly Series[]; readonly notes: readonly string[] }> {
  if (params === undefined || endMs === undefined) return { series: [], notes: [] };
  const span = { startMs: endMs - durationMs(params.range), endMs, stepMs: durationMs(params.step) };
  const within = AbortSignal.any([signal, AbortSignal.timeout(chartBudgetMs)]);
  const answer = await deps.api.range(charting.promql, span, within);
  if (!answer.ok) return { series: [], notes: [`no chart: ${answer.failure.detail}`] };
  const named = answer.value.map((one) => ({ name: charting.nameOf(one.labels), one }));
  const rankOf = (name: string) => {
    const rank = charting.keep?.indexOf(name) ?? -1;
    return rank === -1 ? Number.MAX_SAFE_INTEGER : rank;
  };
  const kept = named.sort((a, b) => rankOf(a.name) - rankOf(b.name)).slice(0, linesKept);
  const cut = named.length - kept.length;
  return {
    series: kept.map(({ name, one }) => ({
      name: oneLine(name, 120),
      unit: charting.unit,
      points: onGrid(one, span, charting.scale ?? 1),
    })),
    notes: cut > 0 ? [`the chart leaves out ${cut} more series`] : [],
  };
}

function onGrid(series: RangeSeries, { startMs, endMs, stepMs }: Span, scale: number): Series['points'] {
  const values = new Map(series.points.map(([at, value]) => [Math.round((at - startMs) / stepMs), value]));
  const count = Math.floor((endMs - startMs) / stepMs) + 1;
  return Array.from({ length: count }, (_, index) => {
    const value = values.get(index);
    const known = value !== undefined && Number.isFinite(value);
    return [startMs + index * stepMs, known ? value * scale : null] as const;
  });
}
