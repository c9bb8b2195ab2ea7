// I1, from the record alone: an action ran at most once, and only with every right that its risk demands.

import type { Shown } from '../../src/core/action/action.ts';
import type { ActionEvent } from '../../src/core/action/event.ts';
import { sameActor } from '../../src/core/actor.ts';
import type { Recorded } from '../../src/core/event.ts';
import type { Store } from '../../src/core/ports.ts';

export type Step = Recorded<ActionEvent>;

/** The steps of each action by its id. */
export function actionsIn(streams: Iterable<readonly Recorded[]>): ReadonlyMap<string, readonly Step[]> {
  const found = new Map<string, Step[]>();
  for (const events of streams) {
    for (const recorded of events) {
      if (!recorded.event.type.startsWith('action-')) continue;
      const step = recorded as Step;
      found.set(step.event.action, [...(found.get(step.event.action) ?? []), step]);
    }
  }
  return found;
}

/** Over all incidents of a store. */
export async function unlawfulActions(store: Pick<Store, 'incidents' | 'events'>): Promise<readonly string[]> {
  const incidents = await store.incidents({ limit: 1_000 });
  const streams = await Promise.all(incidents.map(({ id }) => store.events(id)));
  return [...actionsIn(streams)].flatMap(([id, steps]) => unlawful(id, steps));
}

export function unlawful(id: string, steps: readonly Step[]): readonly string[] {
  const said = (what: string): string => `action ${id.slice(0, 8)} of ${steps[0]?.stream}: ${what}`;
  const problems: string[] = [];
  for (const type of ['action-requested', 'action-claimed', 'action-finished'] as const) {
    const times = steps.filter(({ event }) => event.type === type).length;
    if (times > 1) problems.push(said(`${type} ${times} times`));
  }
  // A process that stood still past its lease knows better than those who looked meanwhile: once, and only to say something else.
  const settled = steps.flatMap(({ event }) => (event.type === 'action-settled' ? [event.as] : []));
  if (settled.length > 2 || new Set(settled).size < settled.length)
    problems.push(said(`was settled as ${settled.join(', then ')}`));
  const claimedAt = steps.findIndex(({ event }) => event.type === 'action-claimed');
  if (claimedAt < 0) {
    const hasResult = steps.some(({ event }) => event.type === 'action-finished');
    return hasResult ? [...problems, said('has a result and was never claimed')] : problems;
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
  return missing.length > 0 ? [...problems, said(`ran without ${missing.join(' and ')}`)] : problems;
}
