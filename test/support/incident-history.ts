// Builds the history of an incident in memory, the way the store would record it.

import { type Actor, person, theBot } from '../../src/core/actor.ts';
import { decide, type IncidentCommand } from '../../src/core/decide.ts';
import type { IncidentEvent, Recorded } from '../../src/core/event.ts';
import type { Outcome } from '../../src/core/fault.ts';
import { type Incident, incidentFrom } from '../../src/core/incident.ts';
import type { Observation } from '../../src/core/observation.ts';
import type { Verdict } from '../../src/core/verdict.ts';

export const rita = person('U0RITA');
export const lena = person('U0LENA');
export const started = Date.parse('2026-11-23T02:14:00Z');

export interface History {
  readonly events: readonly Recorded[];
  readonly incident: Incident;
  /** Appends what the command causes; the outcome is the decision's. */
  command(command: IncidentCommand, actor?: Actor): Outcome<readonly IncidentEvent[]>;
}

/** A history that starts with the declaration of a latency incident with the given checks. */
export function declaredHistory(checks: readonly string[] = ['p99', 'hit-rate'], actor: Actor = rita): History {
  const events: Recorded[] = [];
  const append = (event: IncidentEvent, by: Actor) => {
    const seq = events.length + 1;
    const at = started + (seq - 1) * 60_000;
    events.push({ stream: 'INC-1', seq, at, recordedAt: at, actor: by, event, hash: `hash-${seq}` });
  };
  append(
    {
      type: 'declared',
      number: 1,
      runbook: 'latency',
      title: 'High latency',
      scope: 'agent-bus',
      severity: 'critical',
      headline: 'p99',
      checks,
      separate: false,
    },
    actor,
  );
  const current = (): Incident => {
    const incident = incidentFrom(events);
    if (incident === undefined) throw new Error('a declared incident exists');
    return incident;
  };
  return {
    get events() {
      return events;
    },
    get incident() {
      return current();
    },
    command(command, by = rita) {
      const outcome = decide(current(), command, by);
      if (outcome.ok) for (const event of outcome.value) append(event, by);
      return outcome;
    },
  };
}

/** An observation of a check with a verdict; only what a test needs to say is said. */
export function observation(check: string, verdict: Verdict, more: Partial<Observation> = {}): Observation {
  return {
    check,
    title: check,
    verdict,
    limits: [],
    summary: `${check} is ${verdict}`,
    rows: [],
    notes: [],
    source: { system: 'test' },
    observedAt: started,
    tookMs: 1,
    ...(verdict === 'unknown' ? { unknown: { reason: 'no_data', detail: 'no data', remedy: 'look' } } : {}),
    ...more,
  };
}

export const bot = theBot;
