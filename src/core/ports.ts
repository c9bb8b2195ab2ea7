// What the inner rooms need from the outside, as interfaces: time, randomness, log, record, systems, charts.

import type { ActionKind } from './action/port.ts';
import type { ActionFilter, ActionRow, Claims } from './action/ports.ts';
import type { Head, Verification } from './audit.ts';
import type { Chart, Picture } from './chart.ts';
import type { NewEvent, Recorded } from './event.ts';
import type { Incident } from './incident.ts';
import type { Notice } from './notice.ts';
import type { CheckCall, Finding } from './observation.ts';
import type { Turns } from './turn.ts';
import type { Verdict } from './verdict.ts';

/** Epoch milliseconds. */
export interface Clock {
  now(): number;
}

/** 128 random bits or more, as text safe for ids. */
export interface Ids {
  next(): string;
}

/** Structured log. Secrets are masked by the implementation; free text of people never goes here. */
export interface Log {
  debug(about: object, message: string): void;
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}

/** Work that must happen at or after a time, exactly once over all replicas; a row, not a timer in memory. */
export type Job =
  | { readonly kind: 'run-checks'; readonly incident: string; readonly round: number }
  | { readonly kind: 'escalate'; readonly incident: string; readonly level: string }
  | { readonly kind: 'watch-recovery'; readonly incident: string }
  | { readonly kind: 'draft-postmortem'; readonly incident: string }
  | { readonly kind: 'note-heads' }
  | { readonly kind: 'daily-review'; readonly name: string }
  | { readonly kind: ActionJob; readonly incident: string; readonly action: string }
  | { readonly kind: 'escalate-approval'; readonly incident: string; readonly action: string; readonly level: string }
  | {
      readonly kind: 'run-review';
      readonly review: string;
      readonly name: string;
      /** Absent: nobody asked, and it stands where everybody reads. */
      readonly to?: import('./notice.ts').ReplyTo;
    };

/** `settle-action` looks at the world after a process died, `verify-action` whether it followed. */
export type ActionJob = 'preview-action' | 'perform-action' | 'expire-action' | 'settle-action' | 'verify-action';

export interface JobRequest {
  readonly job: Job;
  /** Not before this many ms from now; absent: at once. */
  readonly afterMs?: number;
  /** While a job with this key waits, a second one is not added. */
  readonly once?: string;
}

export interface OutboxMessage {
  readonly notice: Notice;
  /** Notices of one lane go out in order; lanes do not wait for each other. */
  readonly lane: string;
  /** A newer unsent notice with the same key in the same lane replaces this one. */
  readonly supersedes?: string;
  /** Calls and cards that open an incident go before redraws. Default 'normal'. */
  readonly priority?: 'urgent' | 'normal' | 'low';
}

/** One outbox row as the publisher gets it. `attempt` counts from 1. `sending` was set by an earlier attempt that never reported. */
export interface OutboxRow {
  readonly id: string;
  readonly lane: string;
  readonly notice: Notice;
  /** Of its priority: 0 is the most urgent. */
  readonly urgency: number;
  readonly attempt: number;
  /** Epoch ms by the store's clock, as is everything about waiting. */
  readonly createdAt: number;
  /** How long it had waited when it was claimed, by the store's clock. */
  readonly waitedMs: number;
  /** True when an earlier attempt may have reached the outside: look before you repeat. */
  readonly ambiguous: boolean;
}

export interface Outbox {
  /** How long a claim holds without being renewed. A dead publisher's rows are given out again after that. */
  readonly leaseMs: number;
  /** Leases due heads of lanes to this publisher, most urgent and oldest first. */
  claim(limit: number): Promise<readonly OutboxRow[]>;
  /** Still in hand: leases those of them that this publisher holds anew, and returns their ids. */
  renew(ids: readonly string[]): Promise<readonly string[]>;
  sent(id: string): Promise<void>;
  /** Try again in `afterMs`. `ambiguous`: the call may have had its effect. */
  retry(id: string, afterMs: number, why: string, ambiguous: boolean): Promise<void>;
  /** Gives up: the row stays, with its reason, and no longer blocks its lane. */
  failed(id: string, why: string): Promise<void>;
  /** Called at once when a row may have become due (in this process or, where the engine can, in another). Returns the unsubscribe. */
  onWake(listener: () => void): () => void;
  /** Rows waiting and the age of the oldest, for readiness and metrics. */
  backlog(): Promise<{ readonly waiting: number; readonly oldestMs: number; readonly failed: number }>;
}

