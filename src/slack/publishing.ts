// What delivering a notice needs, and where an incident's messages belong.

import type { ChartRenderer, Clock, Log, Store } from '../core/ports.ts';
import type { Desk } from '../response/desk.ts';
import type { Message } from './blocks/rich.ts';
import { refusedWith } from './failures.ts';
import type { Identity } from './identity.ts';
import { type MessageRef, readRef, refKeys } from './ids.ts';
import type { People } from './people.ts';
import type { Attempt, Place, Posting } from './posting.ts';
import type { SlackApi } from './web-api.ts';

export interface Publishing {
  readonly config: { readonly channel: string; readonly incidentChannels: boolean };
  readonly api: SlackApi;
  readonly posting: Posting;
  readonly desk: Desk;
  readonly store: Store;
  readonly charts: ChartRenderer;
  readonly people: People;
  readonly identity: () => Identity | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Attempts in which a channel that Slack does not know may still be one that it does not know yet. */
export const graceAttempts = 4;

/** Codes that a channel answers with for a moment after it was made, and for good when the bot is not in it. */
export const unseenCodes = ['channel_not_found', 'not_in_channel', 'user_not_in_channel'] as const;

export async function keep(p: Publishing, subject: string, key: string, value: string): Promise<void> {
  await p.store.transact((tx) => tx.setFaceRef(subject, key, value));
}

export async function roomOf(p: Publishing, incident: string): Promise<string | undefined> {
  return p.store.faceRef(incident, refKeys.channel);
}

export async function cardOf(p: Publishing, incident: string): Promise<MessageRef | undefined> {
  return readRef(await p.store.faceRef(incident, refKeys.card));
}

/** The incident's own channel; without one the card's thread in the main channel. */
export async function channelPlace(p: Publishing, incident: string): Promise<Place> {
  const room = await roomOf(p, incident);
  return room === undefined ? threadPlace(p, incident) : { channel: room };
}

export async function threadPlace(p: Publishing, incident: string): Promise<Place> {
  const card = await cardOf(p, incident);
  if (card !== undefined) return { channel: card.channel, thread: card.ts };
  return { channel: (await roomOf(p, incident)) ?? p.config.channel };
}

/** Posts where it belongs; in the main channel when that place is gone for good. */
export async function postNear(
  p: Publishing,
  attempt: Attempt,
  place: Place,
  message: Message,
  part = 1,
): Promise<MessageRef> {
  try {
    return await p.posting.post(attempt, place, message, { part });
  } catch (error) {
    const unseen = refusedWith(error, ...unseenCodes) && attempt.row.attempt >= graceAttempts;
    if (!(unseen || refusedWith(error, 'is_archived')) || place.channel === p.config.channel) throw error;
    p.log.warn(
      { channel: place.channel, row: attempt.row.id },
      'the place of a message is gone; it goes to the main channel',
    );
    return p.posting.post(attempt, { channel: p.config.channel }, message, { part });
  }
}

/** The address of a message for people; undefined until Slack has told our own address. */
export function addressOf(p: Pick<Publishing, 'identity'>, ref: MessageRef | undefined): string | undefined {
  const home = p.identity()?.url;
  if (home === undefined || ref === undefined) return undefined;
  return `${home.replace(/\/?$/, '/')}archives/${ref.channel}/p${ref.ts.replace('.', '')}`;
}
