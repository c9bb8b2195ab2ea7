// Asks the next level of the ladder about an action on which nobody has decided; a request never runs out in silence.

import { theBot } from '../../core/actor.ts';
import type { Given } from '../given.ts';
import { act } from './act.ts';

/** Runs at the time of a level; does nothing when somebody has decided meanwhile. */
export async function escalateApproval(given: Given, incident: string, id: string, levelName: string): Promise<void> {
  const level = given.ladder.find((one) => one.level === levelName);
  if (level === undefined) return;
  const { name, people } = level;
  await act(given, { incident, action: id }, { kind: 'escalate', level: levelName, name, people }, { actor: theBot });
}