/** One inbound delivery (command, click, submission). `key` dedupes: event_id, trigger_id, view id and hash. */
export interface Delivery {
  readonly key: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly receivedAt: number;
}

export interface Inbox {
  /** Durable when it resolves, and leased to this process for 12 s. `duplicate` when this key was taken before. */
  take(delivery: Delivery): Promise<'taken' | 'duplicate'>;
  /** The effect is on record. Settling again changes nothing here; inside a transaction `Transaction.settle` is strict. */
  settle(key: string, outcome: string): Promise<void>;
  /**
   * As if it had never been taken: nobody works it later, and the same key may be taken again. Only the delivery that was received
   * at this very time, which this process holds unsettled: an earlier one with the same key was acknowledged, and stays.
   */
  forget(delivery: Pick<Delivery, 'key' | 'receivedAt'>): Promise<void>;
  /**
   * Closes a key whose `take` was not answered: `refused` means that it is not in the inbox and will never be, also when the words of that
   * `take` are still on their way to the database; `taken`, that it was stored and is worked once like any other.
   */
  refuse(key: string): Promise<'refused' | 'taken'>;
  /** Still being worked here: leases those of them that this process holds anew. */
  renew(keys: readonly string[]): Promise<void>;
  /** No longer being worked here and not done: whoever looks next may have them, this process too. */
  release(keys: readonly string[]): Promise<void>;
  /**
   * Unsettled deliveries whose lease ended: left over by a process that died. Leases them to this process, oldest first.
   * Only of these kinds: whoever asks must be able to work what it leases. Absent: all.
   */
  leftOver(limit: number, kinds?: readonly string[]): Promise<readonly Delivery[]>;
  backlog(): Promise<{ readonly waiting: number; readonly oldestMs: number }>;
}

export interface Evidence {
  readonly id: string;
  readonly digest: string;
  /** For example `series`, `chart`, `report`, `samples`. */
  readonly kind: string;
  readonly mediaType: string;
  readonly body: Uint8Array;
}

/** One scrape as a watch saw it. `at` is the time of the sample itself, epoch ms; value null where there was none. */
export interface Sample {
  readonly signal: string;
  readonly at: number;
  readonly value: number | null;
  readonly verdict: Verdict;
}

export interface IncidentFilter {
  readonly status?: 'open' | 'resolved';
  readonly runbook?: string;
  readonly scope?: string;
  readonly limit?: number;
}

/** Reads, the same inside and outside of a transaction. */
export interface Reads {
  /** All events of a stream in order; `[]` for an unknown one. */
  events(stream: string): Promise<readonly Recorded[]>;
  /** The last event of a stream; undefined for an unknown one. */
  head(stream: string): Promise<Head | undefined>;
  /** The last event of every stream that something was recorded in since a time (epoch ms). */
  headsSince(sinceMs: number): Promise<readonly Head[]>;
  incident(id: string): Promise<Incident | undefined>;
  /** Newest first; `limit` defaults to 50. */
  incidents(filter: IncidentFilter): Promise<readonly Incident[]>;
  countIncidents(filter: IncidentFilter): Promise<number>;
  /** Over all incidents, oldest first; at most 200. */
  actions(filter: ActionFilter): Promise<readonly ActionRow[]>;
  /** The incident of an action. */
  incidentOfAction(id: string): Promise<string | undefined>;
  /** How many actions were claimed on the target since a time (epoch ms). */
  claimsOn(target: string, sinceMs: number): Promise<number>;
  evidence(id: string): Promise<Evidence | undefined>;
  /** The newest samples of a watch since a time (epoch ms), in time order; at most 1,000, which is 80 minutes of the fastest watch. */
  samples(stream: string, sinceMs: number): Promise<readonly Sample[]>;
  /** What a face remembers of its own view (channel, message ts), by subject (`INC-42`) and key: one, those that are there, all that begin so. */
  faceRef(subject: string, key: string): Promise<string | undefined>;
  faceRefsAt(subject: string, keys: readonly string[]): Promise<Readonly<Record<string, string>>>;
  faceRefs(subject: string, keysFrom: string): Promise<readonly string[]>;
  /** The subject that a face reference points from, for example the incident of a channel. */
  subjectOf(key: string, value: string): Promise<string | undefined>;
}

