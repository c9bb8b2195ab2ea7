// Sets up an incident's own channel: creates it, sets its topic, invites people. Every step can be repeated.

import { z } from 'zod';
import type { IncidentView } from '../../response/views.ts';
import { anyAnswer, channelsAnswer, createdAnswer, groupAnswer } from '../answers.ts';
import { topicText } from '../blocks/headline.ts';
import { isRefusal, refusedWith, SlackCallFailed } from '../failures.ts';
import { cutTo } from '../fit.ts';
import { noRoom, refKeys } from '../ids.ts';
import type { Attempt } from '../posting.ts';
import { keep, type Publishing, placesOf, roomOf, settledRoom, whenVisible } from '../publishing.ts';
import { oneLine } from '../untrusted.ts';

interface Room {
  readonly id: string;
  readonly name: string;
}

const namesToTry = 5;
const pagesToSearch = 10;
const topicLimit = 250;
/** Slack documents 100; Netflix Dispatch saw failures above 30. */
const inviteChunk = 30;

export async function openRoom(p: Publishing, attempt: Attempt, view: IncidentView): Promise<void> {
  if (view.room !== undefined) return;
  const known = await p.store.faceRef(view.id, refKeys.channel);
  if (known === noRoom) return;
  if (known === undefined && !p.config.incidentChannels) return keep(p, view.id, refKeys.channel, noRoom);
  const room = known === undefined ? await createRoom(p, attempt, view) : { id: known, name: roomName(view) };
  attempt.touched = true;
  await keep(p, view.id, refKeys.channel, room.id);
  const home = p.identity()?.url;
  const link = home === undefined ? {} : { link: `${home.replace(/\/?$/, '/')}archives/${room.id}` };
  await p.desk.roomOpened(view.id, { room: room.id, name: room.name, ...link });
}

/** `inc-20261124-42-latency`: only what Slack allows in a name, at most 80 characters. */
export function roomName(view: Pick<IncidentView, 'id' | 'runbook' | 'declaredAt'>): string {
  const date = new Date(view.declaredAt).toISOString().slice(0, 10).replaceAll('-', '');
  const number = view.id.replace(/\D/g, '');
  const runbook = view.runbook.toLowerCase().replace(/[^a-z0-9_-]+/g, '-');
  return `inc-${date}-${number}-${runbook}`.slice(0, 75);
}

async function createRoom(p: Publishing, attempt: Attempt, view: IncidentView): Promise<Room> {
  const base = roomName(view);
  if (attempt.row.ambiguous) {
    const own = await findOwnRoom(p, base);
    if (own !== undefined) return own;
  }
  for (let position = 1; position <= namesToTry; position += 1) {
    const name = position === 1 ? base : `${base}-${position}`;
    try {
      return (await p.api.call('conversations.create', { name }, createdAnswer)).channel;
    } catch (error) {
      if (!refusedWith(error, 'name_taken')) throw error;
    }
  }
  throw new SlackCallFailed('conversations.create', {
    kind: 'refused',
    code: 'name_taken',
    why: `the names ${base} to ${base}-${namesToTry} are all taken`,
  });
}

/** A channel that an earlier attempt made and could not tell us about: ours, of that name, and no other incident's. */
async function findOwnRoom(p: Publishing, base: string): Promise<Room | undefined> {
  const me = p.identity()?.userId;
  let cursor = '';
  for (let page = 0; page < pagesToSearch; page += 1) {
    const more = cursor === '' ? {} : { cursor };
    const args = { types: 'public_channel', exclude_archived: true, limit: 200, ...more };
    const answer = await p.api.call('users.conversations', args, channelsAnswer);
    for (const channel of answer.channels) {
      const named = channel.name === base || channel.name.replace(/-\d$/, '') === base;
      if (!named || (me !== undefined && channel.creator !== undefined && channel.creator !== me)) continue;
      if ((await p.store.subjectOf(refKeys.channel, channel.id)) === undefined) return channel;
    }
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (cursor === '') return undefined;
  }
  return undefined;
}

/**
 * The incident's channel was archived or deleted, or the bot removed from it: what is to come goes to the main channel. False when
 * the incident has no channel to lose.
 */
export async function loseRoom(p: Publishing, incident: string, cause: SlackCallFailed): Promise<boolean> {
  const room = await roomOf(p, incident);
  if (room === undefined) return false;
  const { why } = cause.failure;
  p.log.warn({ incident, channel: room, why }, 'the channel of an incident is lost');
  await p.desk.roomLost(incident, why, {
    [refKeys.lostRoom]: room,
    // The card there is out of reach: another one is posted where the incident goes on.
    [refKeys.card]: '',
    [refKeys.drawn(refKeys.card)]: '',
  });
  return true;
}

export async function setTopic(p: Publishing, view: IncidentView): Promise<void> {
  const { room: channel, drawn } = await placesOf(p, view.id);
  if (channel === undefined) return;
  const topic = cutTo(oneLine(topicText(view)), topicLimit);
  // Each change leaves a line in the channel, so the same topic is not set twice.
  if (drawn.topic === topic) return;
  await whenVisible(() => p.api.call('conversations.setTopic', { channel, topic }, anyAnswer));
  await keep(p, view.id, refKeys.drawn('topic'), topic);
}

const invitedAnswer = z.object({
  errors: z.array(z.object({ user: z.string().optional(), error: z.string() })).optional(),
});

/** Invites people and the members of groups. What cannot be invited is named in one set-up failure, the others are in. */
export async function invite(
  p: Publishing,
  attempt: Attempt,
  view: IncidentView,
  people: readonly string[],
): Promise<void> {
  const channel = await settledRoom(p, attempt, view.id);
  if (channel === undefined || people.length === 0) return;
  const problems: string[] = [];
  const users = await expand(p, people, problems);
  for (let at = 0; at < users.length; at += inviteChunk) {
    const chunk = users.slice(at, at + inviteChunk);
    const args = { channel, users: chunk.join(','), force: true };
    try {
      const { errors = [] } = await whenVisible(() => p.api.call('conversations.invite', args, invitedAnswer));
      for (const { user, error } of errors)
        if (error !== 'already_in_channel') problems.push(`${user ?? 'somebody'}: ${error}`);
    } catch (error) {
      if (refusedWith(error, 'already_in_channel')) continue;
      if (!isRefusal(error)) throw error;
      problems.push(`${chunk.join(', ')}: ${error.failure.why}`);
    }
  }
  if (problems.length > 0) await p.desk.setupFailed(view.id, 'invite', cutTo(problems.join('; '), 500));
}

/** The people themselves, with the members of groups; `problems` gets what cannot be read. */
export async function expand(p: Publishing, people: readonly string[], problems: string[]): Promise<readonly string[]> {
  const users = new Set<string>();
  for (const id of people) {
    if (/^[UW]/.test(id)) users.add(id);
    else if (/^S/.test(id)) for (const user of await membersOf(p, id, problems)) users.add(user);
    else problems.push(`${id} is neither a person nor a group of Slack`);
  }
  const me = p.identity()?.userId;
  return [...users].filter((user) => user !== me);
}

async function membersOf(p: Publishing, usergroup: string, problems: string[]): Promise<readonly string[]> {
  try {
    return (await p.api.call('usergroups.users.list', { usergroup }, groupAnswer)).users;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    problems.push(`group ${usergroup} cannot be read: ${error.failure.why}`);
    return [];
  }
}
