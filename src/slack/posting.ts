// Posting a message once: it carries its outbox row's id, and after a doubtful attempt it is looked for before it is posted again.

import type { Log, OutboxRow } from '../core/ports.ts';
import { anyAnswer, historyAnswer, postedAnswer } from './answers.ts';
import type { Message } from './blocks/rich.ts';
import { isRefusal, refusedWith } from './failures.ts';
import { type MessageRef, outboxEvent } from './ids.ts';
import type { SlackApi } from './web-api.ts';

/** One attempt at one outbox row. */
export interface Attempt {
  readonly row: OutboxRow;
  /** True once something of this row reached Slack: the next attempt must look what is there already. */
  touched: boolean;
}

export interface Place {
  readonly channel: string;
  readonly thread?: string;
  /** Also show a reply in the channel. */
  readonly broadcast?: boolean;
}

export interface How {
  /** Numbers the messages of one row, from 1. */
  readonly part?: number;
  /** Rejects when Slack refuses the blocks, instead of posting the text alone. */
  readonly blocksOrNothing?: boolean;
}

export interface Posting {
  /** When it resolves, the message stands there once and shows this. */
  post(attempt: Attempt, place: Place, message: Message, how?: How): Promise<MessageRef>;
  /** Redraws in place; repeating it changes nothing. */
  edit(ref: MessageRef, message: Message): Promise<void>;
}

const pagesToSearch = 5;
/** Slack's clock and the store's may differ, also when one of them was set wrong by an hour. */
const searchBeforeMs = 2 * 3_600_000;

export function invalidBlocks(error: unknown): boolean {
  return refusedWith(error, 'invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long');
}

/** A message of this row that an attempt posted which could not tell us. */
interface Earlier {
  readonly ref: MessageRef;
  readonly text: string | undefined;
}

/** `main`: the channel that gets what has no other place, or has none yet. */
export function createPosting(given: { readonly api: SlackApi; readonly main: string; readonly log: Log }): Posting {
  const { api, main, log } = given;

  const find = async (attempt: Attempt, place: Place, part: number): Promise<Earlier | undefined> => {
    const method = place.thread === undefined ? 'conversations.history' : 'conversations.replies';
    const thread = place.thread === undefined ? {} : { ts: place.thread };
    const oldest = String((attempt.row.createdAt - searchBeforeMs) / 1_000);
    let cursor = '';
    for (let page = 0; page < pagesToSearch; page += 1) {
      const more = cursor === '' ? {} : { cursor };
      const args = { channel: place.channel, ...thread, oldest, limit: 200, include_all_metadata: true, ...more };
      const answer = await api.call(method, args, historyAnswer);
      const found = answer.messages.find((message) => isOurs(message.metadata, attempt.row.id, part));
      if (found !== undefined) return { ref: { channel: place.channel, ts: found.ts }, text: found.text };
      cursor = answer.response_metadata?.next_cursor ?? '';
      if (cursor === '') return undefined;
    }
    return undefined;
  };

  const findIfDoubtful = async (attempt: Attempt, place: Place, part: number): Promise<Earlier | undefined> => {
    // A direct message has no channel id yet that could be searched.
    if (!attempt.row.ambiguous || !/^[CGD]/.test(place.channel)) return undefined;
    try {
      const there = await find(attempt, place, part);
      if (there !== undefined || (place.channel === main && place.thread === undefined)) return there;
      // An earlier attempt may have been made before the place existed.
      return await find(attempt, { channel: main }, part);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Without the right to look, a possible second message is better than a missing one.
      log.warn({ row: attempt.row.id, why: error.failure.why }, 'cannot look for a message that may have been posted');
      return undefined;
    }
  };

  const edit = async (ref: MessageRef, message: Message): Promise<void> => {
    const content = { channel: ref.channel, ts: ref.ts, text: message.text, parse: 'none' };
    try {
      await api.call('chat.update', { ...content, blocks: message.blocks }, anyAnswer);
    } catch (error) {
      if (!invalidBlocks(error)) throw error;
      log.error({ ...ref }, 'Slack refused the blocks of an edit; the text goes alone');
      await api.call('chat.update', { ...content, blocks: [] }, anyAnswer);
    }
  };

  return {
    async post(attempt, place, message, { part = 1, blocksOrNothing = false } = {}) {
      const earlier = await findIfDoubtful(attempt, place, part);
      if (earlier !== undefined) {
        attempt.touched = true;
        // It shows what was the case then. Whoever posts takes it that the message shows what was drawn now.
        if (earlier.text !== message.text && !blocksOrNothing) await edit(earlier.ref, message);
        return earlier.ref;
      }
      const content = {
        channel: place.channel,
        text: message.text,
        parse: 'none',
        unfurl_links: false,
        unfurl_media: false,
        metadata: { event_type: outboxEvent, event_payload: { op: attempt.row.id, part } },
        ...(place.thread === undefined ? {} : { thread_ts: place.thread }),
        ...(place.thread !== undefined && place.broadcast === true ? { reply_broadcast: true } : {}),
      };
      const send = (extra: object) => api.call('chat.postMessage', { ...content, ...extra }, postedAnswer);
      const posted = await send({ blocks: message.blocks }).catch((error: unknown) => {
        if (!invalidBlocks(error) || blocksOrNothing) throw error;
        // A mistake in our blocks must not cost the message itself.
        log.error(
          { row: attempt.row.id, notice: attempt.row.notice.kind },
          'Slack refused the blocks; the text goes alone',
        );
        return send({ mrkdwn: false });
      });
      attempt.touched = true;
      return { channel: posted.channel, ts: posted.ts };
    },

    edit,
  };
}

function isOurs(
  metadata: { readonly event_type: string; readonly event_payload: Readonly<Record<string, unknown>> } | undefined,
  row: string,
  part: number,
): boolean {
  return (
    metadata?.event_type === outboxEvent &&
    metadata.event_payload.op === row &&
    (metadata.event_payload.part ?? 1) === part
  );
}
