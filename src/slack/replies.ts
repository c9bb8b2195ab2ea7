// Answers to one person: through the response_url while it lasts, else ephemeral where they asked, else as a direct message.

import type { ReplyTo } from '../core/notice.ts';
import { anyAnswer } from './answers.ts';
import type { Message } from './blocks/rich.ts';
import { isRefusal } from './failures.ts';
import { invalidBlocks } from './posting.ts';
import type { SlackApi } from './web-api.ts';

/** Rejects with `SlackCallFailed` when no way was open. An answer that may have arrived may be given twice: it is harmless. */
export async function answer(api: SlackApi, to: ReplyTo, message: Message): Promise<void> {
  if (await respond(api, to, message)) return;
  if (to.place !== undefined && (await whisper(api, to.place, to.person, message))) return;
  await directMessage(api, to.person, message);
}

/** Through the response_url only; false when there is none or it did not take the message. */
export async function respond(api: SlackApi, to: ReplyTo, message: Message): Promise<boolean> {
  if (to.reply === undefined) return false;
  const body = { response_type: 'ephemeral', replace_original: false, text: message.text, blocks: message.blocks };
  return api.respond(to.reply, body, to.place);
}

async function whisper(api: SlackApi, channel: string, user: string, message: Message): Promise<boolean> {
  const content = { channel, user, text: message.text, parse: 'none' };
  try {
    await api.call('chat.postEphemeral', { ...content, blocks: message.blocks }, anyAnswer);
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (!invalidBlocks(error)) return false;
    await api.call('chat.postEphemeral', content, anyAnswer);
    return true;
  }
}

async function directMessage(api: SlackApi, person: string, message: Message): Promise<void> {
  const content = { channel: person, text: message.text, parse: 'none', unfurl_links: false, unfurl_media: false };
  try {
    await api.call('chat.postMessage', { ...content, blocks: message.blocks }, anyAnswer);
  } catch (error) {
    if (!invalidBlocks(error)) throw error;
    await api.call('chat.postMessage', { ...content, mrkdwn: false }, anyAnswer);
  }
}
