// What the rooms tell about their own work, for the bot's own figures. Words are closed, so that no figure grows without bound.

import type { Notice } from './notice.ts';

export const deliveryKinds = ['command', 'click', 'submission', 'event', 'alert'] as const;
export type DeliveryKind = (typeof deliveryKinds)[number];

/** `unavailable`: it was not stored; `uncertain`: the store did not say so in time. Whoever sent it was told. */
export const deliveryOutcomes = ['taken', 'duplicate', 'unavailable', 'uncertain'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** One call of a face's API: `failed` covers everything that may or may not have arrived. */
export const callOutcomes = ['ok', 'refused', 'rate-limited', 'failed'] as const;
export type CallOutcome = (typeof callOutcomes)[number];

export interface Meter {
  /** A delivery came in and was stored, or was not. */
  delivered(kind: DeliveryKind, outcome: DeliveryOutcome): void;
  /** Its acknowledgement left, `tookMs` after the request arrived; `sent` is false when nobody took it any more. */
  acknowledged(kind: DeliveryKind, transport: 'http' | 'socket', tookMs: number, sent: boolean): void;
  /** `method` is a name that our code calls, never text from outside. */
  called(method: string, outcome: CallOutcome, tookMs: number): void;
  /** The face's API told us to be silent for so long. */
  paused(method: string, ms: number): void;
  /** A notice was given up for good: people did not see it. */
  gaveUp(notice: Notice['kind']): void;
}
