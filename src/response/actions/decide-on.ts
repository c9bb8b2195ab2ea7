// What people decide about an action: ask for it, approve, reject, cancel, stop, keep, say how it ended. Rights are read at the click.

import type { Action } from '../../core/action/action.ts';
import { type ActionCommand, decideAction } from '../../core/action/decide.ts';
import type { GateDecision } from '../../core/action/gate.ts';
import { notNow, refusedByPolicy, unknownAction } from '../../core/action/refusals.ts';
import { approvalsMissing, type Grants } from '../../core/action/rights.ts';
import { type Actor, person } from '../../core/actor.ts';
import type { Fault } from '../../core/fault.ts';
import type { Transaction } from '../../core/ports.ts';
import type { Request } from '../desk.ts';
import type { Given } from '../given.ts';
import { answerOnly } from '../record.ts';
import { act } from './act.ts';
import { askGate } from './ask-gate.ts';

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
  const gate = await gateFor(given, incident, id, decision, request.actor, grants);
  // The time of the decision is that of the store at its commit, whenever the click was made and however long the questions took.
  const command = async (tx: Transaction) => commandOf(decision, { grants, ...gate, now: await tx.now() });
  await act(given, { incident, action: id }, command, {
    actor: request.actor,
    request,
    said: (action, before) => saidOf(decision, action, before),
  });
}

/**
 * Asked beforehand, because no transaction waits for the network; and only about what our own rules would let pass. The first of two
 * approvals is asked about, too: the other one may come in meanwhile.
 */
async function gateFor(
  given: Given,
  incident: string,
  id: string,
  decision: Decision,
  actor: Actor,
  grants: Grants,
): Promise<{ readonly gate?: GateDecision }> {
  if (given.actions.gate === undefined || (decision.kind !== 'approve' && decision.kind !== 'request')) return {};
  const action = (await given.store.incident(incident))?.actions[id];
  const yes = commandOf(decision, { grants, gate: { allowed: true, why: '' }, now: given.clock.now() });
  const would = decideAction(action, yes, actor, given.actions.policy);
  if (action === undefined || !would.ok) return {};
  if (decision.kind === 'approve') return askGate(given, incident, action, 'approval', actor);
  const waitsForOthers = would.value.some((event) => event.type === 'action-requested' && event.decideBy !== undefined);
  return waitsForOthers ? {} : askGate(given, incident, { ...action, requestedBy: actor }, 'approval');
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

function commandOf(
  decision: Decision,
  read: { readonly grants: Grants; readonly gate?: GateDecision; readonly now: number },
): ActionCommand {
  const { grants } = read;
  switch (decision.kind) {
    case 'request':
      return { ...decision, ...read };
    case 'approve':
      return { kind: 'approve', ...read };
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

function saidOf(decision: Decision, action: Action, before: Action | undefined): string | Fault {
  // The clock or the policy may have decided instead of the person.
  if (action.state === 'expired') return notNow(action, action.since);
  if (action.gate?.allowed === false && action.gate !== before?.gate) return refusedByPolicy(action.gate.why);
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
