// `dashboard.performance`: the dashboard's three performance numbers, which are constants of its source unless somebody overrides them.

import { z } from 'zod';
import type { Row } from '../../core/observation.ts';
import { spellValue } from '../../core/spell.ts';
import { holdAgainst, verdictOf } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import type { Failure } from '../failure.ts';
import { type Statement, sayValue, unmeasured } from '../statement.ts';
import { ask, type DashboardDeps, foreignHash, metricsAnswer, sourceOf } from './api.ts';

const path = '/dashboard/metrics';

/** What dashboard_api.py answers when nobody wrote real numbers into Redis. */
const defaults = { p99: 0.278, rps: 6310, cache: 0.95 } as const;

const defaultNote = 'the default value of the dashboard, not a measurement';

export const performance = defineCheck(z.strictObject({}), async (deps: DashboardDeps, call): Promise<Statement> => {
  const source = sourceOf(deps, path);
  const answer = await ask(deps, path, metricsAnswer, call.signal);
  if (!answer.ok) return unmeasured(answer.failure, { source });
  const { p99_latency_ms: p99, throughput_rps: rps, cache_hit_rate: cache } = answer.value.performance;
  const foreign = foreignHash(deps, path, answer.value.constitutional_hash);
  const notes = foreign === undefined ? [] : [foreign.note];
  const cachePercent = typeof cache === 'number' ? (cache <= 1 ? cache * 100 : cache) : undefined;
  const p99InUnit = typeof p99 === 'number' && call.unit === 's' ? p99 / 1_000 : p99;
  const p99Readings = typeof p99InUnit === 'number' ? holdAgainst(p99InUnit, call.limits) : [];
  const rows: readonly Row[] = [
    row('P99 latency', p99, 'ms', p99 === defaults.p99, verdictOf(p99Readings)),
    row('throughput', rps, 'rps', rps === defaults.rps, 'ok'),
    row('cache hit rate', cachePercent, '%', cache === defaults.cache, 'ok'),
  ];
  const around = { source, notes, rows };
  const isDefault = p99 === defaults.p99;
  if (foreign === undefined && (isDefault || typeof p99InUnit !== 'number')) {
    const all = isDefault && rps === defaults.rps && cache === defaults.cache;
    return unmeasured(isDefault ? defaultValue(all) : absent(), around);
  }

  const others = rows
    .slice(1)
    .flatMap((one) =>
      one.verdict === 'ok' && one.measurement !== undefined
        ? [`${one.label} ${spellValue(one.measurement.value, one.measurement.unit)}`]
        : [],
    );
  const known = !isDefault && typeof p99InUnit === 'number';
  const unit = call.unit === 's' ? 's' : 'ms';
  const readings = [...(foreign === undefined ? [] : [foreign.reading]), ...(known ? p99Readings : [])];
  const said = known ? `P99 ${sayValue(p99InUnit, unit, p99Readings)}` : 'performance not measured';
  return {
    ...around,
    kind: 'measured',
    readings,
    ...(known ? { measurement: { value: p99InUnit, unit } } : {}),
    summary: [foreign === undefined ? '' : 'constitutional hash differs', said, ...others].filter(Boolean).join(', '),
    facts: {
      ...(known ? { p99: p99InUnit } : {}),
      ...(typeof rps === 'number' && rps !== defaults.rps ? { rps } : {}),
      ...(cachePercent !== undefined && cache !== defaults.cache ? { cacheHitRate: cachePercent } : {}),
    },
  };
});

function row(
  label: string,
  value: number | null | undefined,
  unit: 'ms' | 'rps' | '%',
  isDefault: boolean,
  verdict: Row['verdict'],
): Row {
  if (typeof value !== 'number') return { label, verdict: 'unknown', note: 'missing in the answer' };
  if (isDefault) return { label, measurement: { value, unit }, verdict: 'unknown', note: defaultNote };
  return { label, measurement: { value, unit }, verdict };
}

function defaultValue(all: boolean): Failure {
  const what = all ? 'P99 0.278 ms, 6,310 rps and a cache hit rate of 0.95' : 'a P99 of 0.278 ms';
  return {
    reason: 'default_value',
    detail: `dashboard: it shows ${what}, which is ${defaultNote}`,
    remedy:
      'Read these values from Prometheus; this dashboard measures them only when somebody writes its acgs2:metrics keys.',
  };
}

function absent(): Failure {
  return {
    reason: 'no_data',
    detail: 'dashboard: its performance has no p99_latency_ms',
    remedy: 'Read this value from Prometheus.',
  };
}
