// A message for the record: by the pushpin reaction or by the message shortcut, with its author and the time it was written.

import type { Actor } from '../../core/actor.ts';
import { person, theBot } from '../../core/actor.ts';
import { type messageSchema, reactedAnswer } from '../answers.ts';
import type { Keyed, PinAsk } from '../asks.ts';
import { textMessage } from '../blocks/answers.ts';
import { refusedWith } from '../failures.ts';
import { refKeys, writeRef } from '../ids.ts';
import type { Publishing } from '../publishing.ts';
import { answer } from '../replies.ts';
import { oneLine } from '../untrusted.ts';
import { plainWords } from './command.ts';
import { replyTo, requestOf } from './conversation.ts';

type SlackMessage = (typeof messageSchema)['_output'];

export interface PinConversation {
  /** People react with a pushpin everywhere; only those in an incident ask something of us. */
  concernsUs(ask: PinAsk): Promise<boolean>;
  work(keyed: Keyed<PinAsk>): Promise<void>;
}

export function pinConversation(p: Publishing): PinConversation {
  return {
    async concernsUs(ask) {
      if (ask.message !== undefined || (await incidentOfChannel(p, ask.place)) !== undefined) return true;
      // In the main channel only the thread of a card belongs to an incident, and only the message knows its thread.
      return ask.place === p.config.channel && (await incidentOf(p, ask, await messageOf(p, ask))) !== undefined;
    },
    async work(keyed) {
      const { ask } = keyed;
      const message = await messageOf(p, ask);
      if (message === undefined) return tell(p, ask, 'Nothing was noted: the message is gone.');
      const incident = await incidentOf(p, ask, message);
      if (incident === undefined) {
        const remedy = 'Use it in the channel of an incident, or while exactly one is open.';
        return tell(p, ask, `Nothing was noted: it is not clear which incident this belongs to. ${remedy}`);
      }
      await p.desk.pin(
        incident,
        {
          text: textOf(message),
          writtenAt: Math.floor(Number(message.ts) * 1_000),
          author: authorOf(p, message),
          source: writeRef({ channel: ask.place, ts: message.ts }),
        },
        requestOf(keyed),
      );
    },
  };
}

function tell(p: Publishing, ask: PinAsk, said: string): Promise<void> {
  return answer(p.api, replyTo(ask), textMessage(said));
}

/** One call for a message of the channel and of a thread alike. Undefined when it was deleted meanwhile. */
async function messageOf(p: Publishing, ask: PinAsk): Promise<SlackMessage | undefined> {
  if (ask.message !== undefined) return ask.message;
  try {
    const args = { channel: ask.place, timestamp: ask.ts };
    return (await p.api.call('reactions.get', args, reactedAnswer)).message;
  } catch (error) {
    if (refusedWith(error, 'message_not_found')) return undefined;
    throw error;
  }
}

async function incidentOf(p: Publishing, ask: PinAsk, message: SlackMessage | undefined): Promise<string | undefined> {
  const ofChannel = await incidentOfChannel(p, ask.place);
  if (ofChannel !== undefined) return ofChannel;
  const thread = message?.thread_ts ?? message?.ts;
  const ofThread =
    thread === undefined
      ? undefined
      : await p.store.subjectOf(refKeys.card, writeRef({ channel: ask.place, ts: thread }));
  // The shortcut is asked for by name, so it may mean the only incident that there is; a reaction may not.
  return ofThread ?? (ask.message === undefined ? undefined : onlyOpen(p));
}

function incidentOfChannel(p: Publishing, channel: string): Promise<string | undefined> {
  return p.store.subjectOf(refKeys.channel, channel);
}

async function onlyOpen(p: Publishing): Promise<string | undefined> {
  const open = await p.store.incidents({ status: 'open', limit: 2 });
  return open.length === 1 ? open[0]?.id : undefined;
}

function authorOf(p: Publishing, message: SlackMessage): Actor {
  if (message.user !== undefined && message.user === p.identity()?.userId) return theBot;
  if (message.user !== undefined && message.bot_id === undefined) return person(message.user);
  return { kind: 'system', name: oneLine(message.bot_profile?.name ?? message.username ?? '').slice(0, 80) || 'a bot' };
}

/** What was written, and the names of what was attached. */
function textOf(message: SlackMessage): string {
  const files = (message.files ?? []).map((file) => `[file: ${oneLine(file.name ?? 'unnamed')}]`);
  return [plainWords(message.text), ...files].filter((part) => part !== '').join(' ') || '[a message without words]';
}
