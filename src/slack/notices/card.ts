// The live card and its announcement: posted once, pinned, and redrawn in place from what the record says now.

import { createHash } from 'node:crypto';
import type { IncidentView } from '../../response/views.ts';
import { anyAnswer } from '../answers.ts';
import { announcement, incidentCard } from '../blocks/card.ts';
import type { Message } from '../blocks/rich.ts';
import { refusedWith } from '../failures.ts';
import { type MessageRef, readRef, refKeys, writeRef } from '../ids.ts';
import type { Attempt } from '../posting.ts';
import { cardOf, keep, type Publishing, placesOf, postNear, roomOf, whenVisible } from '../publishing.ts';

const gone = ['message_not_found', 'cant_update_message', 'edit_window_closed'] as const;

export async function postCard(p: Publishing, attempt: Attempt, view: IncidentView): Promise<void> {
  const { card, room } = await placesOf(p, view.id);
  if (card !== undefined) return;
  const message = incidentCard(view, await p.people.namesFor(view));
  const ref = await postNear(p, attempt, { channel: room ?? p.config.channel }, message);
  await keepDrawn(p, view.id, refKeys.card, ref, message);
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
  const { card, room } = await placesOf(p, view.id);
  if ((roomless && room === undefined) || card?.channel === p.config.channel) return;
  if ((await p.store.faceRef(view.id, refKeys.announcement)) === undefined) {
    const message = announcement(view, await p.people.namesFor(view), room);
    const ref = await p.posting.post(attempt, { channel: p.config.channel }, message);
    await keepDrawn(p, view.id, refKeys.announcement, ref, message);
  }
  // A room that was opened meanwhile found no announcement to redraw.
  const now = await p.desk.incidentView(view.id);
  if (now !== undefined) await redrawAnnouncement(p, now);
}

async function redrawAnnouncement(p: Publishing, view: IncidentView): Promise<void> {
  const announced = readRef(await p.store.faceRef(view.id, refKeys.announcement));
  if (announced === undefined) return;
  const message = announcement(view, await p.people.namesFor(view), await roomOf(p, view.id));
  await editIfChanged(p, view.id, refKeys.announcement, announced, message).catch((error: unknown) => {
    if (!refusedWith(error, ...gone)) throw error;
    p.log.warn({ incident: view.id }, 'the announcement was deleted; it is not posted again');
  });
}

export async function redraw(p: Publishing, attempt: Attempt, view: IncidentView): Promise<void> {
  await redrawAnnouncement(p, view);
  const card = await cardOf(p, view.id);
  if (card === undefined) return postGivenUp(p, attempt, view);
  const message = incidentCard(view, await p.people.namesFor(view));
  try {
    await editIfChanged(p, view.id, refKeys.card, card, message);
  } catch (error) {
    if (!refusedWith(error, ...gone)) throw error;
    // Somebody deleted the card: responders need one, so it is posted anew.
    const ref = await postNear(p, attempt, { channel: card.channel }, message);
    await keepDrawn(p, view.id, refKeys.card, ref, message);
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
  key: string,
  ref: MessageRef,
  message: Message,
): Promise<void> {
  if ((await p.store.faceRef(incident, refKeys.drawn(key))) === digestOf(message)) return;
  await p.posting.edit(ref, message);
  await keep(p, incident, refKeys.drawn(key), digestOf(message));
}

async function keepDrawn(
  p: Publishing,
  incident: string,
  key: string,
  ref: MessageRef,
  message: Message,
): Promise<void> {
  await p.store.setFaceRefs(incident, { [key]: writeRef(ref), [refKeys.drawn(key)]: digestOf(message) });
}

function digestOf(message: Message): string {
  return createHash('sha256').update(JSON.stringify(message)).digest('base64url');
}
