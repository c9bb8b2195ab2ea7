// The room of an incident was opened: it goes on record, people are invited, beside the card and not before it, and the card is pinned there.

import { idInChat, theBot } from '../core/actor.ts';
import type { IncidentEvent } from '../core/event.ts';
import type { Given } from './given.ts';
import { record } from './record.ts';

type Room = Omit<Extract<IncidentEvent, { type: 'room-opened' }>, 'type'>;

/** Told again it changes nothing. Invited is whoever declared, and whoever was told by then: a room can come late. */
export async function openRoom(given: Given, id: string, room: Room): Promise<void> {
  await given.store.transact(async (tx) => {
    const incident = await tx.incident(id);
    if (incident === undefined || incident.room?.room === room.room) return;
    await record(given, tx, incident, [{ type: 'room-opened', ...room }], theBot);
    const declarer = idInChat(incident.declaredBy);
    const told = incident.escalated.flatMap((level) => level.people);
    const people = [...new Set(declarer === undefined ? told : [declarer, ...told])];
    await tx.send({ lane: `${id}:invite`, priority: 'urgent', notice: { kind: 'invite', incident: id, people } });
    await tx.send({ lane: id, notice: { kind: 'pin-card', incident: id } });
  });
}
