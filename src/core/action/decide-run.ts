// The claim, which asks again for everything that was asked before, and what the process that claimed tells about the end.

import { done, type Outcome, refused } from '../fault.ts';
import { type Action, differences } from './action.ts';
import type { ActionCommand, ActionPolicy } from './decide.ts';
import { expired, raised } from './decide-approval.ts';
import type { ActionEvent } from './event.ts';
import { freezeOver } from './freeze.ts';
import { passing } from './gate.ts';
import { notNow } from './refusals.ts';
import { approvalsMissing, rightsLost } from './rights.ts';

export function claim(
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
    ...freezeBegan(action, policy, command.now),
    ...rightsLost(action, command.grants),
  ];
  if (changed.length > 0) return done([{ type: 'action-voided', action: action.id, differences: changed }]);
  // A state that says approved while approvals are missing would be a fault of ours: nothing runs on it.
  if (approvalsMissing(action).length > 0) return refused(notNow(action));
  const gate = passing(action, 'run', command.gate, policy);
  if (!gate.go) {
    const why = command.gate?.why ?? 'the policy was not asked';
    return done([...gate.events, { type: 'action-cancelled', action: action.id, why }]);
  }
  if (command.recent >= policy.perTargetPerHour) {
    const why = `${command.recent} actions ran on ${shown.target} within the last hour, and ${policy.perTargetPerHour} is the limit`;
    return done([...gate.events, { type: 'action-cancelled', action: action.id, why }]);
  }
  return done([
    ...gate.events,
    {
      type: 'action-claimed',
      action: action.id,
      owner: command.owner,
      facts: shown.facts,
      ...(shown.undo === undefined ? {} : { undo: shown.undo }),
    },
  ]);
}

/** What was agreed to before a freeze was not agreed to by those whom the freeze asks. */
function freezeBegan(action: Action, policy: ActionPolicy, now: number): readonly string[] {
  const freeze = action.freeze === undefined ? freezeOver(action, policy.freezes, now) : undefined;
  return freeze === undefined ? [] : [`a change freeze began: ${freeze.why}`];
}

/**
 * The process that claimed it tells how it ended. One that stood still for longer than its lease may come back after others looked: what it
 * knows for sure then corrects what they saw.
 */
export function finish(
  action: Action,
  { owner, outcome, summary, stopped }: Extract<ActionCommand, { kind: 'finish' }>,
): Outcome<readonly ActionEvent[]> {
  if (action.claim?.owner !== owner) return refused(notNow(action));
  if (action.state === 'running') {
    const how = stopped === undefined ? {} : { stopped };
    return done([{ type: 'action-finished', action: action.id, outcome, summary, ...how }]);
  }
  const seen = action.settled !== undefined && (action.state === 'succeeded' || action.state === 'failed');
  const wrong = action.state === 'unknown' || (seen && action.state !== outcome);
  if (!wrong || outcome === 'unknown') return refused(notNow(action));
  const late = `${summary} (told late by the process that ran it)`;
  return done([{ type: 'action-settled', action: action.id, as: outcome, how: 'looked', summary: late }]);
}
