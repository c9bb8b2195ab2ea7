// Two hundred commands at once while Prometheus hangs, and hostile words: everybody is acknowledged and answered, and no word does anything.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultPeople } from '../../src/simulator/slack/defaults.ts';
import type { Delivery } from '../../src/simulator/slack/workspace.ts';
import { heldUpDuring } from '../rig/starvation.ts';
import { bearWitness, isSettled, type Witness } from '../support/invariants.ts';
import { keptBytes } from '../support/kept-memory.ts';
import { sourceFiles } from '../support/source-files.ts';
import { allText, type Story, startStory, until } from '../support/story.ts';

let story: Story;

const commandsInAll = 200;
/** What this process may hold on to for having been flooded; the pretend Slack in it remembers every call, too. */
const keptLimitBytes = 60_000_000;
/** Resident, at the worst moment, with the garbage that a busy machine has not collected yet. */
const peakLimitBytes = 600_000_000;

const people = ['rita', 'lena', 'omar', 'sam'];
/** What people type, and what its answer says. */
const answers: Readonly<Record<string, RegExp>> = {
  'incident latency': /^INC-1 is open/,
  'incident list': /^1 incident\b|^There are no incidents/,
  status: /^1 incident\b|^There are no incidents/,
  oncall: /^Who is told, and when/,
  help: /^What you can do/,
  // Who overtakes the declaration hears that nothing is open yet.
  ack: /acknowledged|not exactly one open/,
  'timeline add seen': /^Noted in the record|not exactly one open/,
};
const words = ['health', ...Object.keys(answers)];

interface Sent {
  readonly who: string;
  readonly text: string;
  readonly delivery: Delivery;
}

/**
 * Commands without an answer to the person: through their own response URL or, where that did not work in time, as a line that no
 * other command accounts for. A health check is answered by a message of its own.
 */
function unanswered(sent: readonly Sent[]): readonly string[] {
  const spare = new Map(people.map((who) => [who, whispers(sent, who)]));
  return sent.flatMap(({ who, text, delivery }) => {
    const says = answers[text];
    if (says === undefined || delivery.said().some((line) => says.test(line))) return [];
    const lines = spare.get(who) ?? [];
    const at = lines.findIndex((line) => says.test(line));
    if (at === -1) return [`${who}: ${text}`];
    lines.splice(at, 1);
    return [];
  });
}

function whispers(sent: readonly Sent[], who: string): string[] {
  const lines = story.slack.ephemerals(who).map(({ text }) => text);
  for (const one of sent.filter((command) => command.who === who)) {
    for (const line of one.delivery.said()) lines.splice(lines.indexOf(line), 1);
  }
  return lines;
}

/** Who asked for the health checks that are finished, once for each. */
async function reviewed(): Promise<readonly string[]> {
  const done = story.slack
    .messages('#incidents')
    .filter(({ text }) => /^\S+ UNKNOWN · .*\nDaily health check/.test(text));
  const asked = done.map(async ({ channel, ts }) => {
    const review = (await story.store.subjectOf('message', `${channel}/${ts}`)) ?? '';
    const [started] = await story.store.events(review);
    const id = started?.actor.kind === 'person' ? started.actor.id : undefined;
    return defaultPeople.find((person) => person.id === id)?.name ?? 'nobody';
  });
  return (await Promise.all(asked)).toSorted();
}

test('F20: 200 commands while Prometheus hangs are acknowledged within 3 s, each is answered, with what is missing, in bounded memory', async () => {
  // Slack takes one post a second and channel; of one that grants a hundred times as much every answer can be awaited.
  story = await startStory({ configure: (config) => ({ ...config, slack: { ...config.slack, limits: 100 } }) });
  const { slack, store } = story;
  story.world.inject('prometheus:hang');
  const send = async (who: string, text: string): Promise<Sent> => {
    return { who, text, delivery: await slack.command(who, '#incidents', text) };
  };
  const first = await send('rita', 'help');
  await until('the code to be loaded', () => unanswered([first]).length === 0);
  const witness = bearWitness(story);
  const before = { kept: keptBytes(), rss: process.memoryUsage.rss() };
  let peak = before.rss;
  slack.on(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  });

  const sent = [first];
  // Slack, the systems and the bot are one process here: where the machine did not let it run, lateness says nothing about the bot.
  const heldUp = await heldUpDuring(async () => {
    const flood = Array.from({ length: commandsInAll }, (_, n) => {
      return send(people[n % people.length] ?? '', words[Math.floor(n / people.length) % words.length] ?? '');
    });
    sent.push(...(await Promise.all(flood)));
  });
  const amiss = sent.filter(({ delivery }) => delivery.outcome !== 'ok' || delivery.body !== '');
  expect(amiss.filter(({ delivery }) => !heldUp || delivery.outcome !== 'operation_timeout')).toEqual([]);

  const asked = sent.filter(({ text }) => text === 'health').map(({ who }) => who);
  await until('every health check', async () => (await reviewed()).length === asked.length, 60_000, 500);
  expect(await reviewed()).toEqual(asked.toSorted());
  await until('the work behind the commands', () => isSettled(store), 60_000);
  expect(unanswered(sent)).toEqual([]);

  const reviews = slack.messages('#incidents').filter(({ text }) => text.includes('Daily health check'));
  for (const { text } of reviews) {
    expect(text).toMatch(/UNKNOWN P99 latency: prometheus: .*(?:gave no complete answer|was not sent)/);
  }
  expect((await story.card()).text).toMatch(/^\S+ UNKNOWN · prometheus: /);
  await witness.assertAll();
  expect(await store.incidents({ status: 'open' })).toHaveLength(1);
  // Eight commands and eight notices are in work at once, and all reviews share their questions to Prometheus: what waits is words.
  expect(peak - before.rss).toBeLessThan(peakLimitBytes);
  expect(keptBytes() - before.kept).toBeLessThan(keptLimitBytes);
  await story.stop();
}, 200_000);

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
