// `prometheus.compliance`: no violation is only good news where validations were made; the first violation counts, too.

import { z } from 'zod';
import { spellDuration } from '../../core/duration.ts';
import type { Row } from '../../core/observation.ts';
import { spellValue } from '../../core/spell.ts';
import { holdAgainst } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import type { Failure } from '../failure.ts';
import { ruleReading, type Statement, sayValue, unmeasured } from '../statement.ts';
import { countedIn, coverageOf, oneNumber } from './counting.ts';
import { type PrometheusDeps, sourceOf } from './deps.ts';
import { whyEmpty } from './presence.ts';
import { labelFor } from './rows.ts';
import { durationMs, labelOf, metricName, promDuration, selector } from './selector.ts';
import { standingOf } from './standing.ts';

const params = z.strictObject({
  /** Counter with the label `result`, of which `failure` is counted as failed. */
  validations: metricName,
  violations: metricName,
  window: promDuration.default('24h'),
});

export const compliance = defineCheck(params, async (deps: PrometheusDeps, call, given): Promise<Statement> => {
  const { signal } = call;
  const validations = selector(given.validations, {}, deps);
  const violations = selector(given.violations, {}, deps);
  const failing = selector(given.validations, { select: { result: 'failure' } }, deps);
  const asked = countedIn(violations, durationMs(given.window));
  const source = sourceOf(deps, asked);

  const covered = await coverageOf(deps, [validations, violations], durationMs(given.window), signal);
  if (!covered.ok) return unmeasured(covered.failure, { source });
  const { coveredMs, complete } = covered.value;
  if (coveredMs === 0) return unmeasured(await whyEmpty(deps, given.validations, validations, signal), { source });

  const grouping = ` by (${labelOf('service', deps.labels)}, violation_type)`;
  const [made, failed, found, ever, standing] = await Promise.all([
    oneNumber(deps, countedIn(validations, coveredMs), signal),
    oneNumber(deps, countedIn(failing, coveredMs), signal),
    deps.api.query(countedIn(violations, coveredMs, grouping), signal),
    oneNumber(deps, `sum(${violations})`, signal),
    standingOf(deps, [validations, violations], signal),
  ]);
  if (!made.ok) return unmeasured(made.failure, { source });
  if (!failed.ok) return unmeasured(failed.failure, { source });
  if (!found.ok) return unmeasured(found.failure, { source });
  if (!ever.ok) return unmeasured(ever.failure, { source });

  const numbers = [made.value, failed.value, ever.value, ...found.value.samples.map((sample) => sample.value)];
  if (numbers.some((number) => number !== undefined && !Number.isFinite(number)))
    return unmeasured(notCounts(given), { source });

  const total = made.value ?? 0;
  const failures = failed.value ?? 0;
  const rows = found.value.samples
    .filter((sample) => sample.value > 0)
    .map(
      (sample): Row => ({
        label: labelFor(sample, []),
        measurement: { value: sample.value, unit: 'count' },
        verdict: 'critical',
      }),
    );
  const violated = rows.reduce((sum, row) => sum + (row.measurement?.value ?? 0), 0);
  const span = complete ? given.window : spellDuration(coveredMs);
  const notes = [
    ...standing.notes,
    ...(complete ? [] : [`Prometheus remembers only the last ${span} of ${given.window}`]),
    ever.value === undefined
      ? `no series ${violations}: read as no violation so far`
      : `${spellValue(ever.value, 'count')} violations since the exporters started`,
  ];
  const facts = {
    violations: Math.round(violated),
    validations: Math.round(total),
    failures: Math.round(failures),
    failureSharePercent: total > 0 ? (100 * failures) / total : 0,
    sinceStart: ever.value ?? 0,
    coveredHours: coveredMs / 3_600_000,
  };
  const around = { source, notes, rows, facts, sampleAt: standing.sampleAt };

  // What was violated stays violated: only the absence of violations needs fresh data and real validations.
  if (violated === 0 && failures === 0) {
    if (standing.undecidable !== undefined) return unmeasured(standing.undecidable, around);
    if (total <= 0) return unmeasured(noValidations(given), around);
    if (!complete && (ever.value ?? 0) > 0) return unmeasured(tooShort(given, span, ever.value ?? 0), around);
  }
  const unit = call.unit === '%' && total > 0 ? '%' : 'count';
  const value = unit === '%' ? 100 * (1 - failures / total) : violated;
  const readings = [
    ...(unit === call.unit ? holdAgainst(value, call.limits) : []),
    ruleReading('critical', 'zero tolerance: violations', violated),
    ruleReading('critical', 'zero tolerance: failed validations', failures),
  ];
  const counts = `${spellValue(violated, 'count')} violations in ${span}, ${spellValue(total, 'count')} validations, ${spellValue(failures, 'count')} failed`;
  return {
    ...around,
    kind: 'measured',
    measurement: { value, unit },
    readings,
    summary: unit === '%' ? `${sayValue(value, unit, readings.slice(0, call.limits.length))}: ${counts}` : counts,
  };
});

function noValidations({ validations, window }: z.output<typeof params>): Failure {
  return {
    reason: 'no_data',
    detail: `no validation was counted by ${validations} in ${window}: no violations prove nothing then`,
    remedy: 'Check that the bus validates messages and exports this counter; silence is not compliance.',
  };
}

function notCounts({ validations, violations }: z.output<typeof params>): Failure {
  return {
    reason: 'not_a_number',
    detail: `prometheus: ${validations} or ${violations} has values that are no numbers`,
    remedy: 'Look at the exporter: a counter cannot be NaN or infinite.',
  };
}

function tooShort({ window }: z.output<typeof params>, span: string, ever: number): Failure {
  return {
    reason: 'unresolvable',
    detail: `${spellValue(ever, 'count')} violations since the exporters started, but Prometheus remembers only ${span}: whether they are from the last ${window} cannot be told`,
    remedy: 'Look in the audit log when they happened.',
  };
}
