// Stores, edits and finds messages, posts system messages, and shows a message as the Web API does.
import type { Content } from './content.ts';
import { fileUrl } from './content.ts';
import type { ChannelRecord, PretendMessage, SlackObject } from './records.ts';
import type { WorkspaceState } from './state.ts';

interface Posting {
  readonly content: Omit<Content, 'kind' | 'warnings'>;
  readonly user: string;
  readonly botId?: string;
  readonly threadTs?: string;
  readonly subtype?: string;
  readonly files?: readonly string[];
  readonly broadcast?: boolean;
}

/** Stores a message that everybody in the channel sees and tells the Events API. */
export function post(state: WorkspaceState, channel: ChannelRecord, posting: Posting): PretendMessage {
  const message = build(state, channel.id, posting);
  channel.messages.push(message);
  if (message.threadTs) markParent(channel, message.threadTs);
  state.emit({ kind: 'message', channel: channel.id, message });
  void state.raise(messageEvent(state, channel, message));
  return message;
}

/** Stores a message that one person sees and that no method can read, edit or delete. */
export function postEphemeral(
  state: WorkspaceState,
  channel: ChannelRecord,
  user: string,
  posting: Posting,
): PretendMessage {
  const message = { ...build(state, channel.id, posting), ephemeralFor: user };
  state.ephemerals.push(message);
  state.emit({ kind: 'ephemeral', user, channel: channel.id, message });
  return message;
}

export function postSystem(
  state: WorkspaceState,
  channel: ChannelRecord,
  subtype: string,
  user: string,
  text: string,
): PretendMessage {
  return post(state, channel, { content: { text }, user, subtype });
}

/** Replaces a stored message by its edited form. */
export function replaceMessage(state: WorkspaceState, channel: ChannelRecord, edited: PretendMessage): void {
  channel.messages = channel.messages.map((one) => (one.ts === edited.ts ? edited : one));
  state.emit({ kind: 'message', channel: channel.id, message: edited });
}

export function removeMessage(state: WorkspaceState, channel: ChannelRecord, ts: string): void {
  const message = findMessage(channel, ts);
  if (message && message.threadTs === ts) {
    const { blocks: _blocks, attachments: _attachments, ...kept } = message;
    replaceMessage(state, channel, { ...kept, subtype: 'tombstone', text: 'This message was deleted.', files: [] });
    return;
  }
  channel.messages = channel.messages.filter((one) => one.ts !== ts);
  const pin = channel.pins.indexOf(ts);
  if (pin >= 0) channel.pins.splice(pin, 1);
  state.emit({ kind: 'message', channel: channel.id, removed: ts });
}

export function findMessage(channel: ChannelRecord, ts: string | undefined): PretendMessage | undefined {
  return channel.messages.find((one) => one.ts === ts);
}

export function topLevel(channel: ChannelRecord): readonly PretendMessage[] {
  return channel.messages.filter((one) => one.threadTs === undefined || one.threadTs === one.ts || one.broadcast);
}

export function threadOf(channel: ChannelRecord, ts: string): readonly PretendMessage[] {
  return channel.messages.filter((one) => one.ts === ts || one.threadTs === ts);
}

/** The message as Web API methods, payloads and events show it; metadata only on request. */
export function apiMessage(
  state: WorkspaceState,
  channel: ChannelRecord | undefined,
  message: PretendMessage,
  withMetadata = false,
): SlackObject {
  const replies = channel ? channel.messages.filter((one) => one.threadTs === message.ts && one.ts !== message.ts) : [];
  const parent = channel ? findMessage(channel, message.threadTs) : undefined;
  return {
    type: 'message',
    ...(message.subtype ? { subtype: message.subtype } : {}),
    user: message.user,
    ...(message.botId ? { bot_id: message.botId, app_id: state.app.id } : {}),
    text: message.text,
    ts: message.ts,
    team: state.team.id,
    ...(message.blocks ? { blocks: message.blocks } : {}),
    ...(message.attachments ? { attachments: message.attachments } : {}),
    ...(message.edited ? { edited: message.edited } : {}),
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
    ...(message.threadTs && message.threadTs !== message.ts && parent ? { parent_user_id: parent.user } : {}),
    ...(replies.length > 0 ? { reply_count: replies.length, latest_reply: replies.at(-1)?.ts } : {}),
    ...(message.files.length > 0 ? { files: message.files.map((id) => apiFile(state, id)) } : {}),
    ...(message.reactions.length > 0 ? { reactions: apiReactions(message) } : {}),
    ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
    ...(channel?.pins.includes(message.ts) ? { pinned_to: [channel.id] } : {}),
  };
}

function apiReactions(message: PretendMessage): readonly SlackObject[] {
  return message.reactions.map((one) => ({ ...one, count: one.users.length }));
}

/** A file as methods show it; `shares` by kind of channel. */
export function apiFile(state: WorkspaceState, id: string): SlackObject {
  const file = state.files.get(id)?.file;
  if (!file) return { id, mode: 'tombstone' };
  const shares: { [kind: string]: { [channel: string]: { ts: string }[] } } = {};
  for (const share of file.shares) {
    const kind = state.channels.get(share.channel)?.isPrivate ? 'private' : 'public';
    shares[kind] = { ...shares[kind], [share.channel]: [...(shares[kind]?.[share.channel] ?? []), { ts: share.ts }] };
  }
  return {
    id: file.id,
    created: Math.floor(file.createdAt / 1000),
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: file.name.split('.').pop() ?? '',
    size: file.size,
    user: state.app.botUserId,
    url_private: fileUrl(state, file.id, file.name),
    url_private_download: fileUrl(state, file.id, file.name),
    permalink: `${state.url}/files/${state.app.botUserId}/${file.id}/${encodeURIComponent(file.name)}`,
    channels: file.shares.map((share) => share.channel),
    shares,
  };
}

function build(state: WorkspaceState, channel: string, posting: Posting): PretendMessage {
  const { content } = posting;
  return {
    channel,
    ts: state.nextTs(),
    user: posting.user,
    text: content.text,
    ...(content.blocks ? { blocks: content.blocks } : {}),
    ...(content.attachments ? { attachments: content.attachments } : {}),
    ...(posting.subtype ? { subtype: posting.subtype } : {}),
    ...(posting.botId ? { botId: posting.botId } : {}),
    ...(posting.threadTs ? { threadTs: posting.threadTs } : {}),
    ...(posting.broadcast ? { broadcast: true } : {}),
    ...(content.metadata ? { metadata: content.metadata } : {}),
    files: posting.files ?? [],
    reactions: [],
  };
}

/** A parent carries its own ts as thread_ts once it has a reply. */
function markParent(channel: ChannelRecord, ts: string): void {
  channel.messages = channel.messages.map((one) => (one.ts === ts && !one.threadTs ? { ...one, threadTs: ts } : one));
}

function messageEvent(state: WorkspaceState, channel: ChannelRecord, message: PretendMessage) {
  const channelType = channel.im === undefined ? (channel.isPrivate ? 'group' : 'channel') : 'im';
  return {
    ...apiMessage(state, channel, message),
    type: 'message',
    channel: channel.id,
    channel_type: channelType,
    event_ts: message.ts,
  };
}
