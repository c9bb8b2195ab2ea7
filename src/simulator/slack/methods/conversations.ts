// conversations.* that change a channel: create, invite, topic, rename, archive, join, open.
import { accept, flagArg, type Method, type Refusal, refuse, textArg } from '../answers.ts';
import { channelFor, directMessage, ownChannel, scopeForKind } from '../channel-access.ts';
import { apiChannel, joinChannel } from '../channels.ts';
import { postSystem } from '../messages.ts';
import { addChannel, type WorkspaceState } from '../state.ts';

const maxName = 80;
const maxTopic = 250;
const maxInvited = 100;

/** Slack checks a name and does not rewrite it. */
function nameFault(state: WorkspaceState, name: string): Refusal | undefined {
  if (name === '') return refuse('invalid_name_required');
  if (name.length > maxName) return refuse('invalid_name_maxlength');
  if (!/^[a-z0-9_-]+$/.test(name)) return refuse('invalid_name_specials');
  if (/^[_-]+$/.test(name)) return refuse('invalid_name_punctuation');
  const taken = [...state.channels.values()].some((one) => one.im === undefined && one.name === name);
  return taken ? refuse('name_taken') : undefined;
}

const create: Method = (args, state) => {
  const name = textArg(args, 'name') ?? '';
  const isPrivate = flagArg(args, 'is_private');
  const fault = scopeForKind(state, 'conversations.create', { isPrivate }) ?? nameFault(state, name);
  if (fault) return fault;
  const bot = state.app.botUserId;
  const channel = addChannel(state, { id: state.newId('C'), name, members: [], creator: bot, isPrivate });
  joinChannel(state, channel, bot);
  channel.callsUntilVisible = state.options.eventualConsistency?.afterCreate ?? 0;
  state.emit({ kind: 'channel', channel: channel.id });
  return accept({ channel: apiChannel(state, channel) });
};

const invite: Method = (args, state) => {
  const channel = ownChannel(state, 'conversations.invite', args);
  if ('ok' in channel) return channel;
  const users = (textArg(args, 'users') ?? '').split(',').map((user) => user.trim());
  if (users.length > maxInvited) return refuse('too_many_users');
  const faults = users.flatMap((user) => {
    const person = state.people.get(user);
    if (user === state.app.botUserId) return [{ user, ok: false, error: 'cant_invite_self' }];
    if (!person || person.deleted) return [{ user, ok: false, error: 'user_not_found' }];
    return channel.members.has(user) ? [{ user, ok: false, error: 'already_in_channel' }] : [];
  });
  const first = faults[0];
  const refused = new Set(faults.map((fault) => fault.user));
  const welcome = users.filter((user) => !refused.has(user));
  if (first && (!flagArg(args, 'force') || welcome.length === 0)) return refuse(first.error, { errors: faults });
  for (const user of welcome) {
    joinChannel(state, channel, user, state.app.botUserId);
    channel.callsUntilMember.set(user, state.options.eventualConsistency?.afterInvite ?? 0);
  }
  return accept({ channel: apiChannel(state, channel), ...(first ? { errors: faults } : {}) });
};

const kick: Method = (args, state) => {
  const channel = ownChannel(state, 'conversations.kick', args);
  if ('ok' in channel) return channel;
  const user = textArg(args, 'user') ?? '';
  if (user === state.app.botUserId) return refuse('cant_kick_self');
  if (!channel.members.delete(user)) return refuse('not_in_channel');
  state.emit({ kind: 'channel', channel: channel.id });
  return accept({});
};

function setText(method: 'conversations.setTopic' | 'conversations.setPurpose', what: 'topic' | 'purpose'): Method {
  return (args, state) => {
    const channel = ownChannel(state, method, args);
    if ('ok' in channel) return channel;
    const text = textArg(args, what) ?? '';
    if (text.length > maxTopic) return refuse('too_long');
    const shown = what === 'topic' ? 'topic' : 'description';
    channel[what] = text;
    postSystem(state, channel, `channel_${what}`, state.app.botUserId, `set the channel ${shown}: ${text}`);
    state.emit({ kind: 'channel', channel: channel.id });
    return accept(what === 'topic' ? { channel: apiChannel(state, channel) } : { purpose: text });
  };
}

