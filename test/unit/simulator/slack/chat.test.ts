// chat.* of the pretend workspace: what is stored, what is refused, threads, own messages, metadata.
import { describe, expect, it } from 'vitest';
import type { PretendSlack } from '../../../../src/simulator/slack/workspace.ts';
import { call, details, plain, quiet, section, startWorkspace } from './fixture.ts';

const channel = 'C0INCIDENTS';
const post = (slack: PretendSlack, args: object) => call(slack, 'chat.postMessage', { channel, ...quiet, ...args });
const start = () => startWorkspace({ rateLimits: 'generous' });

describe('posting', () => {
  it('stores the message and answers it with generated block ids and default flags', async () => {
    const slack = await start();
    const header = { type: 'header', text: plain('CRITICAL') };
    const answer = await post(slack, { text: 'CRITICAL', blocks: [header] });
    expect(answer).toMatchObject({
      ok: true,
      channel,
      message: { bot_id: slack.botId, user: slack.botUserId, text: 'CRITICAL' },
    });
    const stored = slack.messages('incidents')[0];
    expect(stored?.ts).toMatch(/^\d{10}\.\d{6}$/);
    expect(stored?.blocks).toEqual([
      {
        type: 'header',
        text: { type: 'plain_text', text: 'CRITICAL', emoji: true },
        block_id: expect.stringMatching(/^\w{5}$/),
      },
    ]);
  });

  it('gives every message a later ts than the one before, although the clock stands still', async () => {
    const slack = await startWorkspace({ now: () => Date.parse('2026-11-20T02:14:00Z'), rateLimits: 'generous' });
    for (const text of ['a', 'b', 'c']) await post(slack, { text });
    const stamps = slack.messages('incidents').map((message) => message.ts);
    expect(stamps).toEqual(['1795140840.000000', '1795140840.000001', '1795140840.000002']);
  });

  it('finds channels by id, by name and by person, and refuses the others with their reason', async () => {
    const slack = await startWorkspace({ rateLimits: 'generous', scopes: ['chat:write'] });
    expect((await post(slack, { text: 'x', channel: '#incidents' })).channel).toBe(channel);
    expect((await post(slack, { text: 'x', channel: 'U0RITA' })).channel).toMatch(/^D/);
    expect((await post(slack, { text: 'x', channel: 'C0GENERAL' })).error).toBe('not_in_channel');
    expect((await post(slack, { text: 'x', channel: 'C0NOWHERE' })).error).toBe('channel_not_found');
    expect((await post(slack, {})).error).toBe('no_text');
    expect((await post(slack, { text: 'x', blocks: '{' })).error).toBe('invalid_blocks_format');
    expect((await post(slack, { text: 'x', markdown_text: 'y' })).error).toBe('markdown_text_conflict');
    expect((await post(slack, { text: 'x', attachments: Array(101).fill({ text: 'a' }) })).error).toBe(
      'too_many_attachments',
    );
  });

  it('posts to a public channel from outside only with chat:write.public', async () => {
    const slack = await start();
    expect((await post(slack, { text: 'x', channel: 'C0GENERAL' })).ok).toBe(true);
  });

  it('cuts text over 40,000 characters with a warning', async () => {
    const slack = await start();
    const answer = await post(slack, { text: 'x'.repeat(40_001) });
    expect(answer.warning).toBe('message_truncated');
    expect(slack.messages('incidents')[0]?.text).toHaveLength(40_000);
  });

  it('lists block faults twice, as Slack does', async () => {
    const slack = await start();
    const answer = await post(slack, { text: 'x', blocks: [section('y'.repeat(3001))] });
    const leaf = 'must be less than 3001 characters [json-pointer:/blocks/0/text/text]';
    expect(answer.error).toBe('invalid_blocks');
    expect(answer.errors).toContain(leaf);
    expect(details(answer)).toContain(`[ERROR] ${leaf}`);
    expect(slack.messages('incidents')).toEqual([]);
  });
});

describe('threads', () => {
  it('keeps replies out of the channel and under their parent', async () => {
    const slack = await start();
    const parent = await post(slack, { text: 'card' });
    await post(slack, { text: 'evidence', thread_ts: parent.ts });
    await post(slack, { text: 'also here', thread_ts: parent.ts, reply_broadcast: true });
    expect(slack.messages('incidents').map((one) => one.text)).toEqual(['card', 'also here']);
    expect(slack.thread('incidents', String(parent.ts)).map((one) => one.text)).toEqual([
      'card',
      'evidence',
      'also here',
    ]);
  });

  it('takes a dead thread_ts and shows the reply to nobody, with a finding', async () => {
    const slack = await start();
    expect((await post(slack, { text: 'lost', thread_ts: '1700000000.000001' })).ok).toBe(true);
    expect(slack.messages('incidents')).toEqual([]);
    expect(slack.findings[0]).toContain('names no message');
  });
});

