// Judges actions: each ran at most once, only with the rights that its risk demands, and what Redis saw is what the record says.

import type { Shown } from '../../src/core/action/action.ts';
import type { ActionEvent } from '../../src/core/action/event.ts';
import type { Actor } from '../../src/core/actor.ts';
import type { Recorded } from '../../src/core/event.ts';
import type { SeenRecord } from './record-seen.ts';
import type { Writes } from './redis-writes.ts';

type Step = Recorded<ActionEvent>;

export interface ActionFigures {
  readonly claimed: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Left for a person, because the world does not tell. */
  readonly unknown: number;
}

/** I1, and F48 to F50: also after a kill between approval and claim, in the middle of the effect, or before its result was stored. */
export function judgeActions(
  seen: SeenRecord,
  writes: Writes,
): { readonly problems: readonly string[]; readonly figures: ActionFigures } {
  const actions = actionsIn(seen);
  const problems = [...actions].flatMap(([id, steps]) => judgeAction(id, steps));
  const kinds = [
    ['redis.maxmemory-policy', writes.policies],
    ['redis.flushdb', writes.flushes],
  ] as const;
  for (const [kind, sent] of kinds) {
    const claims = [...actions.values()].filter((steps) => kindOf(steps) === kind && has(steps, 'action-claimed'));
    const succeeded = claims.filter((steps) => endOf(steps) === 'succeeded').length;
    if (sent > claims.length) problems.push(`${kind} was sent ${sent} times for ${claims.length} claims`);
    if (sent < succeeded) problems.push(`${kind} succeeded ${succeeded} times on record and was sent ${sent} times`);
  }
  const ends = [...actions.values()].filter((steps) => has(steps, 'action-claimed')).map(endOf);
  const count = (end: string): number => ends.filter((one) => one === end).length;
  return {
    problems,
    figures: {
      claimed: ends.length,
      succeeded: count('succeeded'),
      failed: count('failed'),
      unknown: count('unknown'),
    },
  };
}

function actionsIn(seen: SeenRecord): ReadonlyMap<string, readonly Step[]> {
  const found = new Map<string, Step[]>();
  for (const events of seen.streams.values()) {
    for (const recorded of events) {
      if (!recorded.event.type.startsWith('action-')) continue;
      const step = recorded as Step;
      found.set(step.event.action, [...(found.get(step.event.action) ?? []), step]);
    }
  }
  return found;
}

function judgeAction(id: string, steps: readonly Step[]): readonly string[] {
  const said = (what: string): string => `action ${id.slice(0, 8)} of ${steps[0]?.stream}: ${what}`;
  const problems: string[] = [];
  for (const type of ['action-requested', 'action-claimed', 'action-finished', 'action-settled'] as const) {
    const times = steps.filter(({ event }) => event.type === type).length;
    if (times > 1) problems.push(said(`${type} ${times} times`));
  }
  const claimedAt = steps.findIndex(({ event }) => event.type === 'action-claimed');
  if (claimedAt < 0) {
    if (has(steps, 'action-finished')) problems.push(said('has a result and was never claimed'));
    return problems;
  }
  const before = steps.slice(0, claimedAt);
  const shown = before.reduce<Shown | undefined>(
    (last, { event }) => (event.type === 'action-previewed' ? event.shown : last),
    undefined,
  );
  const requester = before.find(({ event }) => event.type === 'action-requested')?.actor;
  if (shown === undefined || requester === undefined) return [...problems, said('ran without a preview or a request')];
  const approvers = before.flatMap(({ event, actor }) =>
    event.type === 'action-approved' ? [{ actor, as: event.as }] : [],
  );
  if (approvers.some(({ actor }) => sameActor(actor, requester)))
    problems.push(said('was approved by who asked for it'));
  if (new Set(approvers.map(({ actor }) => JSON.stringify(actor))).size < approvers.length) {
    problems.push(said('was approved twice by one person'));
  }
  const needed = shown.risk !== 'destructive' ? [] : shown.protectedPresent ? ['approver', 'commander'] : ['approver'];
  const missing = needed.filter((right) => !approvers.some(({ as }) => as === right));
  if (missing.length > 0) problems.push(said(`ran without ${missing.join(' and ')}`));
  if (
    !steps.slice(claimedAt).some(({ event }) => event.type === 'action-finished' || event.type === 'action-settled')
  ) {
    problems.push(said('was claimed and never came to an end'));
  }
  return problems;
}

function endOf(steps: readonly Step[]): 'succeeded' | 'failed' | 'unknown' {
  return steps.reduce<'succeeded' | 'failed' | 'unknown'>((end, { event }) => {
    if (event.type === 'action-finished') return event.outcome;
    return event.type === 'action-settled' ? event.as : end;
  }, 'unknown');
}

function kindOf(steps: readonly Step[]): string {
  const [first] = steps.flatMap(({ event }) => (event.type === 'action-proposed' ? [event] : []));
  return first === undefined ? '' : `${first.system}.${first.kind}`;
}

function has(steps: readonly Step[], type: ActionEvent['type']): boolean {
  return steps.some(({ event }) => event.type === type);
}

function sameActor(a: Actor, b: Actor): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
