// conversations.* and users.conversations that only read: history, replies, members, info, lists.
import { type Args, accept, flagArg, type Method, paged, refuse, textArg } from '../answers.ts';
import { channelFor, missingScope } from '../channel-access.ts';
import { apiChannel } from '../channels.ts';
import { apiMessage, findMessage, threadOf, topLevel } from '../messages.ts';
import type { ChannelRecord, PretendMessage } from '../records.ts';
import type { WorkspaceState } from '../state.ts';

const timestamp = /^\d+(\.\d+)?$/;

function inSpan(messages: readonly PretendMessage[], args: Args): readonly PretendMessage[] {
  const oldest = Number(textArg(args, 'oldest') ?? 0);
  const latest = Number(textArg(args, 'latest') ?? Number.MAX_SAFE_INTEGER);
  const inclusive = flagArg(args, 'inclusive');
  return messages.filter((message) => {
    const at = Number(message.ts);
    if (inclusive && (at === oldest || at === latest)) return true;
    return at > oldest && at < latest;
  });
}

function spanFault(args: Args) {
  const [oldest, latest] = [textArg(args, 'oldest'), textArg(args, 'latest')];
  if (oldest !== undefined && !timestamp.test(oldest)) return refuse('invalid_ts_oldest');
  if (latest !== undefined && latest !== 'now' && !timestamp.test(latest)) return refuse('invalid_ts_latest');
  return undefined;
}

const history: Method = (args, state) => {
  const channel = channelFor(state, 'conversations.history', args);
  if ('ok' in channel) return channel;
  if (!channel.members.has(state.app.botUserId)) return refuse('not_in_channel');
  const fault = spanFault(args);
  if (fault) return fault;
  const newestFirst = [...inSpan(topLevel(channel), args)].reverse();
  const page = paged(newestFirst, args, { byDefault: 100, max: 999 });
  if ('ok' in page) return page;
  return accept({ ...messagePage(state, channel, page, args), pin_count: channel.pins.length });
};

const replies: Method = (args, state) => {
  const channel = channelFor(state, 'conversations.replies', args);
  if ('ok' in channel) return channel;
  if (!channel.members.has(state.app.botUserId)) return refuse('channel_not_found');
  const fault = spanFault(args);
  if (fault) return fault;
  const named = findMessage(channel, textArg(args, 'ts'));
  if (!named) return refuse('thread_not_found');
  const root = named.threadTs ?? named.ts;
  const thread = threadOf(channel, root);
  const spanned = new Set(inSpan(thread, args));
  const shown = thread.filter((message) => message.ts === root || spanned.has(message));
  const page = paged(shown, args, { byDefault: 1000, max: 1000 });
  return 'ok' in page ? page : accept(messagePage(state, channel, page, args));
};

function messagePage(
  state: WorkspaceState,
  channel: ChannelRecord,
  page: { readonly items: readonly PretendMessage[]; readonly nextCursor: string },
  args: Args,
) {
  const withMetadata = flagArg(args, 'include_all_metadata');
  return {
    messages: page.items.map((message) => apiMessage(state, channel, message, withMetadata)),
    has_more: page.nextCursor !== '',
    response_metadata: { next_cursor: page.nextCursor },
  };
}

const members: Method = (args, state) => {
  const channel = channelFor(state, 'conversations.members', args);
  if ('ok' in channel) return channel;
  const page = paged([...channel.members], args, { byDefault: 100, max: 1000 });
  return 'ok' in page ? page : accept({ members: page.items, response_metadata: { next_cursor: page.nextCursor } });
};

const info: Method = (args, state) => {
  const channel = channelFor(state, 'conversations.info', args);
  return 'ok' in channel ? channel : accept({ channel: apiChannel(state, channel) });
};

const kinds = ['public_channel', 'private_channel', 'im', 'mpim'];
const readScopes: { readonly [kind: string]: string } = {
  public_channel: 'channels:read',
  private_channel: 'groups:read',
  im: 'im:read',
  mpim: 'mpim:read',
};

/** Lists the channels of the wanted kinds; every kind asked for needs its scope. */
function listing(state: WorkspaceState, args: Args, among: readonly ChannelRecord[]) {
  const wanted = (textArg(args, 'types') ?? 'public_channel').split(',').map((kind) => kind.trim());
  if (!wanted.every((kind) => kinds.includes(kind))) return refuse('invalid_types');
  const needed = wanted.map((kind) => readScopes[kind] ?? '');
  if (!needed.every((scope) => state.app.scopes.has(scope))) return missingScope(state.app.scopes, needed);
  const shown = among.filter((channel) => {
    const kind = channel.im === undefined ? (channel.isPrivate ? 'private_channel' : 'public_channel') : 'im';
    const inside = !channel.isPrivate || channel.members.has(state.app.botUserId);
    return inside && wanted.includes(kind) && !(flagArg(args, 'exclude_archived') && channel.isArchived);
  });
  const page = paged(shown, args, { byDefault: 100, max: 1000 });
  if ('ok' in page) return page;
  const channels = page.items.map((channel) => apiChannel(state, channel));
  return accept({ channels, response_metadata: { next_cursor: page.nextCursor } });
}

const list: Method = (args, state) => listing(state, args, [...state.channels.values()]);

const ofUser: Method = (args, state) => {
  const user = textArg(args, 'user') ?? state.app.botUserId;
  const joined = [...state.channels.values()].filter((channel) => channel.members.has(user));
  return listing(state, args, joined);
};

export const conversationReadingMethods = {
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.members': members,
  'conversations.info': info,
  'conversations.list': list,
  'users.conversations': ofUser,
};
