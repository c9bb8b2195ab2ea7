// Actions as people live them in Slack: preview, confirmation, approval, effect, undo, against the pretend company.

import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { actionIn, startActionStory } from '../support/action-story.ts';
import type { Witness } from '../support/invariants.ts';
import { allText, buttonsOf, type Story, until } from '../support/story.ts';

let story: Story;
let channel: string;
let witness: Witness;
beforeEach(async () => {
  ({ story, channel, witness } = await startActionStory({}, { joined: ['sam', 'omar', 'lena'] }));
});
// The last one runs first.
afterEach(() => story.stop());
afterEach(() => witness.assertAll());

const shown = (what: RegExp) => actionIn(story, what);

/** Asks the pretend Redis as an operator would. */
async function redis<T>(ask: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(story.company.systems.redis, { protocol: 2, lazyConnect: true });
  await client.connect();
  return ask(client).finally(() => client.disconnect());
}

const policy = () => redis(async (client) => ((await client.config('GET', 'maxmemory-policy')) as string[])[1]);
const keys = () => redis((client) => client.dbsize());

it('a risky action is previewed, confirmed by a responder, done once, and can be put back', async () => {
  const { slack } = story;
  await slack.command('rita', channel, 'do volatile-lru');
  const preview = await shown(/PREVIEW · Set maxmemory-policy/);
  expect(allText(preview)).toMatch(/allkeys-lru → volatile-lru/);
  expect(buttonsOf(preview)).toEqual(['Set maxmemory-policy to volatile-lru', 'Cancel']);

  await slack.click('sam', preview, 'acgs.action.request');
  await until('the refusal', () => slack.ephemerals('sam').some((m) => /Only responders/.test(m.text)));
  expect(await policy()).toBe('allkeys-lru');

  story.world.inject('policy-forbids');
  await slack.click('rita', preview, 'acgs.action.request');
  const told = () =>
    slack.ephemerals('rita').some((m) => /Nothing was approved .* has stopped all changes/.test(m.text));
  await until('the reason of the policy', told);
  expect(allText(await shown(/PREVIEW · Set maxmemory-policy/))).toMatch(/NOT APPROVED .* has stopped all changes/);
  expect(await policy()).toBe('allkeys-lru');
  story.world.heal('policy-forbids');

  await slack.click('rita', preview, 'acgs.action.request');
  const done = await shown(/DONE · Set maxmemory-policy/);
  expect(await policy()).toBe('volatile-lru');
  expect(buttonsOf(done)).toEqual(['Put maxmemory-policy back to allkeys-lru', 'Keep it …']);

  await slack.click('rita', done, 'acgs.action.undo');
  const undo = await shown(/PREVIEW · Put maxmemory-policy back/);
  await slack.click('rita', undo, 'acgs.action.request');
  await shown(/UNDONE · Set maxmemory-policy/);
  expect(await policy()).toBe('allkeys-lru');
});

it('FLUSHDB asks for the typed target, a reason, an approver and a commander, and runs once', async () => {
  const { slack } = story;
  const before = await keys();
  await slack.command('rita', channel, 'do flush-database');
  const preview = await shown(/PREVIEW · Flush/);
  await slack.click('rita', preview, 'acgs.action.request');
  const view = await until('the form', () => slack.openView('rita'));
  const typed = /Type (FLUSHDB \S+)/.exec(JSON.stringify(view.blocks))?.[1]?.replace(/".*/, '') ?? '';
  const wrong = await slack.submit('rita', view.id, { typed: 'FLUSHDB elsewhere/0', reason: 'cold cache' });
  expect(wrong.body).toContain('must read exactly');
  await slack.submit('rita', view.id, { typed, reason: 'cold cache' });
  const waiting = await shown(/WAITS FOR APPROVAL/);
  expect(await keys()).toBe(before);
  await slack.click('rita', waiting, 'acgs.action.approve');
  await until('the refusal', () => slack.ephemerals('rita').some((m) => /must be someone else/.test(m.text)));
  await slack.click('omar', waiting, 'acgs.action.approve');
  await until('the first approval', async () => /omar|Omar/.test((await shown(/WAITS FOR APPROVAL/)).text));
  expect(await keys()).toBe(before);
  await slack.click('lena', await shown(/WAITS FOR APPROVAL/), 'acgs.action.approve');
  const done = await shown(/DONE · Flush/);
  expect(done.text).toMatch(/omar approved as approver .* lena approved as commander .* deleted \d+ keys/);
  // A cache fills again at once, so the database is nearly empty.
  expect(await keys()).toBeLessThan(before / 4);
  for (const who of ['omar', 'lena']) {
    await until('the outcome in the direct message', () =>
      /DONE · Flush/.test(slack.messages(slack.openDirectMessage(who)).at(-1)?.text ?? ''),
    );
  }
  const told = () => slack.messages(channel).filter((message) => /^DONE · Flush/.test(message.text));
  await until('the line in the channel', () => told().length === 1);
});
