// The incident: what it is after its events (`evolve`). What may happen next is in `decide.ts`.

import type { Action } from './action/action.ts';
import { evolveAction } from './action/evolve.ts';
import type { Actor } from './actor.ts';
import type { Alert } from './alert.ts';
import type { EvidenceRef, IncidentEvent, PrivateText, Recorded, RecoveryState, Role, SetupStep } from './event.ts';
import type { Standing } from './hypothesis.ts';
import type { Observation } from './observation.ts';
import type { PhaseName } from './runbook.ts';

export interface Incident {
  /** `INC-42`; also the name of its stream. */
  readonly id: string;
  readonly number: number;
  readonly runbook: string;
  readonly title: string;
  readonly scope: string;
  readonly severity: 'critical' | 'warning';
  readonly separate: boolean;
  readonly status: 'open' | 'resolved';
  readonly phase: PhaseName;
  readonly declaredAt: number;
  /** When it was declared or last reopened: what was measured before says nothing about now. */
  readonly openedAt: number;
  readonly declaredBy: Actor;
  /** The check whose value is the first line. */
  readonly headline: string;
  readonly note?: PrivateText;
  readonly place?: string;
  readonly room?: { readonly room: string; readonly name: string; readonly link?: string };
  readonly setupFailures: Readonly<Partial<Record<SetupStep, string>>>;
  readonly acknowledged?: { readonly at: number; readonly by: Actor };
  /** Levels told so far, in order. */
  readonly escalated: readonly {
    readonly how: 'called' | 'informed';
    readonly level: string;
    readonly name: string;
    readonly people: readonly string[];
    readonly at: number;
  }[];
  readonly escalationExhausted: boolean;
  /** Number of the latest round of checks; 0 before the first. */
  readonly round: number;
  readonly roundFinished: boolean;
  /** Absent before the first round. */
  readonly roundStartedAt?: number;
  readonly expectedChecks: readonly string[];
  /** The latest observation of each check, with the evidence behind it. */
  readonly observations: Readonly<
    Record<string, { readonly observation: Observation; readonly evidence?: EvidenceRef; readonly round: number }>
  >;
  readonly standings: readonly Standing[];
  readonly roles: Readonly<Partial<Record<Role, Actor>>>;
  /** Alerts of this incident by fingerprint, as last received. Absent while there was none. */
  readonly alerts?: Readonly<Record<string, Alert>>;
  readonly alertsCut?: boolean;
  readonly recovery?: {
    readonly state: RecoveryState;
    readonly summary: string;
    readonly healthySamples: number;
    readonly since: number;
  };
  readonly resolved?: {
    readonly at: number;
    readonly by: Actor;
    readonly as: 'resolved' | 'false-alarm';
    readonly reason: PrivateText;
  };
  /** Who put which message on record, by the face's name of the message. */
  readonly pinned?: Readonly<Record<string, { readonly at: number; readonly by: Actor }>>;
  /** The last time. */
  readonly reopened?: { readonly at: number; readonly by: Actor };
  readonly report?: EvidenceRef;
  /** By id, in the order in which they were proposed. */
  readonly actions: Readonly<Record<string, Action>>;
  /** Number of events, which is also the sequence number that the next append must follow. */
  readonly seq: number;
}

export function incidentId(number: number): string {
  return `INC-${number}`;
}

/** The incident after these events, in order. Undefined before `declared`. */
export function incidentFrom(events: readonly Recorded[]): Incident | undefined {
  return events.reduce<Incident | undefined>((incident, event) => evolve(incident, event), undefined);
}

/** One step of the fold. Events of other kinds of streams are ignored. */
export function evolve(incident: Incident | undefined, recorded: Recorded): Incident | undefined {
  const event = recorded.event;
  if (event.type === 'declared') return declaredIncident(recorded, event);
  if (incident === undefined) return undefined;
  if (event.type === 'reopened') {
    const { resolved: _resolved, recovery: _recovery, ...open } = incident;
    return {
      ...open,
      status: 'open',
      phase: 'investigate',
      openedAt: recorded.at,
      reopened: { at: recorded.at, by: recorded.actor },
      roundFinished: true,
      seq: recorded.seq,
    };
  }
  return { ...incident, ...change(incident, recorded), seq: recorded.seq };
}

