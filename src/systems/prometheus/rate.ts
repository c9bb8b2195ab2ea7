// `prometheus.rate`: how often per second a counter counts; an absent counter is no data, because an outage looks like that.

import { z } from 'zod';
import type { Row } from '../../core/observation.ts';
import { spellValue } from '../../core/spell.ts';
import { holdAgainst } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import type { Failure } from '../failure.ts';
import { type Statement, sayValue, unmeasured } from '../statement.ts';
import { chartParams, chartSeries } from './chart.ts';
import { type PrometheusDeps, sourceOf } from './deps.ts';
import { whyNothing } from './presence.ts';
import { labelFor } from './rows.ts';
import { labelMatches, labelName, labelOf, metricName, promDuration, selector } from './selector.ts';
import { standingOf } from './standing.ts';

const params = z.strictObject({
  metric: metricName,
  select: labelMatches.optional(),
  window: promDuration.default('5m'),
  by: labelName.optional(),
  /** Shows the same rate this long ago beside it, for example `1d`. */
  compareOffset: promDuration.optional(),
  chart: chartParams.optional(),
});

export const rate = defineCheck(params, async (deps: PrometheusDeps, call, given): Promise<Statement> => {
  const { signal, unit, limits } = call;
  const selected = selector(given.metric, given, deps);
  const by = given.by === undefined ? undefined : labelOf(given.by, deps.labels);
  const asked = (grouping: string, offset = '') => `sum${grouping} (rate(${selected}[${given.window}]${offset}))`;
  const grouped = by === undefined ? undefined : asked(` by (${by})`);
  const source = sourceOf(deps, asked(''), grouped);

  const [total, groups, before, standing] = await Promise.all([
    deps.api.query(asked(''), signal),
    grouped === undefined ? undefined : deps.api.query(grouped, signal),
    given.compareOffset === undefined ? undefined : deps.api.query(asked('', ` offset ${given.compareOffset}`), signal),
    standingOf(deps, [selected], signal),
  ]);
  if (!total.ok) return unmeasured(total.failure, { source });
  const { samples, evaluatedAt, warnings } = total.value;
  const around = { source, notes: [...warnings, ...standing.notes], sampleAt: standing.sampleAt };
  const value = samples[0]?.value;
  if (value === undefined) return unmeasured(await whyNothing(deps, standing, given.metric, selected, signal), around);
  if (standing.undecidable !== undefined) return unmeasured(standing.undecidable, around);
  if (!Number.isFinite(value)) return unmeasured(noRate(given.metric), around);

  const readings = holdAgainst(value, limits);
  const earlier = before?.ok ? before.value.samples[0]?.value : undefined;
  const previous = Number.isFinite(earlier) ? earlier : undefined;
  const change = previous === undefined || previous === 0 ? undefined : (100 * (value - previous)) / previous;
  // A group is shown, not judged: the limits are those of the whole, and a quiet service is no incident.
  const rows = (groups?.ok ? groups.value.samples : [])
    .map((sample): Row => {
      const label = labelFor(sample, by ?? '');
      if (!Number.isFinite(sample.value)) return { label, verdict: 'unknown', note: 'not a number' };
      const idle = sample.value === 0 ? { note: 'no traffic' } : {};
      return { label, measurement: { value: sample.value, unit }, verdict: 'ok', ...idle };
    })
    .sort((a, b) => (b.measurement?.value ?? 0) - (a.measurement?.value ?? 0));
  const chart = await chartSeries(deps, given.chart, evaluatedAt, signal, {
    promql: grouped ?? asked(''),
    unit,
    nameOf: (labels) => (by === undefined ? call.title : (labels[by] ?? '')),
    keep: rows.map((row) => row.label),
  });
  const compared = compare(given.compareOffset, previous, change, unit);
  return {
    ...around,
    kind: 'measured',
    measurement: { value, unit },
    readings,
    summary: `${sayValue(value, unit, readings, given.window)}${compared.inSummary}`,
    rows,
    notes: [
      ...around.notes,
      ...compared.notes,
      ...(groups !== undefined && !groups.ok ? [`not known by ${by}: ${groups.failure.detail}`] : []),
      ...chart.notes,
    ],
    facts: {
      ...(previous === undefined ? {} : { previous }),
      ...(change === undefined ? {} : { changePercent: change }),
    },
    series: chart.series,
  };
});

function noRate(metric: string): Failure {
  return {
    reason: 'not_a_number',
    detail: `prometheus: the rate of ${metric} is not a number`,
    remedy: 'Look at the exporter: a counter cannot be NaN or infinite.',
  };
}

/** `, −3 % on 1d ago`, and what to know about the comparison. */
function compare(
  offset: string | undefined,
  previous: number | undefined,
  change: number | undefined,
  unit: Parameters<typeof spellValue>[1],
): { readonly inSummary: string; readonly notes: readonly string[] } {
  if (offset === undefined) return { inSummary: '', notes: [] };
  if (previous === undefined || change === undefined)
    return { inSummary: '', notes: [`nothing to compare with: no data of ${offset} ago`] };
  const rounded = Math.round(change);
  const spelled = rounded < 0 ? `−${-rounded} %` : `+${rounded} %`;
  return { inSummary: `, ${spelled} on ${offset} ago`, notes: [`${offset} ago it was ${spellValue(previous, unit)}`] };
}