export interface Transaction extends Reads {
  /** Epoch ms by the store's clock, which is the same for all replicas: what a deadline of theirs is measured by. */
  now(): Promise<number>;
  /**
   * Appends after sequence number `after` (0 for a new stream). Rejects with `StaleStream` when somebody was faster.
   * The projection of an incident stream is updated in the same transaction, and so are the rows of its actions: a claim rejects with
   * `TargetBusy` while another action runs on the same target or has an unknown outcome there.
   */
  append(stream: string, after: number, events: readonly NewEvent[]): Promise<readonly Recorded[]>;
  nextIncidentNumber(): Promise<number>;
  send(message: OutboxMessage): Promise<void>;
  schedule(request: JobRequest): Promise<void>;
  /** Stores evidence beside the chain and returns its reference. Same bytes, same digest. */
  keep(evidence: {
    readonly kind: string;
    readonly mediaType: string;
    readonly body: Uint8Array;
  }): Promise<{ id: string; digest: string }>;
  /** Keeps one sample beside the chain; the same (stream, signal, at) twice is kept once, so that scrapes are counted and not polls. */
  keepSample(stream: string, sample: Sample): Promise<void>;
  /** Binds the effect to its delivery. Rejects with `AlreadySettled` when no unsettled delivery has this key, so that the effect happens once. */
  settle(deliveryKey: string, outcome: string): Promise<void>;
  setFaceRefs(subject: string, refs: Readonly<Record<string, string>>): Promise<void>;
}

/** Somebody appended to the stream first: read again and decide again. */
export class StaleStream extends Error {
  override readonly name = 'StaleStream';
}

/** Another action is in flight on the target of this one: the transaction takes no effect and is not tried again. */
export class TargetBusy extends Error {
  override readonly name = 'TargetBusy';
}

/** Somebody else did what this delivery asks, or it was never taken: the transaction takes no effect and is not tried again. */
export class AlreadySettled extends Error {
  override readonly name = 'AlreadySettled';
}

/** The store cannot be reached, did not answer, or refused. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  /** True when it may have happened all the same, because the answer got lost: look before you repeat it, or say that it did not. */
  readonly doubtful: boolean;

  constructor(message: string, options: ErrorOptions & { readonly doubtful?: boolean } = {}) {
    super(message, options);
    this.doubtful = options.doubtful ?? false;
  }
}

/** The store can be read, and takes nothing new: its disk is full, or its database is read-only. Nothing was stored. */
export class StoreRefusesWrites extends StoreUnavailable {}

/** The store is not whole. Nobody may work on it: what follows from a record with holes is not what people did. */
export class DamagedStore extends StoreUnavailable {}

export interface Store extends Reads {
  /** Runs `work` in one transaction, again from the start (at most 5 times) when it met `StaleStream` or a serialization failure. Never wait for the network inside. */
  transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly jobs: {
    /** Due jobs that nobody has begun, how long the oldest is overdue, and those of the last hours that failed for good. */
    backlog(): Promise<{ readonly waiting: number; readonly oldestMs: number; readonly failed: number }>;
  };
  readonly claims: Claims;
  /** Kept where all replicas see them, so that together they stay within what an outside grants. */
  readonly turns: Turns;
  /** Runs due jobs through the handler until the returned function is called; a rejected handler is tried again with a growing pause. */
  work(handler: (job: Job, signal: AbortSignal) => Promise<void>): Promise<() => Promise<void>>;
  /** Walks a stream's hash chain. */
  verify(
    stream: string,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly seq: number; readonly why: string }>;
  /** Walks all of them, and holds them against heads that were posted outside. */
  audit(heads: readonly Head[]): Promise<Verification>;
  rebuildProjections(): Promise<number>;
  /** What a face remembers of its own view, for itself; with something else in `Transaction.setFaceRefs`. */
  setFaceRefs(subject: string, refs: Readonly<Record<string, string>>): Promise<void>;
  /** Resolves when the database answers and takes writes; rejects with the reason, `StoreRefusesWrites` where it can be read. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** One kind of check that a system offers. `run` never rejects for a fault of the system: it answers with an unknown observation. */
export interface CheckKind {
  /** Problems of the parameters as a runbook author wrote them; `[]` when they are fine. `path` is dotted. */
  problems(params: unknown): readonly { readonly path: string; readonly message: string }[];
  run(call: CheckCall): Promise<Finding>;
}

/** An external system, configured or not. One that is not configured still knows its kinds, so that runbooks can be checked. */
export interface System {
  readonly name: string;
  readonly configured: boolean;
  readonly checks: Readonly<Record<string, CheckKind>>;
  readonly actions: Readonly<Record<string, ActionKind>>;
  /** Loads beforehand what the first question would wait for; a start does not wait for it. */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

export interface ChartRenderer {
  /** Rejects when it cannot draw within its own deadline; the caller then shows a sparkline. */
  render(chart: Chart): Promise<Picture>;
}