function declaredIncident(recorded: Recorded, event: Extract<IncidentEvent, { type: 'declared' }>): Incident {
  return {
    id: recorded.stream,
    number: event.number,
    runbook: event.runbook,
    title: event.title,
    scope: event.scope,
    severity: event.severity,
    separate: event.separate,
    status: 'open',
    phase: 'acknowledge',
    declaredAt: recorded.at,
    openedAt: recorded.at,
    declaredBy: recorded.actor,
    headline: event.headline,
    ...(event.note === undefined ? {} : { note: event.note }),
    ...(event.place === undefined ? {} : { place: event.place }),
    setupFailures: {},
    escalated: [],
    escalationExhausted: false,
    round: 0,
    roundFinished: false,
    expectedChecks: event.checks,
    observations: {},
    standings: [],
    roles: {},
    actions: {},
    seq: recorded.seq,
  };
}

function change(incident: Incident, recorded: Recorded): Partial<Incident> {
  const { event, actor, at } = recorded;
  switch (event.type) {
    case 'room-opened':
      return {
        room: { room: event.room, name: event.name, ...(event.link === undefined ? {} : { link: event.link }) },
      };
    case 'setup-failed':
      return { setupFailures: { ...incident.setupFailures, [event.step]: event.why } };
    case 'escalated':
      return {
        escalated: [
          ...incident.escalated,
          { how: event.how, level: event.level, name: event.name, people: event.people, at },
        ],
      };
    case 'escalation-exhausted':
      return { escalationExhausted: true };
    case 'acknowledged':
      return { acknowledged: { at, by: actor }, roles: { responder: actor, ...incident.roles } };
    case 'checks-started':
      return { round: event.round, roundFinished: false, roundStartedAt: at, expectedChecks: event.checks };
    case 'observed':
      return {
        observations: {
          ...incident.observations,
          [event.observation.check]: {
            observation: event.observation,
            round: event.round,
            ...(event.evidence === undefined ? {} : { evidence: event.evidence }),
          },
        },
      };
    case 'checks-finished':
      return { roundFinished: true };
    case 'weighed':
      return { standings: event.standings };
    case 'phase-entered':
      return { phase: event.phase };
    case 'alert-received':
      return { alerts: { ...incident.alerts, [event.alert.fingerprint]: event.alert } };
    case 'alerts-cut':
      return { alertsCut: true };
    case 'role-claimed':
      return { roles: { ...incident.roles, [event.role]: actor } };
    case 'recovery-changed': {
      const since = incident.recovery?.state === event.state ? incident.recovery.since : at;
      return { recovery: { state: event.state, summary: event.summary, healthySamples: event.healthySamples, since } };
    }
    case 'resolved':
      return {
        status: 'resolved',
        phase: 'post-mortem',
        resolved: { at, by: actor, as: event.as, reason: event.reason },
      };
    case 'report-drafted':
      return { report: event.evidence };
    case 'noted':
      return event.pinned === undefined
        ? {}
        : { pinned: { ...incident.pinned, [event.pinned.source]: { at, by: actor } } };
    case 'action-proposed':
    case 'action-previewed':
    case 'action-requested':
    case 'action-escalated':
    case 'action-gated':
    case 'action-approved':
    case 'action-rejected':
    case 'action-expired':
    case 'action-voided':
    case 'action-cancelled':
    case 'action-claimed':
    case 'action-stop-asked':
    case 'action-finished':
    case 'action-settled':
    case 'action-verified':
    case 'action-undone':
    case 'action-kept': {
      const action = evolveAction(incident.actions[event.action], { event, actor, at });
      return action === undefined ? {} : { actions: { ...incident.actions, [event.action]: action } };
    }
    case 'declared':
    case 'reopened':
    case 'declared-again':
    case 'review-started':
    case 'review-observed':
    case 'review-finished':
    case 'gap-accepted':
    case 'would-have-opened':
    case 'alert-unmatched':
    case 'erased':
    case 'heads-noted':
      return {};
  }
}
