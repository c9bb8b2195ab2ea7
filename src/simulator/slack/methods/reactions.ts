// reactions.*: emoji on messages.
import { type Args, accept, type Method, refuse, textArg } from '../answers.ts';
import { channelFor } from '../channel-access.ts';
import { apiMessage, findMessage, replaceMessage } from '../messages.ts';
import type { ChannelRecord, PretendMessage } from '../records.ts';
import type { WorkspaceState } from '../state.ts';

const add: Method = (args, state) => {
  const found = target(args, state, 'reactions.add');
  if ('ok' in found) return found;
  const name = textArg(args, 'name') ?? '';
  if (found.channel.isArchived) return refuse('is_archived');
  if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) return refuse('invalid_name');
  const added = addReaction(state, found.channel, found.message, name, state.app.botUserId);
  return added ? accept() : refuse('already_reacted');
};

const remove: Method = (args, state) => {
  const found = target(args, state, 'reactions.remove');
  if ('ok' in found) return found;
  const { channel, message } = found;
  const own = message.reactions.find((one) => one.name === args.name && one.users.includes(state.app.botUserId));
  if (!own) return refuse('no_reaction');
  const users = own.users.filter((user) => user !== state.app.botUserId);
  const reactions = message.reactions.flatMap((one) => (one !== own ? [one] : users.length ? [{ ...one, users }] : []));
  replaceMessage(state, channel, { ...message, reactions });
  return accept();
};

const get: Method = (args, state) => {
  const found = target(args, state, 'reactions.get');
  if ('ok' in found) return found;
  return accept({
    type: 'message',
    channel: found.channel.id,
    message: apiMessage(state, found.channel, found.message),
  });
};

export const reactionMethods = { 'reactions.add': add, 'reactions.remove': remove, 'reactions.get': get };

/** @returns false when that person already reacted so */
export function addReaction(
  state: WorkspaceState,
  channel: ChannelRecord,
  message: PretendMessage,
  name: string,
  user: string,
): boolean {
  const known = message.reactions.find((one) => one.name === name);
  if (known?.users.includes(user)) return false;
  const others = message.reactions.filter((one) => one !== known);
  const reactions = [...others, { name, users: [...(known?.users ?? []), user] }];
  replaceMessage(state, channel, { ...message, reactions });
  return true;
}

function target(args: Args, state: WorkspaceState, method: 'reactions.add' | 'reactions.remove' | 'reactions.get') {
  const ts = textArg(args, 'timestamp');
  if (args.channel === undefined || ts === undefined) return refuse('no_item_specified');
  const channel = channelFor(state, method, args);
  if ('ok' in channel) return channel;
  if (!/^\d+\.\d{6}$/.test(ts)) return refuse('bad_timestamp');
  const message = findMessage(channel, ts);
  return message ? { channel, message } : refuse('message_not_found');
}
