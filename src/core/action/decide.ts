// What may happen to an action next. The only way to `running` is `claim`, and it asks again for everything that was asked before.

import type { Actor } from '../actor.ts';
import type { EvidenceRef } from '../event.ts';
import { done, type Outcome, refused } from '../fault.ts';
import { wordsOf } from '../secret.ts';
import { type Action, type ActionState, differences, type Shown } from './action.ts';
import type { ActionEvent } from './event.ts';
import {
  alreadyApproved,
  lacksRight,
  notNow,
  ownRequest,
  reasonMissing,
  unknownAction,
  wrongTarget,
} from './refusals.ts';
import { approvalBy, approvalsMissing, approvalsNeeded, type Grants, grantOf, rightsLost } from './rights.ts';

/** What the configuration says about actions. */
export interface ActionPolicy {
  readonly decideWithinMs: number;
  readonly runWithinMs: number;
  /** Runs on one target within an hour. */
  readonly perTargetPerHour: number;
  /** Accounts of one person count as one. */
  readonly same: readonly (readonly string[])[];
}

/** Each carries what was read outside at that moment; `now` is the time of the decision (epoch ms). */
export type ActionCommand =
  | { readonly kind: 'previewed'; readonly shown: Shown; readonly evidence: EvidenceRef }
  | { readonly kind: 'cannot-preview'; readonly why: string }
  | {
      readonly kind: 'request';
      readonly typed?: string;
      readonly reason?: string;
      readonly grants: Grants;
      readonly now: number;
    }
  | { readonly kind: 'approve'; readonly grants: Grants; readonly now: number }
  | { readonly kind: 'reject'; readonly reason?: string; readonly grants: Grants }
  | { readonly kind: 'cancel'; readonly grants: Grants }
  | { readonly kind: 'expire'; readonly now: number }
  /** Whoever decides outside (OPA, a limit) said no: said on record, and it ends here. */
  | { readonly kind: 'forbid'; readonly why: string }
  | {
      readonly kind: 'claim';
      readonly owner: string;
      /** As the world is now. */
      readonly shown: Shown;
      readonly grants: Grants;
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
    }
  /** The process that claimed it is gone. */
  | { readonly kind: 'lose' }
  | { readonly kind: 'looked'; readonly as: 'applied' | 'not-applied'; readonly summary: string }
  | { readonly kind: 'close-by-hand'; readonly as: 'succeeded' | 'failed'; readonly grants: Grants }
  | { readonly kind: 'verified'; readonly state: 'converged' | 'not-converged'; readonly summary: string }
  | { readonly kind: 'keep'; readonly reason: string; readonly grants: Grants };

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
        { type: 'action-previewed', action: id, shown: raised(action, command.shown), evidence: command.evidence },
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
      return when(action, ['proposed', 'previewed', 'awaiting', 'approved'], () => [
        { type: 'action-cancelled', action: id, why: 'cancelled by hand' },
      ]);
    case 'expire':
      return done(expired(action, command.now));
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
        action.verified?.state === command.state
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

/**
 * The preview can only raise the author's risk, never lower it. An undo in time puts back a value that was in force a short while ago, so
 * it asks for no second person, whatever the same change would ask for by itself.
 */
function raised(action: Action, shown: Shown): Shown {
  if (action.undoes !== undefined && action.late !== true) return { ...shown, risk: 'risky', protectedPresent: false };
  const order = ['safe', 'risky', 'destructive'] as const;
  const worst = order[Math.max(order.indexOf(action.risk), order.indexOf(shown.risk))] ?? 'destructive';
  return { ...shown, risk: worst };
}

function request(
  action: Action,
  command: Extract<ActionCommand, { kind: 'request' }>,
  actor: Actor,
  policy: ActionPolicy,
): Outcome<readonly ActionEvent[]> {
  const { shown, previewedAt } = action;
  if (action.state !== 'previewed' || shown === undefined || previewedAt === undefined) return refused(notNow(action));
  const grant = grantOf(command.grants, actor, 'responder');
  if (grant === undefined && shown.risk !== 'safe')
    return refused(lacksRight('responder', `ask for "${action.title}"`));
  if (command.now - previewedAt > policy.decideWithinMs)
    return done([{ type: 'action-expired', action: action.id, clock: 'decide' }]);
  if (shown.risk === 'destructive') {
    if (command.typed?.trim() !== shown.typed) return refused(wrongTarget(shown.typed));
    if ((command.reason ?? '').trim() === '') return refused(reasonMissing);
  }
  const alone = approvalsNeeded(shown.risk, shown.protectedPresent).length === 0;
  const clock = alone ? { runBy: command.now + policy.runWithinMs } : { decideBy: command.now + policy.decideWithinMs };
  return done([
    {
      type: 'action-requested',
      action: action.id,
      breakGlass: grant?.breakGlass ?? false,
      ...privately(command.reason),
      ...clock,
    },
  ]);
}

