// What delivering a notice needs, and where an incident's messages belong.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Rights } from '../core/action/ports.ts';
import type { Meter } from '../core/meter.ts';
import type { ChartRenderer, Clock, Log, Store } from '../core/ports.ts';
import type { Desk } from '../response/desk.ts';
import type { Message } from './blocks/rich.ts';
import { refusedWith, SlackCallFailed } from './failures.ts';
import type { Identity } from './identity.ts';
import { type MessageRef, noRoom, readRef, refKeys } from './ids.ts';
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
  readonly rights: Rights;
  readonly identity: () => Identity | undefined;
  /** Asks Slack now. False when Slack as a whole is away or refuses our token: then no single message is to blame. */
  readonly slackAnswers: () => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}

/** Codes that a channel answers with for a moment after it was made, and for good when the bot is not in it. */
const unseenCodes = ['channel_not_found', 'not_in_channel', 'user_not_in_channel'] as const;
const visiblePausesMs = [500, 1_000, 2_000];

/** Repeats a call that a channel just made refuses for a moment: Slack's methods learn of it one after the other. */
export async function whenVisible<T>(call: () => Promise<T>): Promise<T> {
  for (const pauseMs of visiblePausesMs) {
    try {
      return await call();
    } catch (error) {
      if (!refusedWith(error, ...unseenCodes)) throw error;
      await sleep(pauseMs);
    }
  }
  return call();
}

export async function keep(p: Publishing, subject: string, key: string, value: string): Promise<void> {
  await p.store.setFaceRefs(subject, { [key]: value });
}

export interface Places {
  /** The incident's own channel, undefined when it has none (yet, or any more). */
  readonly room: string | undefined;
  /** Whether it is decided that there is a channel, or none. */
  readonly settled: boolean;
  readonly card: MessageRef | undefined;
  readonly announcement: MessageRef | undefined;
  /** Digest of what each of them shows, or the topic itself. */
  readonly drawn: Readonly<Record<'card' | 'announcement' | 'topic', string | undefined>>;
}

/** All that is remembered of an incident's places, in one look: most notices need more than one of them. */
export async function placesOf(p: Publishing, incident: string): Promise<Places> {
  const { channel, lostRoom, card, announcement, drawn } = refKeys;
  const shown = [drawn('card'), drawn('announcement'), drawn('topic')];
  const kept = await p.store.faceRefsAt(incident, [channel, lostRoom, card, announcement, ...shown]);
  const own = kept[channel] === noRoom || kept[channel] === kept[lostRoom] ? undefined : kept[channel];
  return {
    room: own,
    settled: kept[channel] !== undefined,
    card: readRef(kept[card]),
    announcement: readRef(kept[announcement]),
    drawn: { card: kept[drawn('card')], announcement: kept[drawn('announcement')], topic: kept[drawn('topic')] },
  };
}

export async function roomOf(p: Publishing, incident: string): Promise<string | undefined> {
  return (await placesOf(p, incident)).room;
}

export async function cardOf(p: Publishing, incident: string): Promise<MessageRef | undefined> {
  return (await placesOf(p, incident)).card;
}

/** The incident's own channel, undefined when it gets none. Rejects with a `wait` while it is being made. */
export async function settledRoom(p: Publishing, attempt: Attempt, incident: string): Promise<string | undefined> {
  const { settled, room } = await placesOf(p, incident);
  if (settled || !p.config.incidentChannels) return room;
  await waitForSetup(p, attempt, incident, 'channel');
  return roomOf(p, incident);
}

/** The incident's own channel; without one the card's thread in the main channel. Rejects with a `wait` while set-up runs. */
export async function channelPlace(p: Publishing, attempt: Attempt, incident: string): Promise<Place> {
  const room = await settledRoom(p, attempt, incident);
  return room === undefined ? threadPlace(p, attempt, incident) : { channel: room };
}

/** The card's thread. Rejects with a `wait` while the card is not posted yet. */
export async function threadPlace(p: Publishing, attempt: Attempt, incident: string): Promise<Place> {
  const card = await cardOf(p, incident);
  if (card !== undefined) return { channel: card.channel, thread: card.ts };
  await waitForSetup(p, attempt, incident, 'card');
  // Asked now: the channel may have come while nobody had the card yet.
  return { channel: (await roomOf(p, incident)) ?? p.config.channel };
}

/** How soon what waits for a step of set-up looks again. */
const setupLookMs = 100;
/** A call of people, and the invitation before it, wait a few seconds only: reaching them matters more than where. */
const callWaitsMs = 8_000;
/** A line waits longer than set-up takes, and not for ever: the main channel has it then. */
const lineWaitsMs = 120_000;

/**
 * Lanes do not wait for each other, so a line can be due before the place it belongs to exists. It waits for the step to be
 * done or given up, within limits.
 */
async function waitForSetup(
  p: Publishing,
  attempt: Attempt,
  incident: string,
  step: 'channel' | 'card',
): Promise<void> {
  const { notice, waitedMs } = attempt.row;
  const isUrgent = notice.kind === 'call' || notice.kind === 'invite';
  if (waitedMs > (isUrgent ? callWaitsMs : lineWaitsMs)) return;
  const view = await p.desk.incidentView(incident);
  if (view === undefined || view.setupFailures[step] !== undefined) return;
  throw new SlackCallFailed(notice.kind, {
    kind: 'wait',
    afterMs: setupLookMs,
    why: `the ${step} of ${incident} is being made`,
  });
}

/** Posts where it belongs, which Slack may not have told all of its methods yet. */
export function postNear(
  p: Publishing,
  attempt: Attempt,
  place: Place,
  message: Message,
  part = 1,
): Promise<MessageRef> {
  return whenVisible(() => p.posting.post(attempt, place, message, { part }));
}

/** What a channel answers with that was archived, deleted, or that the bot was removed from. */
export function isGone(error: unknown): error is SlackCallFailed {
  return refusedWith(error, ...unseenCodes, 'is_archived');
}

/** The address of a message for people; undefined until Slack has told our own address. */
export function addressOf(p: Pick<Publishing, 'identity'>, ref: MessageRef | undefined): string | undefined {
  const home = p.identity()?.url;
  if (home === undefined || ref === undefined) return undefined;
  return `${home.replace(/\/?$/, '/')}archives/${ref.channel}/p${ref.ts.replace('.', '')}`;
}
