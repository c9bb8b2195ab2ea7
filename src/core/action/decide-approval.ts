// Who agrees to what was shown, and until when: asking for an action and approving it.

import type { Actor } from '../actor.ts';
import { done, type Outcome, refused } from '../fault.ts';
import { wordsOf } from '../secret.ts';
import type { Action, Shown } from './action.ts';
import type { ActionCommand, ActionPolicy } from './decide.ts';
import type { ActionEvent } from './event.ts';
import { freezeOver } from './freeze.ts';
import { passing } from './gate.ts';
import { alreadyApproved, lacksRight, notNow, ownRequest, reasonMissing, wrongTarget } from './refusals.ts';
import { approvalBy, approvalsMissing, approvalsNeeded, grantOf } from './rights.ts';

/**
 * The preview can only raise the author's risk, never lower it. An undo in time puts back a value that was in force a short while ago, so
 * it asks for no second person, whatever the same change would ask for by itself.
 */
export function raised(action: Action, shown: Shown): Shown {
  if (action.undoes !== undefined && action.late !== true) return { ...shown, risk: 'risky', protectedPresent: false };
  const order = ['safe', 'risky', 'destructive'] as const;
  const worst = order[Math.max(order.indexOf(action.risk), order.indexOf(shown.risk))] ?? 'destructive';
  return { ...shown, risk: worst };
}

export function request(
  action: Action,
  command: Extract<ActionCommand, { kind: 'request' }>,
  actor: Actor,
  policy: ActionPolicy,
): Outcome<readonly ActionEvent[]> {
  const { shown, previewedAt } = action;
  if (action.state !== 'previewed' || shown === undefined || previewedAt === undefined)
    return refused(notNow(action, command.now));
  const grant = grantOf(command.grants, actor, 'responder');
  if (grant === undefined && shown.risk !== 'safe')
    return refused(lacksRight('responder', `ask for "${action.title}"`));
  if (command.now > (action.askBy ?? previewedAt + policy.decideWithinMs))
    return done([{ type: 'action-expired', action: action.id, clock: 'decide' }]);
  const freeze = freezeOver(action, policy.freezes, command.now);
  if (shown.risk === 'destructive' && command.typed?.trim() !== shown.typed) return refused(wrongTarget(shown.typed));
  if ((shown.risk === 'destructive' || freeze !== undefined) && (command.reason ?? '').trim() === '')
    return refused(reasonMissing);
  const alone = approvalsNeeded(shown.risk, shown.protectedPresent, freeze !== undefined).length === 0;
  const gate = alone ? passing(action, 'approval', command.gate, policy) : { go: true, events: [] };
  if (!gate.go) return done(gate.events);
  const clock = alone ? { runBy: command.now + policy.runWithinMs } : { decideBy: command.now + policy.decideWithinMs };
  return done([
    ...gate.events,
    {
      type: 'action-requested',
      action: action.id,
      breakGlass: grant?.breakGlass ?? false,
      ...(freeze === undefined ? {} : { freeze: freeze.why }),
      ...privately(command.reason),
      ...clock,
    },
  ]);
}

export function approve(
  action: Action,
  command: Extract<ActionCommand, { kind: 'approve' }>,
  actor: Actor,
  policy: ActionPolicy,
): Outcome<readonly ActionEvent[]> {
  const late = expired(action, command.now);
  if (late.length > 0) return done(late);
  const by = approvalBy(action, actor, command.grants, policy.same);
  // Said before the state: who approved already hears that, and not that it is running.
  if (!by.ok && by.why === 'already') return refused(alreadyApproved(action));
  if (action.state !== 'awaiting') return refused(notNow(action, command.now));
  if (!by.ok) {
    const [missing = 'approver'] = approvalsMissing(action);
    return refused(by.why === 'requester' ? ownRequest : lacksRight(missing, 'approve this'));
  }
  const last = approvalsMissing(action).length === 1;
  const gate = last ? passing(action, 'approval', command.gate, policy) : { go: true, events: [] };
  if (!gate.go) return done(gate.events);
  return done([
    ...gate.events,
    {
      type: 'action-approved',
      action: action.id,
      as: by.grant.right,
      breakGlass: by.grant.breakGlass,
      ...(last ? { runBy: command.now + policy.runWithinMs } : {}),
    },
  ]);
}

/** The store's clock at the decision counts, not the time of the click. */
export function expired(action: Action, now: number): readonly ActionEvent[] {
  const { decideBy, runBy, state, id } = action;
  if (state === 'awaiting' && decideBy !== undefined && now >= decideBy)
    return [{ type: 'action-expired', action: id, clock: 'decide' }];
  if (state === 'approved' && runBy !== undefined && now >= runBy)
    return [{ type: 'action-expired', action: id, clock: 'run' }];
  return [];
}

export function privately(reason: string | undefined): { readonly reason?: { readonly private: string } } {
  return reason === undefined || reason.trim() === '' ? {} : { reason: wordsOf(reason) };
}