function approve(
  action: Action,
  command: Extract<ActionCommand, { kind: 'approve' }>,
  actor: Actor,
  policy: ActionPolicy,
): Outcome<readonly ActionEvent[]> {
  const late = expired(action, command.now);
  if (late.length > 0) return done(late);
  const by = approvalBy(action, actor, command.grants, policy.same);
  // Said before the state: who approved already hears that, and not that it is running.
  if (!by.ok && by.why === 'already') return refused(alreadyApproved);
  if (action.state !== 'awaiting') return refused(notNow(action));
  if (!by.ok) {
    const [missing = 'approver'] = approvalsMissing(action);
    return refused(by.why === 'requester' ? ownRequest : lacksRight(missing, 'approve this'));
  }
  const last = approvalsMissing(action).length === 1;
  return done([
    {
      type: 'action-approved',
      action: action.id,
      as: by.grant.right,
      breakGlass: by.grant.breakGlass,
      ...(last ? { runBy: command.now + policy.runWithinMs } : {}),
    },
  ]);
}

function claim(
  action: Action,
  command: Extract<ActionCommand, { kind: 'claim' }>,
  policy: ActionPolicy,
): Outcome<readonly ActionEvent[]> {
  if (action.state !== 'approved' || action.shown === undefined) return refused(notNow(action));
  const late = expired(action, command.now);
  if (late.length > 0) return done(late);
  const shown = raised(action, command.shown);
  const changed = [
    ...(shown.target === action.shown.target ? [] : [`target: was ${action.shown.target}, is ${shown.target}`]),
    ...differences(action.shown.facts, shown.facts),
    ...(shown.risk === action.shown.risk ? [] : [`risk: was ${action.shown.risk}, is ${shown.risk}`]),
    ...(shown.protectedPresent && !action.shown.protectedPresent ? ['protected data is there now'] : []),
    ...rightsLost(action, command.grants),
  ];
  if (changed.length > 0) return done([{ type: 'action-voided', action: action.id, differences: changed }]);
  // A state that says approved while approvals are missing would be a fault of ours: nothing runs on it.
  if (approvalsMissing(action).length > 0) return refused(notNow(action));
  if (command.recent >= policy.perTargetPerHour) {
    const why = `${command.recent} actions ran on ${shown.target} within the last hour, and ${policy.perTargetPerHour} is the limit`;
    return done([{ type: 'action-cancelled', action: action.id, why }]);
  }
  return done([
    {
      type: 'action-claimed',
      action: action.id,
      owner: command.owner,
      facts: shown.facts,
      ...(shown.undo === undefined ? {} : { undo: shown.undo }),
    },
  ]);
}

/**
 * The process that claimed it tells how it ended. One that stood still for longer than its lease may come back after others looked: what it
 * knows for sure then corrects what they saw.
 */
function finish(
  action: Action,
  { owner, outcome, summary }: Extract<ActionCommand, { kind: 'finish' }>,
): Outcome<readonly ActionEvent[]> {
  if (action.claim?.owner !== owner) return refused(notNow(action));
  if (action.state === 'running') return done([{ type: 'action-finished', action: action.id, outcome, summary }]);
  const wrong = action.state === 'unknown' || (action.settled !== undefined && action.state !== outcome);
  if (!wrong || outcome === 'unknown') return refused(notNow(action));
  const late = `${summary} (told late by the process that ran it)`;
  return done([{ type: 'action-settled', action: action.id, as: outcome, how: 'looked', summary: late }]);
}

/** The store's clock at the decision counts, not the time of the click. */
function expired(action: Action, now: number): readonly ActionEvent[] {
  const { decideBy, runBy, state, id } = action;
  if (state === 'awaiting' && decideBy !== undefined && now >= decideBy)
    return [{ type: 'action-expired', action: id, clock: 'decide' }];
  if (state === 'approved' && runBy !== undefined && now >= runBy)
    return [{ type: 'action-expired', action: id, clock: 'run' }];
  return [];
}

function settled(id: string, as: 'applied' | 'not-applied', how: 'looked', summary: string): ActionEvent {
  return { type: 'action-settled', action: id, as: as === 'applied' ? 'succeeded' : 'failed', how, summary };
}

function isRequester(action: Action, actor: Actor): boolean {
  return actor.kind === 'person' && action.requestedBy.kind === 'person' && actor.id === action.requestedBy.id;
}

function holdsAny(grants: Grants, actor: Actor): boolean {
  return (['responder', 'approver', 'commander'] as const).some((right) => grantOf(grants, actor, right) !== undefined);
}

function privately(reason: string | undefined): { readonly reason?: { readonly private: string } } {
  return reason === undefined || reason.trim() === '' ? {} : { reason: wordsOf(reason) };
}
