// Channels of the pretend workspace: names, membership, topic, archive, history, pins, bookmarks, reactions, people.
import { describe, expect, it } from 'vitest';
import { type ApiAnswer, call, quiet, startWorkspace } from './fixture.ts';

const channel = 'C0INCIDENTS';
const start = () => startWorkspace({ rateLimits: 'generous' });

describe('creating a channel', () => {
  it.each([
    ['Inc-42', 'invalid_name_specials'],
    ['inc 42', 'invalid_name_specials'],
    ['inc.42', 'invalid_name_specials'],
    ['___', 'invalid_name_punctuation'],
    ['', 'invalid_name_required'],
    ['x'.repeat(81), 'invalid_name_maxlength'],
    ['incidents', 'name_taken'],
  ])('"%s" is refused with %s', async (name, error) => {
    const slack = await start();
    expect((await call(slack, 'conversations.create', { name })).error).toBe(error);
  });

  it('makes the bot creator and member, and the name stays taken after archiving', async () => {
    const slack = await start();
    const made = await call(slack, 'conversations.create', { name: 'inc-42' });
    expect(made.channel).toMatchObject({ name: 'inc-42', creator: slack.botUserId, is_member: true });
    const { id, members } = slack.channel('#inc-42');
    expect(members).toEqual([slack.botUserId]);
    expect((await call(slack, 'conversations.archive', { channel: id })).ok).toBe(true);
    expect((await call(slack, 'conversations.archive', { channel: id })).error).toBe('already_archived');
    expect((await call(slack, 'conversations.create', { name: 'inc-42' })).error).toBe('name_taken');
    expect(slack.channel('inc-42').isArchived).toBe(true);
  });

  it('can stay invisible for a few calls, as real Slack does', async () => {
    const slack = await startWorkspace({
      eventualConsistency: { afterCreate: 2, afterInvite: 1 },
      rateLimits: 'generous',
    });
    await call(slack, 'conversations.create', { name: 'inc-1' });
    const { id } = slack.channel('inc-1');
    const post = () => call(slack, 'chat.postMessage', { channel: id, text: 'x', ...quiet });
    expect([(await post()).error, (await post()).error, (await post()).ok]).toEqual([
      'channel_not_found',
      'channel_not_found',
      true,
    ]);
    await call(slack, 'conversations.invite', { channel: id, users: 'U0RITA' });
    const whisper = () => call(slack, 'chat.postEphemeral', { channel: id, user: 'U0RITA', text: 'x' });
    expect([(await whisper()).error, (await whisper()).ok]).toEqual(['user_not_in_channel', true]);
  });
});

describe('inviting', () => {
  it('fails as a whole when one person cannot be invited, unless forced', async () => {
    const slack = await start();
    await call(slack, 'conversations.create', { name: 'inc-1' });
    const { id } = slack.channel('inc-1');
    const users = `U0RITA,U0NOBODY,${slack.botUserId}`;
    expect(await call(slack, 'conversations.invite', { channel: id, users })).toMatchObject({
      error: 'user_not_found',
      errors: [
        { user: 'U0NOBODY', ok: false, error: 'user_not_found' },
        { user: slack.botUserId, ok: false, error: 'cant_invite_self' },
      ],
    });
    expect(slack.channel('inc-1').members).toEqual([slack.botUserId]);
    expect((await call(slack, 'conversations.invite', { channel: id, users, force: true })).ok).toBe(true);
    expect(slack.channel('inc-1').members).toContain('U0RITA');
    const again = await call(slack, 'conversations.invite', { channel: id, users: 'U0RITA' });
    expect(again.error).toBe('already_in_channel');
  });

  it('needs the bot inside', async () => {
    const slack = await start();
    const answer = await call(slack, 'conversations.invite', { channel: 'C0GENERAL', users: 'U0GUEST' });
    expect(answer.error).toBe('not_in_channel');
    expect((await call(slack, 'conversations.join', { channel: 'C0GENERAL' })).ok).toBe(true);
    expect((await call(slack, 'conversations.join', { channel: 'C0GENERAL' })).warning).toBe('already_in_channel');
    expect((await call(slack, 'conversations.invite', { channel: 'C0GENERAL', users: 'U0GUEST' })).ok).toBe(true);
  });
});

it('takes topics of 250 characters and posts about them', async () => {
  const slack = await start();
  const set = (topic: string) => call(slack, 'conversations.setTopic', { channel, topic });
  expect((await set('x'.repeat(251))).error).toBe('too_long');
  expect((await set('SEV2')).ok).toBe(true);
  expect(slack.channel('incidents').topic).toBe('SEV2');
  expect(slack.messages('incidents').map((one) => one.subtype)).toEqual(['channel_topic']);
});

it('hides private channels from a bot that is not inside', async () => {
  const slack = await startWorkspace({
    scopes: ['groups:read', 'channels:read', 'chat:write'],
    channels: [{ id: 'C0SECRET', name: 'secret', isPrivate: true, members: ['U0RITA'] }],
  });
  expect((await call(slack, 'conversations.info', { channel: 'C0SECRET' })).error).toBe('channel_not_found');
  expect((await call(slack, 'chat.postMessage', { channel: 'C0SECRET', text: 'x' })).error).toBe('channel_not_found');
  const listed = await call(slack, 'conversations.list', { types: 'public_channel,private_channel' });
  expect(listed.channels).toEqual([]);
});

