// Why something cannot be done with an action now, in words for the person who tried.

import type { Fault } from '../fault.ts';
import { clockTime } from '../spell.ts';
import type { Action, ActionState } from './action.ts';
import type { Right } from './rights.ts';

const stateWords: Readonly<Record<ActionState, string>> = {
  proposed: 'is still being previewed',
  previewed: 'has been previewed and nobody has asked for it',
  awaiting: 'waits for approval',
  approved: 'is approved and about to run',
  running: 'is running',
  succeeded: 'has been done',
  failed: 'has failed',
  unknown: 'has an unknown outcome',
  undone: 'has been undone',
  kept: 'has been kept',
  cancelled: 'was cancelled',
  rejected: 'was rejected',
  expired: 'has expired',
  void: 'is void',
};

/** What has become of the action since, with the time. `now` is when the refused decision arrived, where that tells something. */
export function notNow(action: Action, now?: number): Fault {
  const begins = canBeginAnew.has(action.state) && action.undoes === undefined;
  return {
    whose: 'person',
    code: `action-${action.state}`,
    message: `Nothing was done. ${whatHappened(action, now)}`,
    remedy: begins
      ? `Ask for it again: \`/acgs do ${action.definition}\`, or the card of the incident.`
      : 'The card of the incident shows where it stands.',
    ...(begins ? { again: { action: action.id, title: action.title } } : {}),
  };
}

function whatHappened(action: Action, now: number | undefined): string {
  const outcome = action.outcome === undefined ? '' : `: ${action.outcome}`;
  const deadline = action.state === 'expired' ? (action.runBy ?? action.decideBy) : undefined;
  if (deadline === undefined)
    return `"${action.title}" ${stateWords[action.state]} since ${clockTime(action.since)} UTC${outcome}.`;
  const arrived = now === undefined ? '' : `, and this came at ${clockTime(now)} UTC`;
  return `The time for "${action.title}" ended at ${clockTime(deadline)} UTC${arrived}${outcome}.`;
}

/** Nothing of it runs any more, and the same may be asked for anew. */
export const canBeginAnew: ReadonlySet<ActionState> = new Set(['cancelled', 'rejected', 'expired', 'void', 'failed']);

export function lacksRight(right: Right, what: string): Fault {
  return {
    whose: 'person',
    code: `no-${right}`,
    message: `Only ${right}s can ${what}, and you are not known as one.`,
    remedy: `Ask a ${right}; \`people.${right}s\` in the bot's configuration says who is one.`,
  };
}

export const ownRequest: Fault = {
  whose: 'person',
  code: 'own-request',
  message: 'You asked for it, so it must be someone else who approves.',
  remedy: 'The approvers were asked in the thread and by direct message.',
};

export function alreadyApproved(action: Action): Fault {
  return {
    whose: 'person',
    code: 'already-approved',
    message: 'You already approved this; one person counts once.',
    remedy:
      action.state === 'awaiting'
        ? 'It waits for somebody else.'
        : `"${action.title}" ${stateWords[action.state]}; the thread shows how it goes on.`,
  };
}

export const wrongTarget = (typed: string): Fault => ({
  whose: 'person',
  code: 'typed-target',
  message: `The confirmation must read exactly: ${typed}`,
  remedy: 'Type it as it stands there, or cancel.',
});

export const reasonMissing: Fault = {
  whose: 'person',
  code: 'reason-missing',
  message: 'This needs a reason.',
  remedy: 'Write one sentence: the approvers and the report quote it.',
};

export const unknownAction: Fault = {
  whose: 'person',
  code: 'unknown-action',
  message: 'There is no such action any more.',
  remedy: 'The card of the incident shows what can be done.',
};

export const tooManyRequests = (limit: number): Fault => ({
  whose: 'person',
  code: 'too-many-requests',
  message: `You have asked for ${limit} actions within a minute, over all incidents, so nothing more was started.`,
  remedy: 'Wait a minute, then ask again.',
});

/** `why` names who decided. */
export const refusedByPolicy = (why: string): Fault => ({
  whose: 'person',
  code: 'refused-by-policy',
  message: `Nothing was approved and nothing ran: ${why}.`,
  remedy: 'When the policy has changed, press again.',
});
