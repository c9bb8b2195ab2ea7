// pins.*: messages kept at the top of a channel.
import { type Args, accept, type Method, refuse, textArg } from '../answers.ts';
import { channelFor } from '../channel-access.ts';
import { apiMessage, findMessage, postSystem } from '../messages.ts';
import type { WorkspaceState } from '../state.ts';

/** The error `too_many_pins` is documented, its number is not. */
const maxPins = 100;

function pinned(args: Args, state: WorkspaceState, method: 'pins.add' | 'pins.remove') {
  const channel = channelFor(state, method, args);
  if ('ok' in channel) return channel;
  if (!channel.members.has(state.app.botUserId)) return refuse('not_in_channel');
  const ts = textArg(args, 'timestamp');
  if (ts === undefined) return refuse('no_item_specified');
  if (!/^\d+\.\d{6}$/.test(ts)) return refuse('bad_timestamp');
  return findMessage(channel, ts) ? { channel, ts } : refuse('message_not_found');
}

const add: Method = (args, state) => {
  const found = pinned(args, state, 'pins.add');
  if ('ok' in found) return found;
  const { channel, ts } = found;
  if (channel.isArchived) return refuse('is_archived');
  if (channel.pins.includes(ts)) return refuse('already_pinned');
  if (channel.pins.length >= maxPins) return refuse('too_many_pins');
  channel.pins.push(ts);
  postSystem(state, channel, 'pinned_item', state.app.botUserId, 'pinned a message to this channel.');
  state.emit({ kind: 'channel', channel: channel.id });
  return accept();
};

const remove: Method = (args, state) => {
  const found = pinned(args, state, 'pins.remove');
  if ('ok' in found) return found;
  const index = found.channel.pins.indexOf(found.ts);
  if (index < 0) return refuse('no_pin');
  found.channel.pins.splice(index, 1);
  state.emit({ kind: 'channel', channel: found.channel.id });
  return accept();
};

const list: Method = (args, state) => {
  const channel = channelFor(state, 'pins.list', args);
  if ('ok' in channel) return channel;
  const items = channel.pins.flatMap((ts) => {
    const message = findMessage(channel, ts);
    return message ? [{ type: 'message', channel: channel.id, message: apiMessage(state, channel, message) }] : [];
  });
  return accept({ items });
};

export const pinMethods = { 'pins.add': add, 'pins.remove': remove, 'pins.list': list };
