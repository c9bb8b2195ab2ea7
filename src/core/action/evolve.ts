// An action after its events.

import type { Actor } from '../actor.ts';
import type { Action } from './action.ts';
import type { ActionEvent } from './event.ts';

/** An action event with who did it and when. */
export interface ActionStep {
  readonly event: ActionEvent;
  readonly actor: Actor;
  readonly at: number;
}

/** One step of the fold. Undefined for a step of an action that was never proposed. */
export function evolveAction(action: Action | undefined, step: ActionStep): Action | undefined {
  const { event, actor, at } = step;
  if (event.type === 'action-proposed') {
    const { type: _type, action: id, ...about } = event;
    return { id, ...about, state: 'proposed', requestedBy: actor, proposedAt: at, since: at, approvals: [] };
  }
  return action === undefined ? undefined : { ...action, ...change(action, step, event) };
}

function change(
  action: Action,
  { actor, at }: ActionStep,
  event: Exclude<ActionEvent, { type: 'action-proposed' }>,
): Partial<Action> {
  switch (event.type) {
    case 'action-previewed':
      return {
        ...{ state: 'previewed', since: at, previewedAt: at, shown: event.shown, preview: event.evidence },
        ...(event.askBy === undefined ? {} : { askBy: event.askBy }),
      };
    case 'action-requested':
      return {
        state: event.runBy === undefined ? 'awaiting' : 'approved',
        since: at,
        requestedBy: actor,
        requestedByBreakGlass: event.breakGlass,
        ...(event.reason === undefined ? {} : { reason: event.reason }),
        ...(event.freeze === undefined ? {} : { freeze: event.freeze }),
        ...(event.decideBy === undefined ? {} : { decideBy: event.decideBy }),
        ...(event.runBy === undefined ? {} : { runBy: event.runBy }),
      };
    case 'action-approved':
      return {
        approvals: [...action.approvals, { by: actor, at, as: event.as, breakGlass: event.breakGlass }],
        ...(event.runBy === undefined ? {} : { state: 'approved' as const, since: at, runBy: event.runBy }),
      };
    case 'action-escalated': {
      const { level, name, people } = event;
      return { escalated: [...(action.escalated ?? []), { level, name, people, at }] };
    }
    case 'action-gated':
      return { gate: { moment: event.moment, allowed: event.allowed, why: event.why, at } };
    case 'action-rejected':
      return {
        state: 'rejected',
        since: at,
        rejected: { by: actor, at, ...(event.reason === undefined ? {} : { reason: event.reason }) },
      };
    case 'action-expired':
      return { state: 'expired', since: at, outcome: expiredWords[event.clock] };
    case 'action-voided':
      return { state: 'void', since: at, outcome: event.differences.join('; ') };
    case 'action-cancelled':
      return { state: 'cancelled', since: at, outcome: event.why };
    case 'action-claimed':
      return {
        state: 'running',
        since: at,
        claim: { owner: event.owner, at, facts: event.facts },
        ...(event.undo === undefined ? {} : { undo: event.undo }),
      };
    case 'action-stop-asked':
      return { stopAsked: true };
    case 'action-finished':
      return {
        ...{ state: event.outcome, since: at, finishedAt: at, outcome: event.summary },
        ...(event.stopped === undefined ? {} : { stopped: event.stopped }),
      };
    case 'action-settled':
      return {
        state: event.as,
        since: at,
        finishedAt: action.finishedAt ?? at,
        outcome: event.summary,
        settled: { by: actor, at, how: event.how },
      };
    case 'action-verified':
      return { verified: { state: event.state, summary: event.summary, at } };
    case 'action-undone':
      return { state: 'undone', since: at, undoneBy: event.by };
    case 'action-kept':
      return { state: 'kept', since: at };
  }
}

const expiredWords = {
  decide: 'nobody decided in time',
  run: 'it was approved, but not run in time',
} as const;
