// What people decide about an action: ask for it, approve, reject, cancel, stop, keep, say how it ended. Rights are read at the click.

import type { Action } from '../../core/action/action.ts';
import { type ActionCommand, decideAction } from '../../core/action/decide.ts';
import { notNow, unknownAction } from '../../core/action/refusals.ts';
import { approvalsMissing, type Grants } from '../../core/action/rights.ts';
import { person } from '../../core/actor.ts';
import type { Fault } from '../../core/fault.ts';
import type { Request } from '../desk.ts';
import type { Given } from '../given.ts';
import { answerOnly } from '../record.ts';
import { act } from './act.ts';

/** A decision as a face passes it on. What it is about stands in the record, never in the button. */
export type Decision =
  | { readonly kind: 'request'; readonly typed?: string; readonly reason?: string }
  | { readonly kind: 'approve' }
  | { readonly kind: 'reject'; readonly reason?: string }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'took-effect' }
  | { readonly kind: 'had-no-effect' }
  | { readonly kind: 'keep'; readonly reason: string };

export async function decideOn(given: Given, id: string, decision: Decision, request: Request): Promise<void> {
  const incident = await given.store.incidentOfAction(id);
  if (incident === undefined) {
    // Forged or from another store: nobody's fault may go unseen.
    given.log.warn({ decision: decision.kind, person: personOf(request) }, 'refused: there is no such action');
    return answerOnly(given, request, { kind: 'refusal', fault: unknownAction });
  }
  const grants = await given.actions.rights.of([personOf(request)], { fresh: false });
  await act(given, { incident, action: id }, commandOf(decision, grants, given.clock.now()), {
    actor: request.actor,
    request,
    said: (action) => saidOf(decision, action),
  });
}

/** The refusal that a filled-in form would meet now, as far as it does not depend on who sends it. */
export async function whyNotRequest(
  given: Given,
  id: string,
  form: { readonly typed: string; readonly reason: string },
): Promise<Fault | undefined> {
  const incident = await given.store.incidentOfAction(id);
  const action = incident === undefined ? undefined : (await given.store.incident(incident))?.actions[id];
  const grants: Grants = { someone: [{ right: 'responder', breakGlass: false }] };
  const command = { kind: 'request', ...form, grants, now: given.clock.now() } as const;
  const outcome = decideAction(action, command, person('someone'), given.actions.policy);
  return outcome.ok ? undefined : outcome.fault;
}

function commandOf(decision: Decision, grants: Grants, now: number): ActionCommand {
  switch (decision.kind) {
    case 'request':
      return { ...decision, grants, now };
    case 'approve':
      return { kind: 'approve', grants, now };
    case 'reject':
      return { ...decision, grants };
    case 'cancel':
      return { kind: 'cancel', grants };
    case 'stop':
      return { kind: 'ask-stop', grants };
    case 'took-effect':
      return { kind: 'close-by-hand', as: 'succeeded', grants };
    case 'had-no-effect':
      return { kind: 'close-by-hand', as: 'failed', grants };
    case 'keep':
      return { ...decision, grants };
  }
}

function saidOf(decision: Decision, action: Action): string {
  // The clock may have decided instead of the person.
  if (action.state === 'expired') return notNow(action).message;
  switch (decision.kind) {
    case 'request':
      return action.state === 'awaiting'
        ? `Asked for. It needs ${spellMissing(action)}; they have been asked in the thread and by direct message.`
        : `"${action.title}" runs now; the thread shows how it ends.`;
    case 'approve':
      return action.state === 'awaiting'
        ? `You approved it. It still needs ${spellMissing(action)}.`
        : `You approved it; "${action.title}" runs now.`;
    case 'reject':
      return `You rejected "${action.title}"; it does not run.`;
    case 'cancel':
      return `"${action.title}" is cancelled; nothing ran.`;
    case 'stop':
      return `"${action.title}" stops at its next safe point; the thread shows what was done until then.`;
    case 'took-effect':
    case 'had-no-effect':
      return `Recorded. "${action.title}" is settled, and its target is free again.`;
    case 'keep':
      return `Recorded. "${action.title}" stays, and is no debt any more.`;
  }
}

function spellMissing(action: Action): string {
  return approvalsMissing(action)
    .map((right) => `${right === 'approver' ? 'an' : 'a'} ${right}`)
    .join(' and ');
}

function personOf(request: Request): string {
  return request.actor.kind === 'person' ? request.actor.id : request.actor.kind;
}
