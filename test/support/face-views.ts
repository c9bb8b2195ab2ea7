// Views of an incident and a review for tests of a face: plausible, and each part replaceable.

import { person } from '../../src/core/actor.ts';
import type { Observation } from '../../src/core/observation.ts';
import type { ActionView } from '../../src/response/actions/action-view.ts';
import type { CheckView, IncidentView, ReviewView } from '../../src/response/views.ts';

/** 2026-11-24 02:14:00 UTC. */
export const nightMs = Date.UTC(2026, 10, 24, 2, 14);

export function anObservation(over: Partial<Observation> = {}): Observation {
  return {
    check: 'cache-hits',
    title: 'Cache hit rate',
    verdict: 'critical',
    measurement: { value: 41.2, unit: '%' },
    limits: [{ level: 'critical', breachedWhen: 'below', bound: 85, source: 'runbook, Cache', outcome: 'breached' }],
    summary: '41.2 % (want > 85 %, 5 min)',
    rows: [],
    notes: [],
    source: { system: 'prometheus' },
    observedAt: nightMs + 60_000,
    sampleAt: nightMs + 48_000,
    tookMs: 20,
    ...over,
  };
}

export function aCheck(over: Partial<CheckView> = {}): CheckView {
  return { id: 'cache-hits', title: 'Cache hit rate', chart: false, observation: anObservation(), ...over };
}

/** An open, unacknowledged latency incident with one answered and one awaited check. */
export function anIncident(over: Partial<IncidentView> = {}): IncidentView {
  return {
    id: 'INC-42',
    runbook: 'latency',
    title: 'High latency',
    scope: 'agent-bus',
    status: 'open',
    severity: 'critical',
    headline: { verdict: 'critical', text: 'P99 19.0 ms > 5 ms · rising since 02:14 UTC · agent-bus' },
    declaredAt: nightMs,
    declaredBy: person('U0RITA'),
    phases: [
      { name: 'acknowledge', state: 'current' },
      { name: 'verify', state: 'current', detail: '1 of 2' },
      { name: 'investigate', state: 'ahead' },
      { name: 'mitigate', state: 'ahead' },
      { name: 'post-mortem', state: 'ahead' },
    ],
    checks: [aCheck(), { id: 'redis', title: 'Redis', chart: false }],
    progress: { done: 1, total: 2, awaited: ['Redis'], round: 1 },
    standings: [
      {
        hypothesis: 'cache',
        title: 'cache',
        position: 'supported',
        for: ['hit rate 41.2 %'],
        against: [],
        missing: [],
      },
    ],
    proposals: [
      {
        id: 'clear',
        title: 'Clear cache prefixes',
        step: '6.2',
        risk: 'risky',
        supported: true,
        why: 'the cache misses',
        caution: 'it deletes 500 keys',
        offered: false,
      },
    ],
    sayings: [],
    underWay: [],
    debts: [],
    escalation: {
      next: { level: 'L2', name: 'Platform team lead', at: nightMs + 300_000 },
      told: [{ level: 'L1', name: 'On-call engineer', at: nightMs }],
      exhausted: false,
    },
    roles: {},
    setupFailures: {},
    intents: ['acknowledge', 'resolve', 'recheck', 'take-command', 'note', 'false-alarm'],
    ...over,
  };
}

export function aResolvedIncident(over: Partial<IncidentView> = {}): IncidentView {
  return anIncident({
    status: 'resolved',
    resolved: { at: nightMs + 2_040_000, by: person('U0LENA'), as: 'resolved', reason: 'cache warmed up' },
    escalation: { stopped: { by: person('U0RITA'), at: nightMs + 120_000 }, told: [], exhausted: false },
    intents: ['redraft', 'reopen', 'note'],
    ...over,
  });
}

export function aReview(over: Partial<ReviewView> = {}): ReviewView {
  return {
    id: 'REV-7',
    name: 'health',
    title: 'Daily health check',
    startedAt: nightMs,
    headline: { verdict: 'unknown', text: '1 of 2 cannot be measured, 1 OK' },
    finished: true,
    checks: [
      aCheck({ id: 'p99', title: 'P99', observation: anObservation({ check: 'p99', title: 'P99', verdict: 'ok' }) }),
    ],
    progress: { done: 1, total: 1, awaited: [] },
    debts: [],
    alerts: { wouldHaveOpened: [], unmatched: [] },
    gaps: [{ check: 'p99', title: 'P99', level: 'warning', why: 'first bucket edge 5 ms' }],
    ...over,
  };
}

/** FLUSHDB, asked for by Rita and waiting for its approvals. */
export function anAction(over: Partial<ActionView> = {}): ActionView {
  return {
    id: '5f2c9e7a41d04b6f8c3e9a2b7d1f0c64',
    incident: 'INC-42',
    definition: 'flush-database',
    title: 'Flush the whole Redis database',
    step: '8',
    state: 'awaiting',
    risk: 'destructive',
    isUndo: false,
    requestedBy: person('U0RITA'),
    since: nightMs,
    shown: {
      target: 'redis redis-prod:6379 db 0',
      typed: 'FLUSHDB redis-prod/0',
      call: 'FLUSHDB ASYNC',
      summary: 'FLUSHDB on redis redis-prod:6379 db 0, a master, deletes 504 keys, about 1.2 MB. It cannot be undone.',
      protectedPresent: true,
      rows: [{ label: 'audit:*', amount: '2', note: 'audit evidence', protected: true }],
      notes: [],
      at: nightMs,
    },
    approvals: [],
    missing: ['approver', 'commander'],
    needs: ['approver', 'commander'],
    escalated: [],
    decideBy: nightMs + 900_000,
    following: false,
    inPlace: false,
    moves: ['approve', 'reject', 'cancel'],
    ...over,
  };
}
