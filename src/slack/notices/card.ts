// The live card and its announcement: posted once, pinned, and redrawn in place from what the record says now.

import { createHash } from 'node:crypto';
import type { IncidentView } from '../../response/views.ts';
import { anyAnswer } from '../answers.ts';
import { announcement, incidentCard } from '../blocks/card.ts';
import type { Message } from '../blocks/rich.ts';
import { refusedWith } from '../failures.ts';
import { type MessageRef, refKeys, writeRef } from '../ids.ts';
import type { Attempt } from '../posting.ts';
import { keep, type Places, type Publishing, placesOf, postNear, whenVisible } from '../publishing.ts';

const gone = ['message_not_found', 'cant_update_message', 'edit_window_closed'] as const;

export async function postCard(p: Publishing, attempt: Attempt, view: IncidentView): Promise<void> {
  const { card, room } = await placesOf(p, view.id);
  if (card !== undefined) return;
  const message = incidentCard(view, await p.people.namesFor(view));
  const ref = await postNear(p, attempt, { channel: room ?? p.config.channel }, message);
  await keepDrawn(p, view.id, 'card', ref, message);
}

/** Only in the incident's own channel: the main channel's pins belong to its people. */
export async function pinCard(p: Publishing, view: IncidentView): Promise<void> {
  const { card, room } = await placesOf(p, view.id);
  if (card === undefined || card.channel !== room) return;
  try {
    await whenVisible(() => p.api.call('pins.add', { channel: card.channel, timestamp: card.ts }, anyAnswer));
  } catch (error) {
    if (!refusedWith(error, 'already_pinned')) throw error;
  }
}

/** One line in the main channel, which waits for nothing; where the card itself belongs there, nothing is to be announced. */
export async function announce(p: Publishing, attempt: Attempt, view: IncidentView): Promise<void> {
  const roomless = !p.config.incidentChannels || view.setupFailures.channel !== undefined;
  const places = await placesOf(p, view.id);
  const { card, room } = places;
  if ((roomless && room === undefined) || card?.channel === p.config.channel) return;
  if (places.announcement === undefined) {
    const message = announcement(view, await p.people.namesFor(view), room);
    const ref = await p.posting.post(attempt, { channel: p.config.channel }, message);
    await keepDrawn(p, view.id, 'announcement', ref, message);
  }
  // A room that was opened meanwhile found no announcement to redraw.
  const now = await p.desk.incidentView(view.id);
  if (now !== undefined) await redrawAnnouncement(p, now, await placesOf(p, view.id));
}

async function redrawAnnouncement(p: Publishing, view: IncidentView, places: Places): Promise<void> {
  if (places.announcement === undefined) return;
  const message = announcement(view, await p.people.namesFor(view), places.room);
  try {
    await editIfChanged(p, view.id, 'announcement', places, message);
  } catch (error) {
    if (!refusedWith(error, ...gone)) throw error;
    p.log.warn({ incident: view.id }, 'the announcement was deleted; it is not posted again');
  }
}

/** The card first: it is what responders read. */
export async function redraw(p: Publishing, attempt: Attempt, view: IncidentView): Promise<void> {
  const places = await placesOf(p, view.id);
  await redrawCard(p, attempt, view, places);
  await redrawAnnouncement(p, view, places);
}

async function redrawCard(p: Publishing, attempt: Attempt, view: IncidentView, places: Places): Promise<void> {
  const { card } = places;
  if (card === undefined) return postGivenUp(p, attempt, view);
  const message = incidentCard(view, await p.people.namesFor(view));
  try {
    await editIfChanged(p, view.id, 'card', places, message);
  } catch (error) {
    if (!refusedWith(error, ...gone)) throw error;
    // Somebody deleted the card: responders need one, so it is posted anew.
    const ref = await postNear(p, attempt, { channel: card.channel }, message);
    await keepDrawn(p, view.id, 'card', ref, message);
  }
}

/** Set-up gave the card up so that its lane went on; responders need one as soon as Slack takes it. */
async function postGivenUp(p: Publishing, attempt: Attempt, view: IncidentView): Promise<void> {
  if (view.setupFailures.card !== undefined) await postCard(p, attempt, view);
}

/** All incidents share fifty edits a minute, so an edit that would show the same is not made. */
async function editIfChanged(
  p: Publishing,
  incident: string,
  key: 'card' | 'announcement',
  places: Places,
  message: Message,
): Promise<void> {
  const ref = places[key];
  if (ref === undefined || places.drawn[key] === digestOf(message)) return;
  await p.posting.edit(ref, message);
  await keep(p, incident, refKeys.drawn(key), digestOf(message));
}

async function keepDrawn(
  p: Publishing,
  incident: string,
  key: 'card' | 'announcement',
  ref: MessageRef,
  message: Message,
): Promise<void> {
  await p.store.setFaceRefs(incident, { [refKeys[key]]: writeRef(ref), [refKeys.drawn(key)]: digestOf(message) });
}

function digestOf(message: Message): string {
  return createHash('sha256').update(JSON.stringify(message)).digest('base64url');
}
