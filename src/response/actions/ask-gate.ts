// Asks whoever decides outside about an action, as it stands now and as the person who presses would leave it.

import type { Action } from '../../core/action/action.ts';
import type { GateDecision, GateMoment } from '../../core/action/gate.ts';
import { type Actor, sameActor } from '../../core/actor.ts';
import { withoutSecretTexts } from '../../core/secret.ts';
import type { Given } from '../given.ts';

/** `by` is who approves now; nobody at the run. Undefined where nobody outside has a say, or there is nothing to decide on yet. */
export async function askGate(
  given: Given,
  incident: string,
  action: Action,
  moment: GateMoment,
  by?: Actor,
): Promise<{ readonly gate?: GateDecision }> {
  const { gate } = given.actions;
  const { shown } = action;
  if (gate === undefined || shown === undefined) return {};
  const approvers = action.approvals.map((approval) => approval.by);
  const all = by === undefined || approvers.some((one) => sameActor(one, by)) ? approvers : [...approvers, by];
  const { definition, title, system, kind, params } = action;
  const decided = await gate.allows({
    ...{ moment, incident, action: definition, title, system, kind, params, target: shown.target },
    ...{ risk: shown.risk, protectedPresent: shown.protectedPresent, undo: action.undoes !== undefined },
    requestedBy: nameOf(action.requestedBy),
    approvedBy: all.map(nameOf),
  });
  // A policy may quote what it was asked about, or what it knows.
  const decision = withoutSecretTexts(decided);
  if (!decision.allowed)
    given.log.warn({ incident, action: action.id, moment, why: decision.why }, 'the policy says no');
  return { gate: decision };
}

function nameOf(actor: Actor): string {
  return actor.kind === 'person' ? actor.id : actor.kind;
}
