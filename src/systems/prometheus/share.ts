// `prometheus.share`: what percentage one counter is of another, where a counter that never counted is zero and no data is not.

import { z } from 'zod';
import { spellValue } from '../../core/spell.ts';
import { holdAgainst } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import type { Failure } from '../failure.ts';
import { type Statement, sayValue, unmeasured } from '../statement.ts';
import { chartParams, chartSeries } from './chart.ts';
import { type PrometheusDeps, sourceOf } from './deps.ts';
import { doubtOf } from './doubt.ts';
import { whyNothing } from './presence.ts';
import { judgedRows } from './rows.ts';
import { counted, labelName, labelOf, promDuration, selector } from './selector.ts';
import { standingOf } from './standing.ts';

const params = z
  .strictObject({
    part: counted,
    /** The whole that `part` is a share of. */
    of: counted.optional(),
    /** Or the other part: the whole is then both together. */
    rest: counted.optional(),
    window: promDuration.default('5m'),
    by: labelName.optional(),
    chart: chartParams.optional(),
  })
  .refine(({ of, rest }) => (of === undefined) !== (rest === undefined), {
    error: 'Write either `of` (the whole) or `rest` (the other part).',
    path: ['of'],
  });

export const share = defineCheck(params, async (deps: PrometheusDeps, call, given): Promise<Statement> => {
  const { signal, unit } = call;
  const base = given.of ?? given.rest ?? given.part;
  const part = selector(given.part.metric, given.part, deps);
  const other = selector(base.metric, base, deps);
  const by = given.by === undefined ? undefined : labelOf(given.by, deps.labels);
  const ask = given.of === undefined ? ofBoth : ofWhole;
  const total = ask(part, other, given.window, '');
  const grouped = by === undefined ? undefined : ask(part, other, given.window, ` by (${by})`);
  const source = sourceOf(deps, grouped ?? total);
  const volumeOf = given.of === undefined ? [part, other] : [other];

  const [whole, groups, volume, standing] = await Promise.all([
    deps.api.query(total, signal),
    grouped === undefined ? undefined : deps.api.query(grouped, signal),
    deps.api.query(volumeOf.map((one) => `sum(increase(${one}[${given.window}]))`).join(' or '), signal),
    standingOf(deps, volumeOf, signal),
  ]);
  if (!whole.ok) return unmeasured(whole.failure, { source });
  if (groups !== undefined && !groups.ok) return unmeasured(groups.failure, { source });
  const { samples, evaluatedAt, warnings } = whole.value;
  const around = { source, notes: [...warnings, ...standing.notes], sampleAt: standing.sampleAt };
  const found = samples[0]?.value;
  if (found === undefined) return unmeasured(await whyNothing(deps, standing, base.metric, other, signal), around);
  if (standing.undecidable !== undefined) return unmeasured(standing.undecidable, around);
  if (!Number.isFinite(found)) return unmeasured(noTraffic(base.metric, given.window), around);
  // Floating point makes 99.99999999999999 of a true hundred.
  const percent = Number(found.toFixed(9));

  // Exactly none and exactly all are also what a wrong label or metric name gives: look before calling it healthy.
  const doubt = percent === 0 || percent === 100 ? await doubtOf(deps, given.part, given.of, given.rest, signal) : {};
  if (doubt.failure !== undefined) return unmeasured(doubt.failure, around);

  const scale = unit === 'ratio' ? 0.01 : 1;
  const rows = judgedRows(call, groups?.value.samples ?? [], { by: by ?? '', scale, notFinite: 'no traffic' });
  // Rows without traffic come last: when the first has none, only the whole was measured.
  const worst = rows[0]?.measurement === undefined ? undefined : rows[0];
  const value = worst?.measurement?.value ?? percent * scale;
  const readings = holdAgainst(value, call.limits);
  const volumeCounted = volume.ok ? volume.value.samples[0]?.value : undefined;
  const counts = Number.isFinite(volumeCounted) ? volumeCounted : undefined;
  const scope = [given.window, counts === undefined ? '' : `${spellValue(counts, 'count')} counted`].filter(Boolean);
  const chart = await chartSeries(deps, given.chart, evaluatedAt, signal, {
    promql: grouped ?? total,
    unit,
    scale,
    nameOf: (labels) => (by === undefined ? call.title : (labels[by] ?? '')),
    keep: rows.map((row) => row.label),
  });
  return {
    ...around,
    kind: 'measured',
    measurement: { value, unit },
    readings,
    summary: `${by === undefined ? '' : `${worst === undefined ? 'all' : worst.label || '(no name)'}: `}${sayValue(value, unit, readings, scope.join(', '))}`,
    rows,
    notes: [...around.notes, ...(doubt.notes ?? []), ...chart.notes],
    facts: { overall: percent * scale, ...(counts === undefined ? {} : { counted: Math.round(counts) }) },
    series: chart.series,
  };
});

/** A labelled counter does not exist before it first counts: it is zero, but only where the whole exists. */
function ofWhole(part: string, whole: string, window: string, grouping: string): string {
  const rate = (selected: string) => `sum${grouping} (rate(${selected}[${window}]))`;
  return `100 * (${rate(part)} or 0 * ${rate(whole)}) / ${rate(whole)}`;
}

function ofBoth(part: string, rest: string, window: string, grouping: string): string {
  const rate = (selected: string) => `sum${grouping} (rate(${selected}[${window}]))`;
  const p = `(${rate(part)} or 0 * ${rate(rest)})`;
  const r = `(${rate(rest)} or 0 * ${rate(part)})`;
  return `100 * ${p} / (${p} + ${r})`;
}

function noTraffic(metric: string, window: string): Failure {
  return {
    reason: 'not_a_number',
    detail: `no traffic: ${metric} counted nothing in the last ${window}, so there is no share`,
    remedy: 'Check the throughput: no requests at all may be an outage.',
  };
}
