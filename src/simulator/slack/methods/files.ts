// files.*: the three steps of an upload, and what became of it.
import { type Args, accept, invalidArguments, type Method, refuse, textArg } from '../answers.ts';
import { isObject } from '../block-kit/schema.ts';
import { visibleChannel } from '../channel-access.ts';
import { readContent } from '../content.ts';
import { apiFile, findMessage, post } from '../messages.ts';
import type { ChannelRecord, PretendFile } from '../records.ts';
import { type FileRecord, secret, type WorkspaceState } from '../state.ts';

const maxChannels = 100;
const mimetypes: { readonly [extension: string]: string } = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  md: 'text/markdown',
  txt: 'text/plain',
  json: 'application/json',
  csv: 'text/csv',
  html: 'text/html',
  pdf: 'application/pdf',
};

const ticket: Method = (args, state) => {
  const length = Number(args.length);
  if (!Number.isInteger(length)) return invalidArguments([{ pointer: '/length', message: 'must provide an integer' }]);
  if (length < 1) return invalidArguments([{ pointer: '/length', message: 'must be greater than 1' }]);
  if ((textArg(args, 'alt_txt') ?? '').length > 1000) return refuse('alt_txt_too_large');
  const token = secret(32);
  const fileId = state.newId('F');
  state.tickets.set(token, { fileId, filename: textArg(args, 'filename') ?? '', length, used: false });
  return accept({ upload_url: `${state.url}/upload/v1/${token}`, file_id: fileId });
};

/**
 * Takes the bytes POSTed to an upload URL.
 * @returns Slack's answer: `OK - <bytes>`, or 400/404 for a wrong byte count, a used or an unknown URL
 */
export function receiveBytes(
  state: WorkspaceState,
  token: string,
  bytes: Uint8Array,
): { readonly status: number; readonly body: string } {
  const known = state.tickets.get(token);
  if (!known || known.used) return { status: 404, body: 'upload URL is unknown or used' };
  if (bytes.length !== known.length)
    return { status: 400, body: `expected ${known.length} bytes, got ${bytes.length}` };
  known.used = true;
  const extension = known.filename.split('.').pop()?.toLowerCase() ?? '';
  const file: PretendFile = {
    id: known.fileId,
    name: known.filename,
    title: known.filename,
    mimetype: mimetypes[extension] ?? 'application/octet-stream',
    size: bytes.length,
    createdAt: state.now(),
    shares: [],
  };
  state.files.set(file.id, { file, bytes, completed: false, usableAt: 0 });
  return { status: 200, body: `OK - ${bytes.length}` };
}

const complete: Method = (args, state) => {
  const wanted = Array.isArray(args.files) ? args.files.filter(isObject) : [];
  if (wanted.length === 0) return invalidArguments([{ pointer: '/files', message: 'must provide at least 1 items' }]);
  const records = wanted.map((one) => state.files.get(String(one.id)));
  if (!records.every((record) => record !== undefined && !record.completed)) return refuse('file_not_found');
  const channels = sharedChannels(args, state);
  if (!Array.isArray(channels)) return channels;
  const content = args.initial_comment === undefined && args.blocks === undefined ? undefined : comment(args, state);
  if (content && 'ok' in content) return content;

  for (const [index, record] of records.entries()) {
    if (record) finish(state, record, textArg(wanted[index] ?? {}, 'title'));
  }
  const ids = records.flatMap((record) => record?.file.id ?? []);
  const shared = content ?? { text: '' };
  const threadTs = textArg(args, 'thread_ts');
  for (const channel of channels) share(state, channel, ids, shared, threadTs);
  return accept({ files: ids.map((id) => ({ id, title: state.files.get(id)?.file.title })) });
};

const info: Method = (args, state) => {
  const record = state.files.get(textArg(args, 'file') ?? '');
  return record?.completed ? accept({ file: apiFile(state, record.file.id) }) : refuse('file_not_found');
};

const remove: Method = (args, state) => {
  const known = state.files.delete(textArg(args, 'file') ?? '');
  return known ? accept() : refuse('file_not_found');
};

export const fileMethods = {
  'files.getUploadURLExternal': ticket,
  'files.completeUploadExternal': complete,
  'files.info': info,
  'files.delete': remove,
};

function sharedChannels(args: Args, state: WorkspaceState) {
  const ids = (textArg(args, 'channel_id') ?? textArg(args, 'channels') ?? '').split(',').filter((id) => id !== '');
  if (ids.length > maxChannels) return refuse('channels_limit_exceeded');
  const channels: ChannelRecord[] = [];
  for (const id of ids) {
    const channel = visibleChannel(state, id);
    if ('ok' in channel) return channel;
    if (!channel.members.has(state.app.botUserId)) return refuse('not_in_channel');
    if (channel.isArchived) return refuse('posting_to_channel_denied');
    const thread = textArg(args, 'thread_ts');
    if (thread && !findMessage(channel, thread)) state.finding('files: thread_ts names no message of the channel');
    channels.push(channel);
  }
  return channels;
}

/** The comment wins over blocks when both are given. Markdown blocks make Slack fail here (python-slack-sdk#1756). */
function comment(args: Args, state: WorkspaceState) {
  const text = textArg(args, 'initial_comment');
  const blocks = Array.isArray(args.blocks) ? args.blocks.filter(isObject) : [];
  if (text === undefined && blocks.some((block) => block.type === 'markdown')) return refuse('internal_error');
  const given = text === undefined ? { blocks: args.blocks, text: ' ' } : { text };
  return readContent(given, state, 'files.completeUploadExternal');
}

function finish(state: WorkspaceState, record: FileRecord, title: string | undefined): void {
  record.completed = true;
  record.usableAt = state.now() + (state.options.fileProcessingMs ?? 0);
  if (title !== undefined) record.file = { ...record.file, title };
  state.emit({ kind: 'file', file: record.file.id });
}

function share(
  state: WorkspaceState,
  channel: ChannelRecord,
  files: readonly string[],
  content: { readonly text: string },
  threadTs: string | undefined,
): void {
  const posting = { content, user: state.app.botUserId, botId: state.app.botId, subtype: 'file_share', files };
  const message = post(state, channel, threadTs === undefined ? posting : { ...posting, threadTs });
  for (const id of files) {
    const record = state.files.get(id);
    if (!record) continue;
    record.file = { ...record.file, shares: [...record.file.shares, { channel: channel.id, ts: message.ts }] };
  }
}
