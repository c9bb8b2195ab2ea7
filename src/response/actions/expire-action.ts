// The two clocks of an action: the time to decide, and the time to run what was approved.

import { theBot } from '../../core/actor.ts';
import type { Given } from '../given.ts';
import { act } from './act.ts';

/** Does nothing when the action has moved on, or when the deadline of its present state is not over yet. */
export async function expireAction(given: Given, incident: string, id: string): Promise<void> {
  await act(given, { incident, action: id }, { kind: 'expire', now: given.clock.now() }, { actor: theBot });
}
