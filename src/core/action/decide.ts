// What may happen to an action next. The only way to `running` is `claim`, and it asks again for everything that was asked before.

import type { Actor } from '../actor.ts';
import type { EvidenceRef } from '../event.ts';
import { done, type Outcome, refused } from '../fault.ts';
import { wordsOf } from '../secret.ts';
import { type Action, type ActionState, type Shown, waitingStates } from './action.ts';
import { approve, expired, privately, raised, request } from './decide-approval.ts';
import { claim, finish } from './decide-run.ts';
import type { ActionEvent } from './event.ts';
import type { Freeze } from './freeze.ts';
import type { GateDecision } from './gate.ts';
import { lacksRight, notNow, reasonMissing, unknownAction } from './refusals.ts';
import { type Grants, grantOf, rights } from './rights.ts';

/** What the configuration says about actions. */
export interface ActionPolicy {
  readonly decideWithinMs: number;
  readonly runWithinMs: number;
  /** Runs on one target within an hour. */
  readonly perTargetPerHour: number;
  /** Accounts of one person count as one. */
  readonly same: readonly (readonly string[])[];
  readonly freezes: readonly Freeze[];
  /** Whether somebody outside has a say: then nothing is approved and nothing runs without their yes. */
  readonly gated: boolean;
}

/** Each carries what was read outside at that moment; `now` is the time of the decision (epoch ms). */
export type ActionCommand =
  | { readonly kind: 'previewed'; readonly shown: Shown; readonly evidence: EvidenceRef; readonly now: number }
  | { readonly kind: 'cannot-preview'; readonly why: string }
  | {
      readonly kind: 'request';
      readonly typed?: string;
      readonly reason?: string;
      readonly grants: Grants;
      readonly gate?: GateDecision;
      readonly now: number;
    }
  | { readonly kind: 'approve'; readonly grants: Grants; readonly gate?: GateDecision; readonly now: number }
  | { readonly kind: 'reject'; readonly reason?: string; readonly grants: Grants }
  | { readonly kind: 'cancel'; readonly grants: Grants }
  | { readonly kind: 'expire'; readonly now: number }
  /** Nobody has decided by the time of this level of the ladder. */
  | { readonly kind: 'escalate'; readonly level: string; readonly name: string; readonly people: readonly string[] }
  /** It cannot run now: said on record, and it ends here. */
  | { readonly kind: 'forbid'; readonly why: string }
  | {
      readonly kind: 'claim';
      readonly owner: string;
      /** As the world is now. */
      readonly shown: Shown;
      readonly grants: Grants;
      readonly gate?: GateDecision;
      /** Actions that ran on the same target within the last hour. */
      readonly recent: number;
      readonly now: number;
    }
  | { readonly kind: 'ask-stop'; readonly grants: Grants }
  | {
      readonly kind: 'finish';
      readonly owner: string;
      readonly outcome: 'succeeded' | 'failed' | 'unknown';
      readonly summary: string;
      readonly stopped?: true;
    }
  /** The process that claimed it is gone. */
  | { readonly kind: 'lose' }
  | { readonly kind: 'looked'; readonly as: 'applied' | 'not-applied'; readonly summary: string }
  | { readonly kind: 'close-by-hand'; readonly as: 'succeeded' | 'failed'; readonly grants: Grants }
  | { readonly kind: 'verified'; readonly state: 'pending' | 'converged' | 'not-converged'; readonly summary: string }
  | { readonly kind: 'keep'; readonly reason: string; readonly grants: Grants };

/** What was seen last does not change by looking again: an end stays, and the same way to it is told once. */
function isSettled(seen: Action['verified'], now: Extract<ActionCommand, { kind: 'verified' }>): boolean {
  if (seen === undefined) return false;
  return seen.state !== 'pending' || (now.state === 'pending' && seen.summary === now.summary);
}

