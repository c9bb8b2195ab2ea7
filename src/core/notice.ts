// What the bot wants people to see, without saying how a face draws it. Notices are the rows of the outbox.

import type { Right } from './action/rights.ts';
import type { Answer } from './answer.ts';
import type { Head } from './audit.ts';
import type { EvidenceRef } from './event.ts';

/** Where an answer goes: back to the person who asked. `reply` is the face's own handle (for Slack, a response_url). */
export interface ReplyTo {
  readonly person: string;
  readonly place?: string;
  readonly reply?: string;
}

/** One level of the ladder that is called or informed. */
export interface Called {
  readonly level: string;
  readonly name: string;
  readonly people: readonly string[];
  readonly why: string;
}

export type Notice =
  /** Set-up of an incident, one notice a step, in this order and in the incident's own lane. */
  | { readonly kind: 'open-room'; readonly incident: string }
  | { readonly kind: 'set-topic'; readonly incident: string }
  | { readonly kind: 'invite'; readonly incident: string; readonly people: readonly string[] }
  | { readonly kind: 'post-card'; readonly incident: string }
  | { readonly kind: 'pin-card'; readonly incident: string }
  | { readonly kind: 'announce'; readonly incident: string }
  /** Redraw the live card and the announcement from the projection; a newer one replaces an unsent older one. */
  | { readonly kind: 'redraw-card'; readonly incident: string }
  /** Call these people in the incident's room. The only notice that mentions anybody. */
  | (Called & {
      readonly kind: 'call';
      readonly incident: string;
      /** Further levels in the same message: one message a moment, whatever the number of levels. */
      readonly also?: readonly Called[];
    })
  /** A change of state worth a line in the channel, or a detail for the card's thread. Text is complete by itself. */
  | {
      readonly kind: 'say';
      readonly incident: string;
      readonly where: 'channel' | 'thread';
      readonly text: string;
      readonly lines?: readonly string[];
    }
  /** The evidence of one finished phase, in the thread. */
  | { readonly kind: 'evidence'; readonly incident: string; readonly round: number }
  /** An action in the card's thread: posted once with its preview, then its state and buttons are redrawn in place. */
  | { readonly kind: 'action'; readonly incident: string; readonly action: string }
  /**
   * Asks everybody who holds one of these rights by direct message, the requester not; the message is redrawn as the action moves on. With
   * `people`, these are asked, whatever they hold: nobody else has decided.
   */
  | {
      readonly kind: 'ask-approval';
      readonly incident: string;
      readonly action: string;
      readonly rights: readonly Right[];
      readonly people?: readonly string[];
    }
  /** A chart in the thread; `chart` is the evidence that holds the chart's data. */
  | { readonly kind: 'chart'; readonly incident: string; readonly chart: EvidenceRef }
  /** The report as a file in the incident's channel. */
  | { readonly kind: 'report'; readonly incident: string; readonly report: EvidenceRef }
  /** The head of the incident's record, as it is when it is posted: a quiet line in the thread. */
  | { readonly kind: 'head'; readonly incident: string }
  /** The head that stands for all streams which went on during a day (`2026-11-25`): a quiet line in the main channel. */
  | { readonly kind: 'heads'; readonly day: string; readonly streams: number; readonly head: Head }
  /** The message of a review, posted once and then redrawn in place; `chart` follows it in its thread. Without `to` nobody asked for it. */
  | { readonly kind: 'review'; readonly review: string; readonly to?: ReplyTo }
  | { readonly kind: 'review-chart'; readonly review: string; readonly to?: ReplyTo; readonly chart: EvidenceRef }
  /** Answer to one person, visible to them alone. */
  | { readonly kind: 'answer'; readonly to: ReplyTo; readonly answer: Answer };

/** Every kind of notice there is; the compiler asks for the forgotten one. */
export const noticeKinds = Object.keys({
  'open-room': true,
  'set-topic': true,
  invite: true,
  'post-card': true,
  'pin-card': true,
  announce: true,
  'redraw-card': true,
  call: true,
  say: true,
  evidence: true,
  chart: true,
  action: true,
  'ask-approval': true,
  report: true,
  head: true,
  heads: true,
  review: true,
  'review-chart': true,
  answer: true,
} satisfies Record<Notice['kind'], true>) as readonly Notice['kind'][];
