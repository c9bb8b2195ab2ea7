// What actions need from the outside: their rows in the store, who holds which right, and a say from elsewhere.

import type { ActionState } from './action.ts';
import type { GateDecision, GateQuestion } from './gate.ts';
import type { Grants, Right } from './rights.ts';

export interface ActionFilter {
  readonly states?: readonly ActionState[];
  /** Only changes that are still in place and can be put back. */
  readonly debts?: boolean;
  /** Only those that were proposed at or after this time (epoch ms). */
  readonly proposedSince?: number;
}

/** Where an action stands, from its row; all about it is in its incident. */
export interface ActionRow {
  readonly id: string;
  readonly incident: string;
  readonly target?: string;
  readonly state: ActionState;
}

/** Claims of running actions: who performs one says so every few seconds, for as long as it is under way. */
export interface Claims {
  /** Another 20 s. */
  renew(action: string): Promise<void>;
  /** Running actions that nobody has spoken for any more. */
  left(): Promise<readonly ActionRow[]>;
}

/** Who may decide on actions, as the face knows people: groups are read when it matters, and remembered for a short time only. */
export interface Rights {
  /**
   * Never rejects: somebody whose groups cannot be read holds nothing but what break-glass gives. `fresh`: read now, whatever is
   * remembered, because an action is about to run on it.
   */
  of(people: readonly string[], how: { readonly fresh: boolean }): Promise<Grants>;
  /** People who hold the right now; `[]` when that cannot be read. */
  holders(right: Right): Promise<readonly string[]>;
}

/** A decision that somebody outside makes about an action, after all our own rules. */
export interface Gate {
  /** Never rejects: unreachable and undefined are a no, with the reason. */
  allows(question: GateQuestion): Promise<GateDecision>;
}
