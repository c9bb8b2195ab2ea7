// What the bot may see and touch: finding channels as Slack does for a bot, and the scopes that the kind of channel asks for.
import { type Args, type Refusal, refuse, textArg } from './answers.ts';
import { contractOf, type MethodName } from './method-table.ts';
import type { ChannelRecord } from './records.ts';
import { addChannel, type WorkspaceState } from './state.ts';

const familyOf = (channel: { readonly im?: string; readonly isPrivate: boolean }): string =>
  channel.im === undefined ? (channel.isPrivate ? 'groups' : 'channels') : 'im';

export function missingScope(granted: ReadonlySet<string>, needed: readonly string[]): Refusal {
  return refuse('missing_scope', { needed: needed.join(','), provided: [...granted].join(',') });
}

/** A method's scopes that serve this kind of channel; refused when none of them is granted. */
export function scopeForKind(
  state: WorkspaceState,
  method: MethodName,
  channel: { readonly im?: string; readonly isPrivate: boolean },
): Refusal | undefined {
  const family = familyOf(channel);
  const needed = (contractOf(method)?.scopes ?? []).filter((scope) => scope.startsWith(`${family}:`));
  if (needed.length === 0 || needed.some((scope) => state.app.scopes.has(scope))) return undefined;
  return missingScope(state.app.scopes, needed);
}

/** The channel with that id as far as the bot can see it; private ones only from inside. */
export function visibleChannel(state: WorkspaceState, id: string | undefined): ChannelRecord | Refusal {
  const channel = id === undefined ? undefined : state.channels.get(id);
  if (!channel) return refuse('channel_not_found');
  if (channel.callsUntilVisible > 0) {
    channel.callsUntilVisible -= 1;
    return refuse('channel_not_found');
  }
  if (channel.isPrivate && !channel.members.has(state.app.botUserId)) return refuse('channel_not_found');
  return channel;
}

/** A channel that a method names by `channel`, with the scope for its kind. */
export function channelFor(
  state: WorkspaceState,
  method: MethodName,
  args: Args,
  name = 'channel',
): ChannelRecord | Refusal {
  const channel = visibleChannel(state, textArg(args, name));
  if ('ok' in channel) return channel;
  return scopeForKind(state, method, channel) ?? channel;
}

/** The same, and the bot is inside and the channel is not archived. */
export function ownChannel(
  state: WorkspaceState,
  method: MethodName,
  args: Args,
  name = 'channel',
): ChannelRecord | Refusal {
  const channel = channelFor(state, method, args, name);
  if ('ok' in channel) return channel;
  if (!channel.members.has(state.app.botUserId)) return refuse('not_in_channel');
  return channel.isArchived ? refuse('is_archived') : channel;
}

/** Where chat.postMessage may post: an id, `#name`, or a person's id for the direct message with the bot. */
export function postableChannel(state: WorkspaceState, target: string | undefined): ChannelRecord | Refusal {
  if (target === undefined) return refuse('channel_not_found');
  const person = state.people.get(target);
  if (person) return directMessage(state, person.id);
  const name = target.replace(/^#/, '');
  const byName = [...state.channels.values()].find((one) => one.im === undefined && one.name === name);
  const channel = visibleChannel(state, state.channels.has(target) ? target : byName?.id);
  if ('ok' in channel) return channel;
  if (channel.isArchived) return refuse('is_archived');
  const inside = channel.members.has(state.app.botUserId);
  return inside || state.app.scopes.has('chat:write.public') ? channel : refuse('not_in_channel');
}

/** The direct message between the bot and a person, opened when there is none yet. */
export function directMessage(state: WorkspaceState, user: string): ChannelRecord {
  const known = [...state.channels.values()].find((one) => one.im === user);
  if (known) return known;
  const members = [user, state.app.botUserId];
  const id = state.newId('D');
  const channel = addChannel(state, { id, name: id.toLowerCase(), members, creator: user, isPrivate: true, im: user });
  state.emit({ kind: 'channel', channel: channel.id });
  return channel;
}
