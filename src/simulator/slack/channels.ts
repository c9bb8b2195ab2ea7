// Channels as methods and tests see them, and people joining them.
import { postSystem } from './messages.ts';
import type { ChannelRecord, PretendChannel, SlackObject } from './records.ts';
import type { WorkspaceState } from './state.ts';

/** Lets somebody in: the system message, and the event that the app may have subscribed to. */
export function joinChannel(state: WorkspaceState, channel: ChannelRecord, user: string, inviter?: string): void {
  channel.members.add(user);
  postSystem(state, channel, 'channel_join', user, `<@${user}> has joined the channel`);
  state.emit({ kind: 'channel', channel: channel.id });
  void state.raise({
    type: 'member_joined_channel',
    user,
    channel: channel.id,
    channel_type: channel.isPrivate ? 'G' : 'C',
    team: state.team.id,
    ...(inviter ? { inviter } : {}),
  });
}

/** The channel object of the Web API. */
export function apiChannel(state: WorkspaceState, channel: ChannelRecord): SlackObject {
  const created = Math.floor(channel.createdAt / 1000);
  if (channel.im !== undefined) return { id: channel.id, created, is_im: true, user: channel.im, is_archived: false };
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    created,
    creator: channel.creator,
    is_channel: !channel.isPrivate,
    is_group: channel.isPrivate,
    is_im: false,
    is_mpim: false,
    is_private: channel.isPrivate,
    is_archived: channel.isArchived,
    is_general: channel.name === 'general',
    is_member: channel.members.has(state.app.botUserId),
    context_team_id: state.team.id,
    topic: { value: channel.topic, creator: '', last_set: 0 },
    purpose: { value: channel.purpose, creator: '', last_set: 0 },
    num_members: channel.members.size,
  };
}

export function shownChannel(channel: ChannelRecord): PretendChannel {
  return {
    id: channel.id,
    name: channel.name,
    topic: channel.topic,
    purpose: channel.purpose,
    isArchived: channel.isArchived,
    isPrivate: channel.isPrivate,
    isIm: channel.im !== undefined,
    creator: channel.creator,
    members: [...channel.members],
    pins: [...channel.pins],
    bookmarks: [...channel.bookmarks],
    messages: [...channel.messages],
  };
}