/** The events that the command causes now; `[]` when it changes nothing. A refusal says what is the case instead. */
export function decideAction(
  action: Action | undefined,
  command: ActionCommand,
  actor: Actor,
  policy: ActionPolicy,
): Outcome<readonly ActionEvent[]> {
  if (action === undefined) return refused(unknownAction);
  const { id } = action;
  switch (command.kind) {
    case 'previewed':
      return when(action, ['proposed'], () => [
        {
          ...{ type: 'action-previewed', action: id, shown: raised(action, command.shown), evidence: command.evidence },
          askBy: command.now + policy.decideWithinMs,
        },
      ]);
    case 'cannot-preview':
      return when(action, ['proposed'], () => [{ type: 'action-cancelled', action: id, why: command.why }]);
    case 'request':
      return request(action, command, actor, policy);
    case 'approve':
      return approve(action, command, actor, policy);
    case 'reject':
      if (!holdsAny(command.grants, actor)) return refused(lacksRight('approver', 'reject this'));
      return when(action, ['awaiting', 'approved'], () => [
        { type: 'action-rejected', action: id, ...privately(command.reason) },
      ]);
    case 'cancel':
      if (!isRequester(action, actor) && !holdsAny(command.grants, actor))
        return refused(lacksRight('responder', 'cancel what somebody else asked for'));
      return when(action, waitingStates, () => [{ type: 'action-cancelled', action: id, why: 'cancelled by hand' }]);
    case 'expire':
      return done(expired(action, command.now));
    case 'escalate':
      return done(escalated(action, command));
    case 'forbid':
      return when(action, ['approved'], () => [{ type: 'action-cancelled', action: id, why: command.why }]);
    case 'claim':
      return claim(action, command, policy);
    case 'ask-stop':
      if (!holdsAny(command.grants, actor)) return refused(lacksRight('responder', 'stop an action'));
      return when(action, ['running'], () => (action.stopAsked ? [] : [{ type: 'action-stop-asked', action: id }]));
    case 'finish':
      return finish(action, command);
    case 'lose':
      return when(action, ['running'], () => [
        { type: 'action-finished', action: id, outcome: 'unknown', summary: 'the process that ran it is gone' },
      ]);
    case 'looked':
      return when(action, ['unknown'], () => [settled(id, command.as, 'looked', command.summary)]);
    case 'close-by-hand':
      if (grantOf(command.grants, actor, 'responder') === undefined)
        return refused(lacksRight('responder', 'say how it ended'));
      return when(action, ['unknown'], () => [
        { type: 'action-settled', action: id, as: command.as, how: 'by-hand', summary: byHand[command.as] },
      ]);
    case 'verified':
      return when(action, ['succeeded', 'undone', 'kept'], () =>
        isSettled(action.verified, command)
          ? []
          : [{ type: 'action-verified', action: id, state: command.state, summary: command.summary }],
      );
    case 'keep':
      if (grantOf(command.grants, actor, 'responder') === undefined)
        return refused(lacksRight('responder', 'decide that it stays'));
      if (command.reason.trim() === '') return refused({ ...reasonMissing, message: 'Keeping it needs a reason.' });
      return when(action, ['succeeded'], () => [{ type: 'action-kept', action: id, reason: wordsOf(command.reason) }]);
  }
}

/** A level whose time is the end of the time to decide is told of that end. */
function escalated(action: Action, { level, name, people }: Extract<ActionCommand, { kind: 'escalate' }>) {
  const undecided = action.state === 'awaiting' || (action.state === 'expired' && action.runBy === undefined);
  const known = action.escalated?.some((one) => one.level === level) === true;
  return undecided && !known ? [{ type: 'action-escalated', action: action.id, level, name, people } as const] : [];
}

const byHand = {
  succeeded: 'a person looked and says that it took effect',
  failed: 'a person looked and says that it did not take effect',
} as const;

function when(
  action: Action,
  states: readonly ActionState[],
  events: () => readonly ActionEvent[],
): Outcome<readonly ActionEvent[]> {
  return states.includes(action.state) ? done(events()) : refused(notNow(action));
}

function settled(id: string, as: 'applied' | 'not-applied', how: 'looked', summary: string): ActionEvent {
  return { type: 'action-settled', action: id, as: as === 'applied' ? 'succeeded' : 'failed', how, summary };
}

function isRequester(action: Action, actor: Actor): boolean {
  return actor.kind === 'person' && action.requestedBy.kind === 'person' && actor.id === action.requestedBy.id;
}

function holdsAny(grants: Grants, actor: Actor): boolean {
  return rights.some((right) => grantOf(grants, actor, right) !== undefined);
}
