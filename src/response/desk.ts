// The desk: everything a face may ask of the bot. Each method is one use case in its own file.

import type { Actor } from '../core/actor.ts';
import type { Answer } from '../core/answer.ts';
import type { Head } from '../core/audit.ts';
import type { Chart } from '../core/chart.ts';
import type { GapLevel, Role } from '../core/event.ts';
import type { Fault } from '../core/fault.ts';
import type { ReplyTo } from '../core/notice.ts';
import type { TimelineEntry } from '../core/timeline.ts';
import type { ActionView } from './actions/action-view.ts';
import type { Decision } from './actions/decide-on.ts';
import type { PinnedMessage } from './take-part.ts';
import type { IncidentView, ReviewView } from './views.ts';

/** One accepted delivery: who asks, where the answer goes, and the inbox key that is settled with the effect. */
export interface Request {
  readonly actor: Actor;
  readonly to: ReplyTo;
  /** Absent in the terminal, which has no inbox. */
  readonly delivery?: string;
  /** In the terminal, which has no channels: the incident that was named. */
  readonly incident?: string;
  /** In the terminal: takes the answer in place of the outbox. Called again when the transaction is run again, so the last one counts. */
  readonly hear?: (answer: Answer) => void;
}

export interface Desk {
  /** The words after `/acgs`. The answer goes out through the outbox. */
  command(words: string, request: Request): Promise<void>;
  /** The same for words that only look, without the outbox and without writing anything; undefined for all others. */
  look(words: string, request: Request): Promise<Answer | undefined>;
  acknowledge(incident: string, request: Request): Promise<void>;
  /** Asks all checks of the incident again. */
  recheck(incident: string, request: Request): Promise<void>;
  takeRole(incident: string, role: Role, request: Request): Promise<void>;
  /** `happenedAt` is when the noted thing happened (epoch ms), not when it was written down. */
  note(incident: string, text: string, happenedAt: number, request: Request): Promise<void>;
  /** Puts a message that somebody wrote on record, once. */
  pin(incident: string, message: PinnedMessage, request: Request): Promise<void>;
  resolve(
    incident: string,
    how: { readonly as: 'resolved' | 'false-alarm'; readonly reason: string },
    request: Request,
  ): Promise<void>;
  reopen(incident: string, reason: string, request: Request): Promise<void>;
  /** Drafts the report again from the record. */
  redraft(incident: string, request: Request): Promise<void>;
  /** `until` is epoch ms, at most 180 days ahead. */
  acceptGap(
    gap: {
      readonly check: string;
      readonly level: GapLevel;
      readonly until: number;
      readonly reason: string;
    },
    request: Request,
  ): Promise<void>;

  /** Begins an action of the incident's runbook: a preview first. `name` is its id there. */
  proposeAction(incident: string, name: string, request: Request): Promise<void>;
  /** Begins what puts a finished action back. */
  proposeUndo(action: string, request: Request): Promise<void>;
  decideOn(action: string, decision: Decision, request: Request): Promise<void>;

  /** For drawing. */
  timeline(incident: string): Promise<readonly TimelineEntry[]>;
  actionView(incident: string, action: string): Promise<ActionView | undefined>;
  incidentView(id: string): Promise<IncidentView | undefined>;
  reviewView(id: string): Promise<ReviewView | undefined>;
  /** The data of a chart kept as evidence. */
  chart(evidence: string): Promise<Chart | undefined>;
  /** The last event of a stream. */
  head(stream: string): Promise<Head | undefined>;
  /** The Markdown of a report kept as evidence. */
  report(evidence: string): Promise<string | undefined>;

  /** Checks a modal's submission from the store before it is acknowledged; the fault goes back inside the modal. */
  whyNotRequest(action: string, form: { readonly typed: string; readonly reason: string }): Promise<Fault | undefined>;
  whyNot(
    intent: 'resolve' | 'false-alarm' | 'reopen' | 'note',
    incident: string,
    asker: Actor,
  ): Promise<Fault | undefined>;

  /** What the face reports about the outside: a room now exists, a set-up step failed for good. */
  roomOpened(
    incident: string,
    room: { readonly room: string; readonly name: string; readonly link?: string },
  ): Promise<void>;
  /** The room cannot be used any more. What the face remembers changes with the record of it. */
  roomLost(incident: string, why: string, refs: Readonly<Record<string, string>>): Promise<void>;
  setupFailed(incident: string, step: import('../core/event.ts').SetupStep, why: string): Promise<void>;
}
