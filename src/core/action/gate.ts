// A decision that somebody outside makes about an action, after all our own rules: what is asked, and what a no does.

import type { Action } from './action.ts';
import type { ActionEvent } from './event.ts';

/** When it is asked: at the click that would approve the action, and again right before it runs. */
export type GateMoment = 'approval' | 'run';

export interface GateDecision {
  readonly allowed: boolean;
  /** One line that names who decided, and the reasons. Untrusted text. */
  readonly why: string;
}

/** All that is told to the outside. Nothing that a person wrote is in it. */
export interface GateQuestion {
  readonly moment: GateMoment;
  readonly incident: string;
  /** Id of the action in its runbook. */
  readonly action: string;
  readonly title: string;
  readonly system: string;
  readonly kind: string;
  readonly params: unknown;
  readonly target: string;
  readonly risk: string;
  readonly protectedPresent: boolean;
  readonly undo: boolean;
  readonly requestedBy: string;
  /** With the one who approves now. */
  readonly approvedBy: readonly string[];
}

/** Two people pressed at the same moment, and what each of them would cause was asked as if the other had not. */
const notAsked: GateDecision = {
  allowed: false,
  why: 'the policy was not asked about this, because somebody else decided at the same moment; press again',
};

/** What was decided, for the record, and whether the action may go on. Where nobody outside has a say it always may. */
export function passing(
  action: Action,
  moment: GateMoment,
  decision: GateDecision | undefined,
  policy: { readonly gated: boolean },
): { readonly go: boolean; readonly events: readonly ActionEvent[] } {
  if (!policy.gated) return { go: true, events: [] };
  const { allowed, why } = decision ?? notAsked;
  return { go: allowed, events: [{ type: 'action-gated', action: action.id, moment, allowed, why }] };
}
