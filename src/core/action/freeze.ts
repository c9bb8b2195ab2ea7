// A change freeze: a time in which a change that can do harm needs one more person and a reason.

import type { Action } from './action.ts';

export interface Freeze {
  /** Epoch ms. */
  readonly from: number;
  readonly until: number;
  /** In the operator's words: `end of the year`. */
  readonly why: string;
}

/**
 * The freeze in which this action stands, or undefined. What puts back a fresh change is no change of its own, and what is safe changes
 * nothing that a freeze protects.
 */
export function freezeOver(action: Action, freezes: readonly Freeze[], now: number): Freeze | undefined {
  if (action.undoes !== undefined && action.late !== true) return undefined;
  if ((action.shown?.risk ?? action.risk) === 'safe') return undefined;
  return freezes.find((freeze) => freeze.from <= now && now < freeze.until);
}
