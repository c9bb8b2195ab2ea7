// chat.*: posting, editing, deleting, ephemeral messages, permalinks.
import { type Answer, type Args, accept, flagArg, type Method, refuse, textArg } from '../answers.ts';
import { postableChannel, visibleChannel } from '../channel-access.ts';
import { readContent } from '../content.ts';
import { lintEdit, lintPosting } from '../hygiene.ts';
import { apiMessage, findMessage, post, postEphemeral, removeMessage, replaceMessage } from '../messages.ts';
import type { ChannelRecord, PretendMessage } from '../records.ts';
import type { WorkspaceState } from '../state.ts';

/** chat.update takes less text than chat.postMessage. */
const maxEditedText = 4000;

const postMessage: Method = (args, state) => {
  const channel = postableChannel(state, textArg(args, 'channel'));
  if ('ok' in channel) return channel;
  const customised = ['username', 'icon_emoji', 'icon_url'].some((name) => args[name] !== undefined);
  if (customised && !state.app.scopes.has('chat:write.customize')) {
    state.finding('chat.postMessage: username and icons need chat:write.customize');
  }
  const content = readContent(args, state, 'chat.postMessage');
  if ('ok' in content) return content;
  lintPosting(state, 'chat.postMessage', args);
  const thread = threadFor(args, channel, state);
  const broadcast = thread !== undefined && flagArg(args, 'reply_broadcast');
  const posting = { content, user: state.app.botUserId, botId: state.app.botId, broadcast };
  const message = post(state, channel, thread === undefined ? posting : { ...posting, threadTs: thread });
  return accept(
    { channel: channel.id, ts: message.ts, message: apiMessage(state, channel, message, true) },
    content.warnings,
  );
};

/** A reply's ts stands for its parent; a dead one is taken, and nobody sees the message: as Slack does. */
function threadFor(args: Args, channel: ChannelRecord, state: WorkspaceState): string | undefined {
  const wanted = textArg(args, 'thread_ts');
  if (wanted === undefined) return undefined;
  const named = findMessage(channel, wanted);
  if (!named) state.finding(`chat: thread_ts ${wanted} names no message; nobody will see this reply`);
  if (named?.threadTs && named.threadTs !== wanted) {
    state.finding('chat: thread_ts names a reply; use the ts of the parent');
    return named.threadTs;
  }
  return wanted;
}

const update: Method = (args, state) => {
  const found = ownMessage(args, state, 'cant_update_message');
  if ('ok' in found) return found;
  const { channel, message } = found;
  if (channel.isArchived) return refuse('is_inactive');
  if ((textArg(args, 'text') ?? '').length > maxEditedText) return refuse('msg_too_long');
  const content = readContent({ attachments: message.attachments, ...args }, state, 'chat.update');
  if ('ok' in content) return content;
  lintEdit(state, 'chat.update', args);
  const { blocks: _blocks, attachments: _attachments, metadata, ...kept } = message;
  const edited: PretendMessage = {
    ...kept,
    text: content.text,
    ...(content.blocks ? { blocks: content.blocks } : {}),
    ...(content.attachments ? { attachments: content.attachments } : {}),
    ...(args.metadata === undefined && metadata ? { metadata } : {}),
    ...(content.metadata ? { metadata: content.metadata } : {}),
    edited: { user: state.app.botUserId, ts: state.nextTs() },
  };
  replaceMessage(state, channel, edited);
  return accept(
    { channel: channel.id, ts: message.ts, text: edited.text, message: apiMessage(state, channel, edited, true) },
    content.warnings,
  );
};

const remove: Method = (args, state) => {
  const found = ownMessage(args, state, 'cant_delete_message');
  if ('ok' in found) return found;
  removeMessage(state, found.channel, found.message.ts);
  return accept({ channel: found.channel.id, ts: found.message.ts });
};

const ephemeral: Method = (args, state) => {
  const channel = visibleChannel(state, textArg(args, 'channel'));
  if ('ok' in channel) return channel;
  if (channel.isArchived) return refuse('is_archived');
  const user = textArg(args, 'user') ?? '';
  if (!channel.members.has(state.app.botUserId) && !state.app.scopes.has('chat:write.public')) {
    return refuse('not_in_channel');
  }
  if (!memberSettled(channel, user)) return refuse('user_not_in_channel');
  const content = readContent(args, state, 'chat.postEphemeral');
  if ('ok' in content) return content;
  const thread = threadFor(args, channel, state);
  const posting = { content, user: state.app.botUserId, botId: state.app.botId };
  const message = postEphemeral(
    state,
    channel,
    user,
    thread === undefined ? posting : { ...posting, threadTs: thread },
  );
  return accept({ message_ts: message.ts }, content.warnings);
};

const permalink: Method = (args, state) => {
  const channel = visibleChannel(state, textArg(args, 'channel'));
  if ('ok' in channel) return channel;
  const message = findMessage(channel, textArg(args, 'message_ts'));
  if (!message) return refuse('message_not_found');
  const reply = message.threadTs && message.threadTs !== message.ts;
  const query = reply ? `?thread_ts=${message.threadTs}&cid=${channel.id}` : '';
  const link = `${state.url}/archives/${channel.id}/p${message.ts.replace('.', '')}${query}`;
  return accept({ channel: channel.id, permalink: link });
};

export const chatMethods = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': remove,
  'chat.postEphemeral': ephemeral,
  'chat.getPermalink': permalink,
};

/** Edits and deletions take the channel's id only, and only messages that the bot posted itself. */
function ownMessage(
  args: Args,
  state: WorkspaceState,
  otherwise: string,
): { readonly channel: ChannelRecord; readonly message: PretendMessage } | (Answer & { ok: false }) {
  const channel = visibleChannel(state, textArg(args, 'channel'));
  if ('ok' in channel) return channel;
  const message = findMessage(channel, textArg(args, 'ts'));
  if (!message || message.subtype === 'tombstone') return refuse('message_not_found');
  return message.botId === state.app.botId ? { channel, message } : refuse(otherwise);
}

/** After an invite a person may still count as absent for a few calls. */
function memberSettled(channel: ChannelRecord, user: string): boolean {
  const waiting = channel.callsUntilMember.get(user) ?? 0;
  if (waiting > 0) channel.callsUntilMember.set(user, waiting - 1);
  return waiting === 0 && channel.members.has(user);
}