const rename: Method = (args, state) => {
  const channel = ownChannel(state, 'conversations.rename', args);
  if ('ok' in channel) return channel;
  const name = textArg(args, 'name') ?? '';
  const fault = nameFault(state, name);
  if (fault) return fault;
  const before = channel.name;
  channel.name = name;
  postSystem(
    state,
    channel,
    'channel_name',
    state.app.botUserId,
    `has renamed the channel from "${before}" to "${name}"`,
  );
  state.emit({ kind: 'channel', channel: channel.id });
  return accept({ channel: apiChannel(state, channel) });
};

const archive: Method = (args, state) => {
  const channel = channelFor(state, 'conversations.archive', args);
  if ('ok' in channel) return channel;
  if (channel.isArchived) return refuse('already_archived');
  if (!channel.members.has(state.app.botUserId)) return refuse('not_in_channel');
  if (channel.name === 'general') return refuse('cant_archive_general');
  postSystem(state, channel, 'channel_archive', state.app.botUserId, 'archived the channel');
  channel.isArchived = true;
  state.emit({ kind: 'channel', channel: channel.id });
  void state.raise({ type: 'channel_archive', channel: channel.id, user: state.app.botUserId });
  return accept({});
};

const unarchive: Method = (args, state) => {
  const channel = channelFor(state, 'conversations.unarchive', args);
  if ('ok' in channel) return channel;
  if (!channel.isArchived) return refuse('not_archived');
  channel.isArchived = false;
  state.emit({ kind: 'channel', channel: channel.id });
  return accept({});
};

const join: Method = (args, state) => {
  const channel = channelFor(state, 'conversations.join', args);
  if ('ok' in channel) return channel;
  if (channel.isPrivate) return refuse('method_not_supported_for_channel_type');
  if (channel.isArchived) return refuse('is_archived');
  const already = channel.members.has(state.app.botUserId);
  if (!already) joinChannel(state, channel, state.app.botUserId);
  return accept({ channel: apiChannel(state, channel) }, already ? ['already_in_channel'] : []);
};

const leave: Method = (args, state) => {
  const channel = channelFor(state, 'conversations.leave', args);
  if ('ok' in channel) return channel;
  if (channel.isArchived) return refuse('is_archived');
  const inside = channel.members.delete(state.app.botUserId);
  state.emit({ kind: 'channel', channel: channel.id });
  return accept(inside ? {} : { not_in_channel: true });
};

/** Direct messages with one person; conversations of several people are not part of this workspace. */
const open: Method = (args, state) => {
  const users = (textArg(args, 'users') ?? '').split(',').filter((user) => user !== '');
  const known = textArg(args, 'channel');
  if (users.length === 0 && known === undefined) return refuse('users_list_not_supplied');
  if (users.length > 1) return refuse('method_not_supported_for_channel_type');
  const fault = scopeForKind(state, 'conversations.open', { isPrivate: true, im: users[0] ?? '' });
  if (fault) return fault;
  if (known !== undefined) {
    const channel = channelFor(state, 'conversations.open', args);
    return 'ok' in channel ? channel : accept({ channel: { id: channel.id } });
  }
  const person = state.people.get(users[0] ?? '');
  if (!person || person.id === state.app.botUserId) return refuse('user_not_found');
  if (person.deleted) return refuse('user_disabled');
  return accept({ channel: { id: directMessage(state, person.id).id } });
};

export const conversationMethods = {
  'conversations.create': create,
  'conversations.invite': invite,
  'conversations.kick': kick,
  'conversations.setTopic': setText('conversations.setTopic', 'topic'),
  'conversations.setPurpose': setText('conversations.setPurpose', 'purpose'),
  'conversations.rename': rename,
  'conversations.archive': archive,
  'conversations.unarchive': unarchive,
  'conversations.join': join,
  'conversations.leave': leave,
  'conversations.open': open,
};
