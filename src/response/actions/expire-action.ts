// The two clocks of an action: the time to decide, and the time to run what was approved.

import { theBot } from '../../core/actor.ts';
import type { Transaction } from '../../core/ports.ts';
import type { Given } from '../given.ts';
import { act } from './act.ts';

/** Does nothing when the action has moved on. A job that comes a moment before the deadline comes again. */
export async function expireAction(given: Given, incident: string, id: string): Promise<void> {
  const expire = async (tx: Transaction) => ({ kind: 'expire', now: await tx.now() }) as const;
  const outcome = await act(given, { incident, action: id }, expire, { actor: theBot });
  const after = outcome.ok ? outcome.value : undefined;
  if (after?.state !== 'awaiting' && after?.state !== 'approved') return;
  const deadline = after.state === 'awaiting' ? after.decideBy : after.runBy;
  if (deadline === undefined) return;
  await given.store.transact(async (tx) => {
    const afterMs = Math.max(0, deadline - (await tx.now()));
    await tx.schedule({ job: { kind: 'expire-action', incident, action: id }, afterMs, once: `expire ${id}` });
  });
}
