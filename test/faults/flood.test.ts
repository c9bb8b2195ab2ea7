// Two hundred commands at once while Prometheus hangs, and hostile words: everybody is acknowledged, and no word does anything.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearWitness, brokenChains, unfoundedGreens, type Witness } from '../support/invariants.ts';
import { sourceFiles } from '../support/source-files.ts';
import { allText, type Story, startStory, until } from '../support/story.ts';

let story: Story;

test('F20: 200 commands while Prometheus hangs are acknowledged within 3 s, answered with what is missing, in bounded memory', async () => {
  story = await startStory();
  story.world.inject('prometheus:hang');
  await story.slack.command('rita', '#incidents', 'help');
  const before = process.memoryUsage().rss;
  const words = ['health', 'incident latency', 'incident list', 'status', 'oncall', 'help', 'ack', 'timeline add seen'];
  const people = ['rita', 'lena', 'omar', 'sam'];
  const deliveries = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      story.slack.command(people[n % people.length] ?? '', '#incidents', words[n % words.length] ?? ''),
    ),
  );
  expect(deliveries.filter((delivery) => delivery.outcome !== 'ok')).toHaveLength(0);
  await until('a health check that says what is missing', () =>
    story.slack.messages('#incidents').find((message) => /UNKNOWN/.test(message.text) && /measured/.test(message.text)),
  );
  // Slack takes about one answer a second in a channel, so two hundred answers are not awaited here; the work behind them is.
  await until('the work', async () => (await story.store.inbox.backlog()).waiting === 0, 150_000);
  expect(await unfoundedGreens(story)).toEqual([]);
  expect(await brokenChains(story.store)).toEqual([]);
  const grownMb = (process.memoryUsage().rss - before) / 1_048_576;
  expect(grownMb).toBeLessThan(400);
  const open = await story.store.incidents({ status: 'open' });
  expect(open).toHaveLength(1);
  await story.stop();
}, 600_000);

describe('hostile words', () => {
  let witness: Witness;
  beforeAll(async () => {
    story = await startStory();
    witness = bearWitness(story);
    await story.slack.command('rita', '#incidents', 'incident latency');
    await story.card();
  });
  afterAll(() => story.stop());

  test.each([
    ['a NUL and control characters', 'incident latency \u0000\u0007\u001b[31m boom'],
    ['direction marks', 'timeline add \u202egnorw si siht\u202c'],
    ['40,000 characters', `timeline add ${'x'.repeat(40_000)}`],
    ['a query that breaks out of its label', 'incident "} or vector(1) or x{a="'],
    ['a command of a shell', 'incident latency; rm -rf / $(reboot) `reboot`'],
    ['a mention of everybody', 'timeline add <!channel> <!here> <@U0LENA>'],
  ])('F19: %s', async (_what, words) => {
    const before = story.slack.ephemerals('lena').length;
    const delivery = await story.slack.command('lena', '#incidents', words);
    expect(delivery.status).toBe(200);
    const answer = await until('the answer', () => story.slack.ephemerals('lena')[before]);
    await witness.assertAll();
    const shown = story.slack.channels().flatMap((channel) => channel.messages);
    for (const message of [...shown.filter((one) => one.botId !== undefined), answer]) {
      expect(message.text).not.toMatch(/<!(?:channel|here)>|<@U0LENA> (?!L\d)/);
      expect([...allText(message)].filter((character) => /(?!\n)[\p{Cc}\p{Cf}]/u.test(character))).toEqual([]);
      expect(message.text.length).toBeLessThanOrEqual(4_000);
    }
    expect(story.slack.findings).toEqual([]);
    expect(await story.store.countIncidents({})).toBe(1);
  });

  test('F19: no shell is involved: the bot starts no process', () => {
    const users = sourceFiles('src/**/*.ts').filter((file) => file.imports.includes('node:child_process'));
    expect(users.map((file) => file.path)).toEqual(['src/simulator/demo.ts']);
  });
});
