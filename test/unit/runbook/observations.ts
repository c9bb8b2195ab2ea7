// Observations for tests of conditions and hypotheses.

import type { Observation } from '../../../src/core/observation.ts';

/** A known answer of 90 % unless told otherwise. */
export function observed(check: string, changes: Partial<Observation> = {}): Observation {
  return {
    check,
    title: check,
    verdict: 'ok',
    measurement: { value: 90, unit: '%' },
    limits: [],
    summary: `${changes.measurement?.value ?? 90} %`,
    rows: [],
    notes: [],
    source: { system: 'test' },
    observedAt: 0,
    tookMs: 1,
    ...changes,
  };
}

export function unanswered(check: string, detail = 'connection refused'): Observation {
  const { measurement: _, ...rest } = observed(check, { verdict: 'unknown', summary: detail });
  return { ...rest, unknown: { reason: 'unreachable', detail, remedy: 'start it' } };
}
