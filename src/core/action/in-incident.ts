// Actions as parts of an incident: which may be proposed, and what the end of an incident does to those that wait.

import type { Actor } from '../actor.ts';
import { sameActor } from '../actor.ts';
import { done, type Outcome, refused } from '../fault.ts';
import type { Incident } from '../incident.ts';
import { type Action, type ActionState, type Deed, type Risk, waitingStates } from './action.ts';
import { type ActionCommand, type ActionPolicy, decideAction } from './decide.ts';
import type { ActionEvent } from './event.ts';
import { notNow, tooManyRequests, unknownAction } from './refusals.ts';

export interface ActionProposal extends Deed {
  /** A new id: 128 random bits. */
  readonly id: string;
  readonly definition: string;
  readonly title: string;
  readonly step: string;
  readonly risk: Risk;
  /** The action of this incident that is put back. */
  readonly undoes?: string;
  /** The time of the undo button is over. */
  readonly late?: boolean;
}

/** One person may ask for so many actions within a minute, over all incidents (ASVS 2.4.1); each costs the systems a preview. */
const proposalsPerMinute = 10;
const minuteMs = 60_000;

/** How many of the incident's actions this person asked for within the last minute. */
export function askedLately(incident: Incident, actor: Actor, now: number): number {
  return actionsOf(incident).filter(
    (action) => sameActor(action.requestedBy, actor) && now - action.proposedAt < minuteMs,
  ).length;
}

/** An undo may be proposed after the end, too: what is still in place can always be put back. `elsewhere`: `askedLately` of all other incidents. */
export function proposeAction(
  incident: Incident,
  proposal: ActionProposal,
  actor: Actor,
  { now, elsewhere }: { readonly now: number; readonly elsewhere: number },
): Outcome<readonly ActionEvent[]> {
  const lately = askedLately(incident, actor, now) + elsewhere;
  if (lately >= proposalsPerMinute) return refused(tooManyRequests(lately));
  if (proposal.undoes !== undefined) {
    const undone = incident.actions[proposal.undoes];
    if (undone === undefined) return refused(unknownAction);
    if (!['succeeded', 'kept'].includes(undone.state)) return refused(notNow(undone));
    const running = actionsOf(incident).find(
      (action) =>
        action.undoes === proposal.undoes && ['awaiting', 'approved', 'running', 'unknown'].includes(action.state),
    );
    if (running !== undefined) return refused(notNow(running));
  }
  const { id, ...about } = proposal;
  return done([{ type: 'action-proposed', action: id, ...about }]);
}

/** Moves one action on. When it is an undo that took effect, the undone action is told so in the same breath. */
export function actOn(
  incident: Incident,
  about: { readonly action: string; readonly move: ActionCommand; readonly policy: ActionPolicy },
  actor: Actor,
): Outcome<readonly ActionEvent[]> {
  const action = incident.actions[about.action];
  const outcome = decideAction(action, about.move, actor, about.policy);
  if (!outcome.ok && outcome.fault.again !== undefined && incident.status === 'resolved') {
    const { again: _, ...fault } = outcome.fault;
    return refused({ ...fault, remedy: `${incident.id} is closed; reopen it to ask again.` });
  }
  if (!outcome.ok || action?.undoes === undefined) return outcome;
  const tookEffect = outcome.value.some(
    (event) =>
      (event.type === 'action-finished' && event.outcome === 'succeeded') ||
      (event.type === 'action-settled' && event.as === 'succeeded'),
  );
  return tookEffect
    ? done([...outcome.value, { type: 'action-undone', action: action.undoes, by: action.id }])
    : outcome;
}

/** What an end of the incident does: nothing that waits for a decision may run afterwards. Undos go on. */
export function cancelledAtTheEnd(incident: Incident): readonly ActionEvent[] {
  return actionsOf(incident)
    .filter((action) => action.undoes === undefined && waitingStates.includes(action.state))
    .map((action) => ({ type: 'action-cancelled', action: action.id, why: 'the incident was closed' }));
}

const notOverYet: readonly ActionState[] = [...waitingStates, 'running', 'unknown'];

/** Those that somebody or something still has to move. */
export function underWay(incident: Incident): readonly Action[] {
  return actionsOf(incident).filter((action) => notOverYet.includes(action.state));
}

/** In the order in which they were proposed. */
export function actionsOf(incident: Incident): readonly Action[] {
  return Object.values(incident.actions).toSorted((a, b) => a.proposedAt - b.proposedAt);
}
