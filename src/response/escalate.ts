// Calls the next level of the ladder when nobody acknowledged in time, and says so when all have been called in vain.

import { theBot } from '../core/actor.ts';
import type { Given, Level } from './given.ts';
import { change } from './record.ts';

/** "After an hour all are": once more the time of the last level, and never before one hour (runbook, Escalation Contacts). */
export function exhaustedAfterMs(ladder: readonly Level[]): number {
  const last = Math.max(0, ...ladder.map((level) => level.pageAtMs));
  return last === 0 ? 3_600_000 : last * 2;
}

/** Runs at the time of a level; does nothing when somebody acknowledged meanwhile. */
export async function escalate(given: Given, incident: string, levelName: string): Promise<void> {
  if (levelName === 'exhausted') return sayExhausted(given, incident);
  const level = given.ladder.find((one) => one.level === levelName);
  if (level === undefined) return;
  const { name, people } = level;
  await change(given, incident, { kind: 'escalate', level: levelName, name, people }, { actor: theBot }, async (tx) => {
    await tx.send({ lane: `${incident}:invite`, priority: 'urgent', notice: { kind: 'invite', incident, people } });
    await tx.send({
      lane: `${incident}:call`,
      priority: 'urgent',
      notice: { kind: 'call', incident, level: levelName, name, people, why: 'nobody acknowledged in time' },
    });
  });
}

async function sayExhausted(given: Given, incident: string): Promise<void> {
  await change(given, incident, { kind: 'exhaust-escalation' }, { actor: theBot }, async (tx) => {
    const text = `UNANSWERED · ${incident} · every level has been called and nobody has acknowledged`;
    await tx.send({
      lane: `${incident}:call`,
      priority: 'urgent',
      notice: { kind: 'say', incident, where: 'channel', text },
    });
  });
}
