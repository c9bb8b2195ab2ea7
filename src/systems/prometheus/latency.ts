// `prometheus.latency`: a quantile of a histogram, judged by the share of requests at bucket edges, never by interpolation.

import { z } from 'zod';
import type { CheckCall } from '../../core/observation.ts';
import { defineCheck } from '../check-kind.ts';
import { type Statement, unmeasured } from '../statement.ts';
import { chartParams, chartSeries } from './chart.ts';
import { type PrometheusDeps, sourceOf } from './deps.ts';
import { groupsOf, layoutNotes, whyNoHistogram } from './latency-groups.ts';
import { byGroup, overall, type Reading } from './latency-words.ts';
import { whyNothing } from './presence.ts';
import { durationMs, labelMatches, labelName, labelOf, metricName, promDuration, selector } from './selector.ts';
import { standingOf } from './standing.ts';

const params = z.strictObject({
  /** The histogram without `_bucket`. Read as seconds, unless its name ends in `_milliseconds` or `_ms`. */
  metric: metricName.refine((name) => !name.endsWith('_bucket'), 'Write the histogram without its _bucket ending.'),
  quantile: z.number().gt(0).lt(1).default(0.99),
  window: promDuration.default('5m'),
  by: labelName.optional(),
  /** How many groups to show, slowest first. */
  top: z.int().min(1).max(50).optional(),
  select: labelMatches.optional(),
  exclude: labelMatches.optional(),
  chart: chartParams.optional(),
});

export const latency = defineCheck(params, async (deps: PrometheusDeps, call, given): Promise<Statement> => {
  const { signal } = call;
  const by = given.by === undefined ? undefined : labelOf(given.by, deps.labels);
  const grouping = by === undefined ? 'le' : `le, ${by}`;
  const buckets = selector(`${given.metric}_bucket`, given, deps);
  const counts = selector(`${given.metric}_count`, given, deps);
  // The job is asked along, because jobs may have different bucket edges, which must not be added up blindly.
  const asked = `sum by (${grouping}, job) (rate(${buckets}[${given.window}]))`;
  const graphed = (labels: string) =>
    `histogram_quantile(${given.quantile}, sum by (${labels}) (rate(${buckets}[${given.window}])))`;
  const source = sourceOf(deps, asked, graphed(grouping));

  const [answer, standing] = await Promise.all([deps.api.query(asked, signal), standingOf(deps, [counts], signal)]);
  if (!answer.ok) return unmeasured(answer.failure, { source });
  const { samples, evaluatedAt, warnings } = answer.value;
  const around = { source, notes: [...warnings, ...standing.notes], sampleAt: standing.sampleAt };
  if (samples.length === 0)
    return unmeasured(await whyNothing(deps, standing, `${given.metric}_bucket`, buckets, signal), around);
  if (standing.undecidable !== undefined) return unmeasured(standing.undecidable, around);

  const broken = whyNoHistogram(given.metric, samples, by);
  if (broken !== undefined) return unmeasured(broken, around);

  const groups = groupsOf(samples, by, scaleOf(given.metric, call));
  const reading: Reading = {
    call,
    quantile: given.quantile,
    windowMs: durationMs(given.window),
    window: given.window,
    metric: given.metric,
  };
  const words = by === undefined ? overall(reading, groups) : byGroup(reading, groups, given.top);
  const mixed = layoutNotes(groups, call.unit);
  const notes = [...around.notes, ...mixed, ...words.notes];
  if (words.kind === 'idle') return unmeasured(words.failure, { ...around, notes, rows: words.rows });

  // Bucket layouts that differ cannot share one interpolated line: then each job gets its own.
  const lines = mixed.length > 0 ? `${grouping}, job` : grouping;
  const chart = await chartSeries(deps, given.chart, evaluatedAt, signal, {
    promql: graphed(lines),
    unit: call.unit,
    scale: scaleOf(given.metric, call),
    nameOf: (labels) =>
      [by === undefined ? undefined : labels[by], mixed.length > 0 ? labels.job : undefined]
        .filter(Boolean)
        .join(' · ') || `P${given.quantile * 100}`,
    keep: words.rows.map((row) => row.label),
  });
  return { ...around, ...words, kind: 'measured', notes: [...notes, ...chart.notes], series: chart.series };
});

/** From the unit of the metric to the unit of the call. */
function scaleOf(metric: string, call: CheckCall): number {
  const inMs = /_(milliseconds|ms)$/.test(metric);
  if (call.unit === 's') return inMs ? 0.001 : 1;
  return inMs ? 1 : 1_000;
}
