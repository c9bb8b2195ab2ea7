// The events an incident or a review consists of. Closed: the compiler points at every place that must know a new one.

import type { ActionEvent } from './action/event.ts';
import type { Actor } from './actor.ts';
import type { Alert } from './alert.ts';
import type { Head } from './audit.ts';
import type { Standing } from './hypothesis.ts';
import type { Observation } from './observation.ts';
import type { PhaseName } from './runbook.ts';
import type { Verdict } from './verdict.ts';

/**
 * Words a person wrote. The store keeps them in an erasable row; the hash chain holds only a salted digest,
 * so that erasing them later breaks nothing. `null` once erased.
 */
export interface PrivateText {
  readonly private: string | null;
}

/** Evidence stands beside the chain; the event carries its digest (SHA-256, hex) so that it cannot be exchanged. */
export interface EvidenceRef {
  readonly id: string;
  readonly digest: string;
}

export type Role = 'commander' | 'responder' | 'scribe';

/** Where a set-up step of the incident stands. Each has its own status and its own retry. */
export type SetupStep = 'channel' | 'topic' | 'invite' | 'card' | 'pin' | 'announcement';

export type RecoveryState = 'watching' | 'recovering' | 'recovered' | 'worse' | 'signal-lost' | 'ended';

export type IncidentEvent =
  | {
      readonly type: 'declared';
      readonly number: number;
      readonly runbook: string;
      readonly title: string;
      readonly scope: string;
      readonly severity: 'critical' | 'warning';
      readonly note?: PrivateText;
      /** The check whose value is the first line of everything about this incident. */
      readonly headline: string;
      /** Ids of the checks that will be asked, so that progress can be shown before any answer is in. */
      readonly checks: readonly string[];
      /** Where it was declared, as the face names the place. */
      readonly place?: string;
      /** True when opened beside another open incident of the same runbook on purpose. */
      readonly separate: boolean;
    }
  | { readonly type: 'declared-again'; readonly note?: PrivateText }
  /** An alert of this incident began to fire, or ended. That it ended says nothing about recovery: the watch judges that. */
  | { readonly type: 'alert-received'; readonly alert: Alert }
  /** There are more alerts than an incident keeps; what follows is only counted. */
  | { readonly type: 'alerts-cut'; readonly kept: number }
  | { readonly type: 'room-opened'; readonly room: string; readonly name: string; readonly link?: string }
  | { readonly type: 'setup-failed'; readonly step: SetupStep; readonly why: string }
  | {
      readonly type: 'escalated';
      readonly how: 'called' | 'informed';
      readonly level: string;
      readonly name: string;
      readonly people: readonly string[];
    }
  | { readonly type: 'escalation-exhausted' }
  | { readonly type: 'acknowledged' }
  | { readonly type: 'checks-started'; readonly round: number; readonly checks: readonly string[] }
  | {
      readonly type: 'observed';
      readonly round: number;
      readonly observation: Observation;
      readonly evidence?: EvidenceRef;
    }
  | { readonly type: 'checks-finished'; readonly round: number }
  | { readonly type: 'weighed'; readonly standings: readonly Standing[] }
  | { readonly type: 'phase-entered'; readonly phase: PhaseName }
  | { readonly type: 'role-claimed'; readonly role: Role }
  | {
      readonly type: 'noted';
      readonly text: PrivateText;
      readonly happenedAt: number;
      /** Set when somebody put the message of a conversation on record; the event's actor is who did, `author` who wrote it. */
      readonly pinned?: Pinned;
    }
  | {
      readonly type: 'recovery-changed';
      readonly state: RecoveryState;
      /** One line with the numbers. */
      readonly summary: string;
      readonly healthySamples: number;
      readonly evidence?: EvidenceRef;
    }
  | { readonly type: 'resolved'; readonly as: 'resolved' | 'false-alarm'; readonly reason: PrivateText }
  | { readonly type: 'reopened'; readonly reason: PrivateText }
  | { readonly type: 'report-drafted'; readonly evidence: EvidenceRef }
  | ActionEvent;

/** A review (for example the health check) has a stream of its own. */
export type ReviewEvent =
  | {
      readonly type: 'review-started';
      readonly review: string;
      readonly title: string;
      readonly checks: readonly string[];
    }
  | { readonly type: 'review-observed'; readonly observation: Observation; readonly evidence?: EvidenceRef }
  | {
      readonly type: 'review-finished';
      readonly verdict: Verdict;
      /** Changes that were in place then, where the review tells them; absent in records from before it was kept. */
      readonly inPlace?: readonly { readonly incident: string; readonly action: string }[];
    };

export interface Pinned {
  readonly author: Actor;
  /** The face's own name of the message: the same message is noted once. */
  readonly source: string;
}

/** Which part of a check cannot be measured: one of its limits, or all of it. */
export type GapLevel = 'warning' | 'critical' | 'check';

/** Accepted gaps of measurement, in the stream `gaps`. */
export type GapEvent = {
  readonly type: 'gap-accepted';
  readonly check: string;
  readonly level: GapLevel;
  readonly until: number;
  readonly reason: PrivateText;
};

/** What became of alerts without an incident, in a stream for each day (UTC) on which they were told. */
export type AlertEvent =
  | { readonly type: 'would-have-opened'; readonly runbook: string; readonly scope: string; readonly alert: Alert }
  | { readonly type: 'alert-unmatched'; readonly alert: Alert };

/** Something was erased from the stream in which this stands, whichever it is. What it was is nowhere. */
export type ErasureEvent = {
  readonly type: 'erased';
  readonly what: 'words' | 'person';
  /** Numbers of the events that it was part of. */
  readonly events: readonly number[];
  /** Ids of the rows that are empty now: of private texts, and of evidence that quoted them. */
  readonly texts: readonly string[];
  readonly files: readonly string[];
};

/** The heads of all streams that went on, once a day, in the stream `heads`: its own head, posted outside, stands for all of them. */
export type HeadsEvent = { readonly type: 'heads-noted'; readonly heads: readonly Head[] };

export type Event = IncidentEvent | ReviewEvent | GapEvent | AlertEvent | ErasureEvent | HeadsEvent;

/** An event as it stands in the record. `at` is when it happened, `recordedAt` when it was stored (epoch ms). */
export interface Recorded<E extends Event = Event> {
  readonly stream: string;
  /** 1, 2, 3 … within its stream, without holes. */
  readonly seq: number;
  readonly at: number;
  readonly recordedAt: number;
  readonly actor: Actor;
  readonly event: E;
  /** Hex SHA-256 over the predecessor's hash and this event. */
  readonly hash: string;
}

export interface NewEvent<E extends Event = Event> {
  readonly at: number;
  readonly actor: Actor;
  readonly event: E;
}