describe('history', () => {
  it('is newest first, in pages and spans', async () => {
    const slack = await start();
    const stamps: string[] = [];
    for (const text of ['a', 'b', 'c']) {
      stamps.push(String((await call(slack, 'chat.postMessage', { channel, text, ...quiet })).ts));
    }
    const texts = (answer: ApiAnswer) =>
      (answer.messages as readonly { readonly text: string }[]).map((one) => one.text);
    const first = await call(slack, 'conversations.history', { channel, limit: 2 });
    expect([texts(first), first.has_more]).toEqual([['c', 'b'], true]);
    const cursor = (first.response_metadata as { readonly next_cursor: string }).next_cursor;
    const second = await call(slack, 'conversations.history', { channel, limit: 2, cursor });
    expect([texts(second), second.has_more]).toEqual([['a'], false]);
    expect(texts(await call(slack, 'conversations.history', { channel, oldest: stamps[0] }))).toEqual(['c', 'b']);
    const all = await call(slack, 'conversations.history', { channel, oldest: stamps[0], inclusive: true });
    expect(texts(all)).toEqual(['c', 'b', 'a']);
    expect((await call(slack, 'conversations.history', { channel, cursor: 'nonsense' })).error).toBe('invalid_cursor');
    expect((await call(slack, 'conversations.history', { channel: 'C0GENERAL' })).error).toBe('not_in_channel');
    expect((await call(slack, 'conversations.replies', { channel, ts: '1.000000' })).error).toBe('thread_not_found');
  });
});

it('pins once, and unpins once', async () => {
  const slack = await start();
  const { ts } = await call(slack, 'chat.postMessage', { channel, text: 'card', ...quiet });
  const pin = (method: string, timestamp: unknown) => call(slack, method, { channel, timestamp });
  expect((await pin('pins.add', ts)).ok).toBe(true);
  expect(slack.channel('incidents').pins).toEqual([ts]);
  expect((await pin('pins.add', ts)).error).toBe('already_pinned');
  expect((await pin('pins.add', '1.000000')).error).toBe('message_not_found');
  expect((await pin('pins.add', 'soon')).error).toBe('bad_timestamp');
  expect((await pin('pins.remove', ts)).ok).toBe(true);
  expect((await pin('pins.remove', ts)).error).toBe('no_pin');
});

it('bookmarks links and nothing else', async () => {
  const slack = await start();
  const add = (args: object) =>
    call(slack, 'bookmarks.add', { channel_id: channel, title: 'Dashboard', type: 'link', ...args });
  expect((await add({ link: 'https://grafana.example.com' })).bookmark).toMatchObject({ title: 'Dashboard' });
  expect((await add({ link: 'javascript:alert(1)' })).error).toBe('invalid_link');
  expect((await add({ link: 'https://x.example', emoji: 'x' })).error).toBe('invalid_emoji');
  expect((await add({ link: 'https://x.example', type: 'file' })).error).toBe('invalid_bookmark_type');
  expect(slack.channel('incidents').bookmarks.map((one) => one.link)).toEqual(['https://grafana.example.com']);
});

it('reacts once per name', async () => {
  const slack = await start();
  const { ts } = await call(slack, 'chat.postMessage', { channel, text: 'card', ...quiet });
  const add = (name: string) => call(slack, 'reactions.add', { channel, timestamp: ts, name });
  expect((await add('eyes')).ok).toBe(true);
  expect((await add('eyes')).error).toBe('already_reacted');
  expect((await add(':eyes:')).error).toBe('invalid_name');
  expect(slack.messages('incidents')[0]?.reactions).toEqual([{ name: 'eyes', users: [slack.botUserId] }]);
});

it('knows people and groups', async () => {
  const slack = await start();
  expect(await call(slack, 'users.info', { user: 'U0GUEST' })).toMatchObject({ user: { is_restricted: true } });
  expect((await call(slack, 'users.info', { user: 'U0NOBODY' })).error).toBe('user_not_found');
  expect(await call(slack, 'users.lookupByEmail', { email: 'Omar@example.com' })).toMatchObject({
    user: { id: 'U0OMAR' },
  });
  expect((await call(slack, 'users.lookupByEmail', { email: 'x@example.com' })).error).toBe('users_not_found');
  const group = await call(slack, 'usergroups.users.list', { usergroup: 'S0APPROVE' });
  expect(group.users).toEqual(['U0OMAR', 'U0LENA']);
  expect((await call(slack, 'usergroups.users.list', { usergroup: 'S0NONE' })).error).toBe('no_such_subteam');
  expect(await call(slack, 'auth.test')).toMatchObject({
    user_id: slack.botUserId,
    bot_id: slack.botId,
    team_id: slack.teamId,
  });
  const opened = await call(slack, 'conversations.open', { users: 'U0RITA' });
  expect(opened.channel).toEqual({ id: expect.stringMatching(/^D/) });
  const mine = await call(slack, 'users.conversations', { user: 'U0GUEST' });
  expect(mine.channels).toMatchObject([{ name: 'incidents' }]);
});

it('tells listeners of changes and gives a person only their own view of the workspace', async () => {
  const slack = await start();
  const kinds: string[] = [];
  const off = slack.on((change) => kinds.push(change.kind));
  await call(slack, 'chat.postMessage', { channel, text: 'card', ...quiet });
  await call(slack, 'chat.postEphemeral', { channel, user: 'U0RITA', text: 'psst' });
  off();
  await call(slack, 'chat.postMessage', { channel, text: 'unheard', ...quiet });
  expect(kinds).toEqual(['message', 'ephemeral']);
  const text = (user: string) => JSON.stringify(slack.snapshot(user));
  expect(text('rita')).toContain('psst');
  expect(text('omar')).not.toContain('psst');
});
