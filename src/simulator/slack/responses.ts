// What the app answers with beside the Web API: messages in the ack of a command, and posts to response URLs.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Args } from './answers.ts';
import { isObject } from './block-kit/schema.ts';
import { readContent } from './content.ts';
import { findMessage, post, postEphemeral, removeMessage, replaceMessage } from './messages.ts';
import type { ChannelRecord, PretendMessage } from './records.ts';
import { readBody } from './request-arguments.ts';
import type { ResponseUrl, WorkspaceState } from './state.ts';
import { takeResponseUrl } from './tickets.ts';
import type { WebApi } from './web-api.ts';

/** Answers a POST to a response URL: `ok`, or a JSON error with 404 (Slack's status is reported inconsistently). */
export async function answerResponseUrl(
  api: WebApi,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const fail = (status: number, error: string, headers = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ ok: false, error }));
  };
  const { state } = api;
  const fault = api.faults.take('response_url');
  if (fault?.kind === 'http') return fail(fault.status, fault.body ?? 'internal_error');
  if (fault) {
    response.socket?.destroy();
    return;
  }
  const channel = state.responseUrls.get(path)?.channel;
  const wait = api.limits.admit('response_url', 'post', channel);
  if (wait > 0) return fail(429, 'ratelimited', { 'retry-after': String(wait) });
  const taken = takeResponseUrl(state, path);
  if (taken.kind === 'refused') return fail(404, taken.error);
  const message = parsed(body.toString('utf8'));
  const problem = respond(state, taken.record, message, 'response_url');
  if (problem !== undefined) return fail(problem === 'invalid_blocks' ? 404 : 400, problem);
  taken.record.said.push(isObject(message) ? String(message.text ?? '') : '');
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end('ok');
}

/** Shows the body of a command's ack: JSON or plain text, to the person alone unless it says `in_channel`. */
export function showAck(state: WorkspaceState, record: ResponseUrl, body: string): string | undefined {
  if (body === '') return undefined;
  const message = parsed(body);
  return respond(state, record, isObject(message) ? message : { text: body }, 'ack of a command');
}

/** @returns Slack's error code when the message cannot be shown */
function respond(state: WorkspaceState, record: ResponseUrl, message: unknown, where: string): string | undefined {
  const channel = state.channels.get(record.channel);
  if (!isObject(message)) return 'invalid_payload';
  if (!channel) return 'channel_not_found';
  if (message.delete_original === true) {
    if (!record.target) return 'message_not_found';
    withdraw(state, channel, record.target);
    record.target = undefined;
    return undefined;
  }
  const echoOnly = message.response_type === 'in_channel' && message.text === undefined && message.blocks === undefined;
  if (echoOnly) return undefined;
  const content = readContent(message, state, where);
  if ('ok' in content) return content.error;
  if (message.replace_original === true && record.target)
    return replaceOriginal(state, channel, record.target, content);
  record.target = publish(state, channel, record.user, message, content);
  return undefined;
}

type Content = Exclude<ReturnType<typeof readContent>, { ok: false }>;

function publish(state: WorkspaceState, channel: ChannelRecord, user: string, message: Args, content: Content) {
  const thread = typeof message.thread_ts === 'string' ? { threadTs: message.thread_ts } : {};
  const posting = { content, user: state.app.botUserId, botId: state.app.botId, ...thread };
  if (message.response_type === 'in_channel') return { ts: post(state, channel, posting).ts, ephemeral: false };
  return { ts: postEphemeral(state, channel, user, posting).ts, ephemeral: true };
}

function replaceOriginal(
  state: WorkspaceState,
  channel: ChannelRecord,
  target: NonNullable<ResponseUrl['target']>,
  content: Content,
): string | undefined {
  const old = target.ephemeral ? ephemeral(state, target.ts) : findMessage(channel, target.ts);
  if (!old) return 'message_not_found';
  const { blocks: _blocks, attachments: _attachments, ...kept } = old;
  const { kind: _kind, warnings: _warnings, ...shown } = content;
  const fresh: PretendMessage = { ...kept, ...shown };
  if (!target.ephemeral) {
    replaceMessage(state, channel, fresh);
    return undefined;
  }
  state.ephemerals = state.ephemerals.map((one) => (one.ts === fresh.ts ? fresh : one));
  state.emit({ kind: 'ephemeral', user: fresh.ephemeralFor, channel: channel.id, message: fresh });
  return undefined;
}

function withdraw(state: WorkspaceState, channel: ChannelRecord, target: NonNullable<ResponseUrl['target']>): void {
  if (!target.ephemeral) {
    removeMessage(state, channel, target.ts);
    return;
  }
  const old = ephemeral(state, target.ts);
  state.ephemerals = state.ephemerals.filter((one) => one !== old);
  state.emit({ kind: 'ephemeral', user: old?.ephemeralFor, channel: channel.id, removed: target.ts });
}

const ephemeral = (state: WorkspaceState, ts: string): PretendMessage | undefined =>
  state.ephemerals.find((one) => one.ts === ts);

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
