// `prometheus.budget`: what is left of an error budget, and over which span of data that is really known.

import { z } from 'zod';
import { spellDuration } from '../../core/duration.ts';
import { spellValue } from '../../core/spell.ts';
import { holdAgainst } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import type { Failure } from '../failure.ts';
import { type Statement, sayValue, unmeasured } from '../statement.ts';
import { countedIn, coverageOf, oneNumber } from './counting.ts';
import { type PrometheusDeps, sourceOf } from './deps.ts';
import { doubtOf } from './doubt.ts';
import { whyEmpty } from './presence.ts';
import { counted, durationMs, promDuration, selector } from './selector.ts';
import { standingOf } from './standing.ts';

/** The burn rate is read over this span. */
const burnMs = 3_600_000;
const dayMs = 86_400_000;

const params = z.strictObject({
  total: counted,
  errors: counted,
  /** Percent of requests that must succeed, for example 99.9. */
  objective: z.number().gt(0).lt(100),
  window: promDuration.default('30d'),
});

export const budget = defineCheck(params, async (deps: PrometheusDeps, call, given): Promise<Statement> => {
  const { signal } = call;
  const total = selector(given.total.metric, given.total, deps);
  const errors = selector(given.errors.metric, given.errors, deps);
  const windowMs = durationMs(given.window);
  const covered = await coverageOf(deps, [total], windowMs, signal);
  if (!covered.ok) return unmeasured(covered.failure, { source: sourceOf(deps, countedIn(total, windowMs)) });
  const { coveredMs, complete } = covered.value;
  const asked = `${countedIn(errors, coveredMs || windowMs)} / ${countedIn(total, coveredMs || windowMs)}`;
  const source = sourceOf(deps, asked);
  if (coveredMs === 0) return unmeasured(await whyEmpty(deps, given.total.metric, total, signal), { source });

  const [all, bad, recentAll, recentBad, standing] = await Promise.all([
    oneNumber(deps, countedIn(total, coveredMs), signal),
    oneNumber(deps, countedIn(errors, coveredMs), signal),
    oneNumber(deps, countedIn(total, Math.min(burnMs, coveredMs)), signal),
    oneNumber(deps, countedIn(errors, Math.min(burnMs, coveredMs)), signal),
    standingOf(deps, [total], signal),
  ]);
  const around = { source, notes: standing.notes, sampleAt: standing.sampleAt };
  if (!all.ok) return unmeasured(all.failure, around);
  if (!bad.ok) return unmeasured(bad.failure, around);
  if (standing.undecidable !== undefined) return unmeasured(standing.undecidable, around);
  if (all.value === undefined || !(all.value > 0 && Number.isFinite(all.value + (bad.value ?? 0))))
    return unmeasured(noTraffic(given.total.metric), around);
  const doubt = (bad.value ?? 0) === 0 ? await doubtOf(deps, given.errors, given.total, undefined, signal) : {};
  if (doubt.failure !== undefined) return unmeasured(doubt.failure, around);

  const allowed = 1 - given.objective / 100;
  const remaining = 100 * (1 - (bad.value ?? 0) / all.value / allowed);
  const burned = recentAll.ok && recentBad.ok ? (recentBad.value ?? 0) / (recentAll.value ?? 0) / allowed : Number.NaN;
  const burn = Number.isFinite(burned) ? burned : undefined;
  const value = call.unit === 'ratio' ? remaining / 100 : remaining;
  const unit = call.unit === 'ratio' ? 'ratio' : '%';
  const readings = holdAgainst(value, call.limits);
  const span = complete ? given.window : `${spellDuration(coveredMs)} of ${given.window}`;
  const counts = `${spellValue(bad.value ?? 0, 'count')} of ${spellValue(all.value, 'count')} requests failed`;
  return {
    ...around,
    kind: 'measured',
    measurement: { value, unit },
    readings,
    summary: `${sayValue(value, unit, readings)} of the error budget left${burn === undefined ? '' : `, burning ${burn.toFixed(1)} ×`}, based on ${span}`,
    notes: [
      ...standing.notes,
      ...(doubt.notes ?? []),
      `${counts} in ${span}; the objective of ${given.objective} % allows ${spellValue(all.value * allowed, 'count')}`,
      ...(complete ? [] : [`Prometheus has no older data: this is not yet a budget over ${given.window}`]),
      ...(burn === undefined ? ['no burn rate: nothing was counted in the last hour, or it could not be asked'] : []),
    ],
    facts: {
      remaining,
      ...(burn === undefined ? {} : { burn }),
      coveredDays: coveredMs / dayMs,
      objective: given.objective,
    },
  };
});

function noTraffic(metric: string): Failure {
  return {
    reason: 'not_a_number',
    detail: `no traffic: ${metric} counted no request in the span that Prometheus remembers`,
    remedy: 'Check the throughput: no requests at all may be an outage.',
  };
}
