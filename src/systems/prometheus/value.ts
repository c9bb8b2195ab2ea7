// `prometheus.value`: any PromQL that gives one number per label set, held against limits as its maximum, minimum or sum.

import { z } from 'zod';
import { holdAgainst } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import type { Failure } from '../failure.ts';
import { type Statement, sayValue, unmeasured } from '../statement.ts';
import { chartParams, chartSeries } from './chart.ts';
import { type PrometheusDeps, sourceOf } from './deps.ts';
import { whyNothing } from './presence.ts';
import { judgedRows, labelFor } from './rows.ts';
import { labelName, metricName } from './selector.ts';
import { standingOf } from './standing.ts';

const params = z.strictObject({
  promql: z.string().trim().min(1, 'Write a PromQL expression.'),
  /** Labels that name a row; all of them when absent. */
  labels: z.array(labelName).default([]),
  /** How the rows become the one value that is held against the limits. */
  reduce: z.enum(['max', 'min', 'sum']),
  scale: z
    .number()
    .refine((scale) => scale !== 0, 'A scale of zero makes everything zero.')
    .default(1),
  /** The metric inside the expression, to tell why an answer is empty and how old the data are. */
  metric: metricName,
  chart: chartParams.optional(),
});

export const value = defineCheck(params, async (deps: PrometheusDeps, call, given): Promise<Statement> => {
  const { signal, unit } = call;
  const source = sourceOf(deps, given.promql);
  const [answer, standing] = await Promise.all([
    deps.api.query(given.promql, signal),
    standingOf(deps, [given.metric], signal),
  ]);
  if (!answer.ok) return unmeasured(answer.failure, { source });
  const { samples, evaluatedAt, warnings } = answer.value;
  const around = { source, notes: [...warnings, ...standing.notes], sampleAt: standing.sampleAt };
  if (samples.length === 0)
    return unmeasured(await whyNothing(deps, standing, given.metric, given.metric, signal), around);
  if (standing.undecidable !== undefined) return unmeasured(standing.undecidable, around);

  const rows = judgedRows(call, samples, { by: given.labels, scale: given.scale, notFinite: 'not a number' });
  const values = rows.flatMap((row) => (row.measurement === undefined ? [] : [row.measurement.value]));
  if (values.length === 0) return unmeasured(notNumbers(samples.map((sample) => sample.value)), { ...around, rows });
  const reduced = reduce(given.reduce, values);
  const readings = holdAgainst(reduced, call.limits);
  const named =
    given.reduce === 'sum' || rows.length < 2 ? undefined : rows.find((row) => row.measurement?.value === reduced);
  const chart = await chartSeries(deps, given.chart, evaluatedAt, signal, {
    promql: given.promql,
    unit,
    scale: given.scale,
    nameOf: (labels) => labelFor({ labels, value: 0 }, given.labels) || call.title,
    keep: rows.map((row) => row.label),
  });
  const scope = named === undefined ? undefined : `${given.reduce} of ${values.length}, ${named.label}`;
  const unreadable = rows.length - values.length;
  return {
    ...around,
    kind: 'measured',
    measurement: { value: reduced, unit },
    readings,
    summary: sayValue(reduced, unit, readings, scope),
    rows,
    notes: [
      ...around.notes,
      ...(unreadable > 0 ? [`${unreadable} of ${rows.length} values are not numbers and are left out`] : []),
      ...chart.notes,
    ],
    facts: { rows: rows.length },
    series: chart.series,
  };
});

function reduce(how: 'max' | 'min' | 'sum', values: readonly number[]): number {
  if (how === 'sum') return values.reduce((sum, one) => sum + one, 0);
  return how === 'max' ? Math.max(...values) : Math.min(...values);
}

function notNumbers(values: readonly number[]): Failure {
  const found = values.some((one) => Number.isNaN(one))
    ? 'not a number (a division of zero by zero)'
    : 'infinite (a division by zero)';
  return {
    reason: 'not_a_number',
    detail: `prometheus: the expression has values, but they are ${found}`,
    remedy: 'Check whether there is traffic at all: a share of nothing has no value.',
  };
}