describe('editing and deleting', () => {
  it('removes the blocks when only text is sent, and keeps what a test took before', async () => {
    const slack = await start();
    const { ts } = await post(slack, { text: 'card', blocks: [section('card')] });
    const before = slack.messages('incidents')[0];
    expect((await call(slack, 'chat.update', { channel, ts, text: 'plain' })).ok).toBe(true);
    const after = slack.messages('incidents')[0];
    expect([after?.text, after?.blocks, after?.edited?.user]).toEqual(['plain', undefined, slack.botUserId]);
    expect(before?.blocks).toHaveLength(1);
  });

  it('takes less text than posting', async () => {
    const slack = await start();
    const { ts } = await post(slack, { text: 'x' });
    expect((await call(slack, 'chat.update', { channel, ts, text: 'x'.repeat(4001) })).error).toBe('msg_too_long');
    expect((await call(slack, 'chat.update', { channel, ts, text: 'x'.repeat(4000) })).ok).toBe(true);
  });

  it('keeps to own messages and to what exists', async () => {
    const slack = await start();
    await slack.say('rita', 'incidents', 'mine');
    const ts = slack.messages('incidents')[0]?.ts;
    expect((await call(slack, 'chat.update', { channel, ts, text: 'x' })).error).toBe('cant_update_message');
    expect((await call(slack, 'chat.delete', { channel, ts })).error).toBe('cant_delete_message');
    expect((await call(slack, 'chat.update', { channel, ts: '1.000000', text: 'x' })).error).toBe('message_not_found');
    expect((await call(slack, 'chat.update', { channel: '#incidents', ts, text: 'x' })).error).toBe(
      'channel_not_found',
    );
  });

  it('leaves a tombstone for a deleted parent with replies', async () => {
    const slack = await start();
    const { ts } = await post(slack, { text: 'parent' });
    await post(slack, { text: 'reply', thread_ts: ts });
    await call(slack, 'chat.delete', { channel, ts });
    expect(slack.thread('incidents', String(ts)).map((one) => one.subtype ?? one.text)).toEqual(['tombstone', 'reply']);
  });

  it('refuses edits in an archived channel', async () => {
    const slack = await start();
    const { ts } = await post(slack, { text: 'x' });
    await call(slack, 'conversations.archive', { channel });
    expect((await call(slack, 'chat.update', { channel, ts, text: 'y' })).error).toBe('is_inactive');
    expect((await post(slack, { text: 'y' })).error).toBe('is_archived');
  });
});

describe('ephemeral messages', () => {
  it('are for one member, and no method can read or edit them', async () => {
    const slack = await start();
    const asked = await call(slack, 'chat.postEphemeral', { channel, user: 'U0RITA', text: 'only you' });
    expect(slack.ephemerals('rita')[0]).toMatchObject({
      text: 'only you',
      ephemeralFor: 'U0RITA',
      ts: asked.message_ts,
    });
    const history = await call(slack, 'conversations.history', { channel });
    expect(history.messages).toEqual([]);
    const edit = await call(slack, 'chat.update', { channel, ts: asked.message_ts, text: 'x' });
    expect(edit.error).toBe('message_not_found');
    const outsider = await call(slack, 'chat.postEphemeral', { channel: 'C0GENERAL', user: 'U0GUEST', text: 'x' });
    expect(outsider.error).toBe('user_not_in_channel');
  });
});

describe('metadata', () => {
  const metadata = { event_type: 'acgs_outbox', event_payload: { op_id: '42' } };

  it('is given back by history and replies only on request, and survives an edit', async () => {
    const slack = await start();
    const { ts } = await post(slack, { text: 'x', metadata });
    await call(slack, 'chat.update', { channel, ts, text: 'y' });
    const without = await call(slack, 'conversations.history', { channel });
    const given = await call(slack, 'conversations.history', { channel, include_all_metadata: true });
    const replies = await call(slack, 'conversations.replies', { channel, ts, include_all_metadata: true });
    expect(without.messages).toMatchObject([{ text: 'y' }]);
    expect(JSON.stringify(without)).not.toContain('op_id');
    expect(given.messages).toMatchObject([{ metadata }]);
    expect(replies.messages).toMatchObject([{ metadata }]);
  });

  it('must have a type and an object', async () => {
    const slack = await start();
    expect((await post(slack, { text: 'x', metadata: { event_type: 'a' } })).error).toBe('invalid_metadata_schema');
    expect((await post(slack, { text: 'x', metadata: '{' })).error).toBe('invalid_metadata_format');
  });
});

it('links to messages and replies', async () => {
  const slack = await start();
  const { ts } = await post(slack, { text: 'x' });
  const reply = await post(slack, { text: 'y', thread_ts: ts });
  const link = await call(slack, 'chat.getPermalink', { channel, message_ts: reply.ts });
  const digits = String(reply.ts).replace('.', '');
  expect(link.permalink).toBe(`${slack.url}/archives/${channel}/p${digits}?thread_ts=${ts}&cid=${channel}`);
});
