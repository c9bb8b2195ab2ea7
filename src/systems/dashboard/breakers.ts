// `dashboard.breakers`: circuit breakers by state; a dashboard that publishes none leaves their state unknown.

import { z } from 'zod';
import type { Row } from '../../core/observation.ts';
import { defineCheck } from '../check-kind.ts';
import { oneLine } from '../failure.ts';
import { ruleReading, type Statement, unmeasured } from '../statement.ts';
import { ask, type DashboardBreaker, type DashboardDeps, foreignHash, healthAnswer, sourceOf } from './api.ts';

const path = '/dashboard/health';

const verdictOfState: Readonly<Record<string, Row['verdict']>> = {
  open: 'critical',
  half_open: 'warning',
  closed: 'ok',
};

export const breakers = defineCheck(z.strictObject({}), async (deps: DashboardDeps, call): Promise<Statement> => {
  const source = sourceOf(deps, path);
  const answer = await ask(deps, path, healthAnswer, call.signal);
  if (!answer.ok) return unmeasured(answer.failure, { source });
  const listed = answer.value.circuit_breakers ?? [];
  const foreign = foreignHash(deps, path, answer.value.constitutional_hash);
  const notes = foreign === undefined ? [] : [foreign.note];
  const rows = listed.map(rowOf);
  const names = (state: string) => listed.filter((one) => stateOf(one) === state).map((one) => oneLine(one.name, 60));
  const [open, halfOpen, closed] = [names('open'), names('half_open'), names('closed')];
  const strange = listed.length - open.length - halfOpen.length - closed.length;
  const facts = { open: open.length, halfOpen: halfOpen.length, closed: closed.length };
  const around = { source, notes, rows };

  if (foreign === undefined && listed.length === 0)
    return unmeasured(
      {
        reason: 'no_data',
        detail: 'dashboard: it publishes no circuit breakers, so their state is unknown',
        remedy:
          'Accept this gap, or have the health aggregator of the bus publish its breakers; an empty list does not mean closed.',
      },
      around,
    );
  if (foreign === undefined && strange > 0 && open.length + halfOpen.length === 0)
    return unmeasured(
      {
        reason: 'malformed',
        detail: `dashboard: ${strange} of ${listed.length} circuit breakers are in a state that is none of closed, open, half_open`,
        remedy: 'Look at /dashboard/health itself and report the word.',
      },
      { ...around, facts },
    );
  const parts = [
    open.length > 0 ? `${open.length} open (${open.slice(0, 5).join(', ')})` : '',
    halfOpen.length > 0 ? `${halfOpen.length} half open (${halfOpen.slice(0, 5).join(', ')})` : '',
    listed.length > 0
      ? `${closed.length} of ${listed.length} circuit breakers closed`
      : 'no circuit breakers published',
    strange > 0 ? `${strange} in an unknown state` : '',
  ];
  return {
    ...around,
    kind: 'measured',
    readings: [
      ...(foreign === undefined ? [] : [foreign.reading]),
      ruleReading('critical', 'no circuit breaker may be open', open.length),
      ruleReading('warning', 'no circuit breaker may be half open', halfOpen.length),
    ],
    ...(listed.length > 0 ? { measurement: { value: open.length, unit: 'count' as const }, facts } : {}),
    summary: [foreign === undefined ? '' : 'constitutional hash differs', ...parts].filter(Boolean).join(', '),
  };
});

/** The library under the bus writes `half-open`, the dashboard's documentation `half_open`. */
function stateOf(breaker: DashboardBreaker): string {
  return breaker.state
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

function rowOf(breaker: DashboardBreaker): Row {
  const state = stateOf(breaker);
  const failures = breaker.fail_count ?? breaker.failure_count ?? breaker.fail_counter;
  const counted = typeof failures === 'number' ? `, ${failures} failures` : '';
  return {
    label: breaker.name,
    verdict: verdictOfState[state] ?? 'unknown',
    note: `${oneLine(state, 40)}${counted}`,
  };
}
