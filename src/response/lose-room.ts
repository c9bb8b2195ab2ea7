// The room of an incident is gone: the incident goes on in the main place, and whoever declared it is told.

import { idInChat, theBot } from '../core/actor.ts';
import type { Given } from './given.ts';
import { record } from './record.ts';

/** Told again it changes nothing. `refs`: what the face remembers of the incident from now on. */
export async function loseRoom(
  given: Given,
  id: string,
  why: string,
  refs: Readonly<Record<string, string>>,
): Promise<void> {
  await given.store.transact(async (tx) => {
    const incident = await tx.incident(id);
    if (incident === undefined) return;
    await tx.setFaceRefs(id, refs);
    await record(given, tx, incident, [{ type: 'setup-failed', step: 'channel', why }], theBot);
    await tx.send({ lane: id, priority: 'urgent', notice: { kind: 'post-card', incident: id } });
    const declarer = idInChat(incident.declaredBy);
    if (declarer === undefined) return;
    const text = `The channel of ${id} cannot be used any more: ${why}. ${id} goes on: its card is in the main channel now.`;
    await tx.send({
      lane: `answer:${id}`,
      notice: { kind: 'answer', to: { person: declarer }, answer: { kind: 'text', text } },
    });
  });
}
