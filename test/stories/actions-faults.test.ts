// What goes wrong with actions, lived in Slack: an answer that is lost on its way, and buttons of messages that are out of date.

import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { actionIn, startActionStory } from '../support/action-story.ts';
import { asBot } from '../support/as-bot.ts';
import type { Witness } from '../support/invariants.ts';
import { allText, buttonsOf, type Story, until } from '../support/story.ts';

let story: Story;
let channel: string;
let witness: Witness;
beforeAll(async () => {
  ({ story, channel, witness } = await startActionStory({ budget: '30s' }, { joined: ['omar', 'lena'] }));
}, 60_000);
afterAll(() => story.stop());
afterEach(() => witness.assertAll());

const shown = (state: RegExp) => actionIn(story, state, 'newest');

async function flushes(): Promise<number> {
  const client = new Redis(story.company.systems.redis, { protocol: 2, lazyConnect: true });
  await client.connect();
  const stats = await client.info('commandstats').finally(() => client.disconnect());
  return Number(/cmdstat_flushdb:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

it('F41, F76: FLUSHDB says where it is aimed at, and when its answer is lost it ran once and a person says how it ended', {
  timeout: 120_000,
}, async () => {
  const { slack, world } = story;
  await slack.command('rita', channel, 'do flush-database');
  await slack.click('rita', await shown(/PREVIEW · Flush/), 'acgs.action.request');
  const view = await until('the form', () => slack.openView('rita'));
  const form = JSON.stringify(view.blocks);
  const host = new URL(story.company.systems.redis).host;
  expect(form).toContain(`FLUSHDB on redis ${host} db 0, a master, deletes`);
  expect(form).toMatch(/deletes [\d,]+ keys, about/);
  for (const prefix of ['audit:*', 'policy:*', 'opa:*']) expect(form).toContain(prefix);
  const typed = /Type (FLUSHDB [^"\s]+)/.exec(form)?.[1] ?? '';
  await slack.submit('rita', view.id, { typed, reason: 'cold cache' });
  await slack.click('omar', await shown(/WAITS FOR APPROVAL/), 'acgs.action.approve');
  await until('the first approval', async () => /omar approved/.test((await shown(/WAITS FOR APPROVAL/)).text));

  world.inject('redis:cut');
  await slack.click('lena', await shown(/WAITS FOR APPROVAL/), 'acgs.action.approve');
  const unknown = await shown(/OUTCOME UNKNOWN · Flush/);
  world.heal('redis:cut');
  expect(buttonsOf(unknown)).toEqual(['It took effect', 'It did not take effect']);
  const told = () =>
    slack.messages(channel).filter(({ text }) => /^OUTCOME UNKNOWN · Flush .* is not repeated/.test(text));
  await until('the line in the channel', () => told().length === 1);
  expect(await flushes()).toBe(1);

  await slack.click('rita', unknown, 'acgs.action.took-effect');
  await shown(/DONE · Flush/);
  expect(await flushes()).toBe(1);
  expect(await story.store.verify('INC-1')).toEqual({ ok: true });
});

it('F08: a button of an action that is over does nothing, and its old message loses its buttons, whoever remembers it', {
  timeout: 120_000,
}, async () => {
  const { slack } = story;
  await slack.command('rita', channel, 'do volatile-lru');
  const preview = await shown(/PREVIEW · Set maxmemory-policy/);
  // A posting that was doubtful can leave a second message that nobody remembers.
  const copy = await asBot(slack, 'chat.postMessage', {
    channel,
    thread_ts: preview.threadTs,
    text: preview.text,
    blocks: preview.blocks,
  });
  await slack.click('rita', preview, 'acgs.action.cancel');
  await shown(/CANCELLED · Set maxmemory-policy/);

  const edits = () => slack.calls('chat.update').filter((call) => call.args.ts === preview.ts).length;
  const before = edits();
  await slack.click('rita', preview, 'acgs.action.request', { stale: preview });
  await until('the refusal', () =>
    slack.ephemerals('rita').some((m) => /Nothing was done. .* was cancelled/.test(m.text)),
  );
  await until('the old message drawn anew', () => edits() > before);

  const forgotten = () => slack.thread(channel, preview.threadTs ?? '').find((message) => message.ts === copy);
  expect(buttonsOf(forgotten() ?? preview)).toContain('Set maxmemory-policy to volatile-lru');
  await slack.click('rita', { channel, ts: copy }, 'acgs.action.cancel');
  await until('the copy drawn anew', () => /CANCELLED/.test(forgotten()?.text ?? ''));
  expect(buttonsOf(forgotten() ?? preview)).toEqual(['Ask again for "Set maxmemory-policy to volatile-lru"']);

  // A review has the undo button of actions, too: it stays what it was.
  const value = /"value":"([0-9a-f]{32})"/.exec(JSON.stringify(preview.blocks))?.[1] ?? '';
  const undo = { type: 'button', action_id: 'acgs.action.undo', text: { type: 'plain_text', text: 'Put back' }, value };
  const review = await asBot(slack, 'chat.postMessage', {
    channel,
    text: 'Daily health check',
    blocks: [{ type: 'actions', elements: [undo] }],
  });
  await slack.click('rita', { channel, ts: review }, 'acgs.action.undo');
  await until('the refusal', () =>
    slack.ephemerals('rita').some((m) => /There is no such action any more/.test(m.text)),
  );

  const again = await until('the refusal with its button', () =>
    slack.ephemerals('rita').findLast((m) => buttonsOf(m).some((label) => label.startsWith('Ask again'))),
  );
  expect(allText(again)).toMatch(/Ask for it again/);
  await slack.click('rita', await shown(/CANCELLED · Set maxmemory-policy/), 'acgs.action.again');
  await shown(/PREVIEW · Set maxmemory-policy/);
  expect(slack.messages(channel).find((message) => message.ts === review)?.text).toBe('Daily health check');
});
