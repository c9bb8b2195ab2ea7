// Our own limits: never more than Slack grants, one method's pause is no other's, and nothing waits without need.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { turnsInMemory } from '../../../src/core/turn.ts';
import { createPacing } from '../../../src/slack/pacing.ts';

/** A clock that stands still until it is moved. */
function stage(times?: number) {
  let now = 1_000_000;
  const pacing = createPacing(
    turnsInMemory(() => now),
    times,
  );
  const pass = (ms: number): void => {
    now += ms;
  };
  return { pacing, pass, now: () => now };
}

it('never makes more than fifty edits in any minute, whatever the rhythm', async () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 200, maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(pauses, async (gaps) => {
      const { pacing, pass, now } = stage();
      const made: number[] = [];
      for (const gap of gaps) {
        pass(gap);
        const wait = await pacing.reserve('chat.update', undefined, 2_500);
        if (wait <= 2_500) made.push(now() + wait);
      }
      for (const at of made)
        expect(made.filter((one) => one > at - 60_000 && one <= at).length).toBeLessThanOrEqual(50);
    }),
  );
});

it('posts three at once into one channel and then less than one a second, while other channels go on at once', async () => {
  const { pacing, pass } = stage();
  const waits = await Promise.all(Array.from({ length: 5 }, () => pacing.reserve('chat.postMessage', 'C1', 10_000)));
  expect(waits).toEqual([0, 0, 0, 4_000, 4_000]);
  expect(await pacing.reserve('chat.postMessage', 'C2', 10_000)).toBe(0);
  pass(5_000);
  expect(await pacing.reserve('chat.postMessage', 'C1', 10_000)).toBe(0);
});

it('answers to people count as posts of their channel, and leave the posts one place', async () => {
  const { pacing, pass } = stage();
  for (let answers = 0; answers < 10; answers += 1) await pacing.reserve('response_url', 'C1', 0);
  expect(await pacing.reserve('chat.postMessage', 'C1', 10_000)).toBe(0);
  expect(await pacing.reserve('chat.postMessage', 'C1', 10_000)).toBe(4_000);
  pass(10_000);
  await pacing.reserve('response_url', 'C1', 0);
  const waits = await Promise.all(Array.from({ length: 3 }, () => pacing.reserve('chat.postMessage', 'C1', 10_000)));
  expect(waits).toEqual([0, 0, 4_000]);
});

it('a pause holds one method back and reserves nothing for who will not wait', async () => {
  const { pacing, pass } = stage();
  pacing.pause('chat.update', 'C1', 30_000);
  expect(await pacing.reserve('chat.update', undefined, 2_500)).toBe(30_000);
  expect(await pacing.reserve('chat.postMessage', 'C1', 2_500)).toBe(0);
  pass(30_000);
  expect(await pacing.reserve('chat.update', undefined, 2_500)).toBe(0);
});

it('F21: a pause of posts holds back its channel only, and all posts once a second channel is refused meanwhile', async () => {
  const { pacing, pass } = stage();
  pacing.pause('chat.postMessage', 'C1', 30_000);
  expect(await pacing.reserve('chat.postMessage', 'C1', 2_500)).toBe(30_000);
  expect(await pacing.reserve('chat.postMessage', 'C2', 2_500)).toBe(0);
  pass(10_000);
  pacing.pause('chat.postMessage', 'C2', 5_000);
  expect(await pacing.reserve('chat.postMessage', 'C3', 2_500)).toBe(5_000);
  pass(25_000);
  for (const channel of ['C1', 'C2', 'C3']) expect(await pacing.reserve('chat.postMessage', channel, 2_500)).toBe(0);
});

it('a workspace that Slack grants ten times the limits is used ten times as fast, and no faster', async () => {
  const { pacing } = stage(10);
  const waits = await Promise.all(Array.from({ length: 31 }, () => pacing.reserve('chat.postMessage', 'C1', 10_000)));
  expect(waits.filter((wait) => wait === 0)).toHaveLength(30);
  expect(waits.at(-1)).toBe(4_000);
});

it('tells how much of each allowance is free: less with each call, nothing while Slack wants silence, all of it later', async () => {
  const { pacing, pass } = stage();
  expect((await pacing.left())['chat.update']).toBe(1);
  for (let call = 0; call < 9; call += 1) await pacing.reserve('chat.update', undefined, 0);
  expect((await pacing.left())['chat.update']).toBeCloseTo(0.8);
  for (let call = 0; call < 100; call += 1) await pacing.reserve('chat.update', undefined, 0);
  expect((await pacing.left())['chat.update']).toBe(0);
  pass(60_000);
  expect((await pacing.left())['chat.update']).toBe(1);
  pacing.pause('chat.update', 'C1', 5_000);
  expect(await pacing.left()).toMatchObject({ 'chat.update': 0, 'users.info': 1 });
  pass(5_000);
  expect((await pacing.left())['chat.update']).toBe(1);
});

it("what waits for a channel is in its line, at the pace of its posts; what a method grants a minute is nobody's line", () => {
  const { pacing } = stage();
  const line = { key: 'post C1', apartMs: 4_000 / 3 };
  expect(pacing.lineOf('chat.postMessage', 'C1')).toEqual(line);
  expect(pacing.lineOf('chat.postMessage', 'C2')?.key).toBe('post C2');
  for (const method of ['conversations.create', 'chat.update', 'files.info', 'chat.postEphemeral']) {
    expect(pacing.lineOf(method, 'C1')).toBeUndefined();
  }
  expect(stage(100).pacing.lineOf('chat.postMessage', 'C1')?.apartMs).toBeCloseTo(40 / 3);
});
