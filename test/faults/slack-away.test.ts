// Slack is away, or tells us nothing, or has revoked our token: the bot's own clock goes on, and nothing is lost or said twice.

import { afterEach, describe, expect, test } from 'vitest';
import type { Config } from '../../src/config.ts';
import { bearWitness } from '../support/invariants.ts';
import { allText, type Story, startStory, until } from '../support/story.ts';

let story: Story;
afterEach(() => story.stop());

/** A ladder of seconds instead of minutes. */
const quickly = {
  configure: (config: Config) => ({
    ...config,
    escalation: [
      { level: 'L1', name: 'On-call engineer', pageAtMs: 0, people: ['S0ONCALL'] },
      { level: 'L2', name: 'Platform team lead', pageAtMs: 6_000, people: ['U0LENA'] },
      { level: 'L3', name: 'Engineering manager', pageAtMs: 12_000, people: ['U0OMAR'] },
    ],
  }),
};

const eventsOf = async (type: string) => (await story.store.events('INC-1')).filter(({ event }) => event.type === type);

const called = async () =>
  (await eventsOf('escalated')).map(({ event }) =>
    event.type === 'escalated' && event.how === 'called' ? event.level : '',
  );

/** What `GET /readyz` says, and with which status. */
async function readiness(): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${story.url}/readyz`);
  return { status: answer.status, text: await answer.text() };
}

async function declared(): Promise<string> {
  story = await startStory(quickly);
  story.world.inject('cache-cold', { agoSeconds: 600 });
  await story.slack.command('rita', '#incidents', 'incident latency');
  const channel = await story.incidentChannel();
  await story.card();
  return channel;
}

describe('while Slack is gone', () => {
  test('F11: checks, watch and escalation go on by our own clock, and Slack catches up in order', async () => {
    const channel = await declared();
    const witness = bearWitness(story);
    story.slack.faults.down(true);
    // Nobody can press anything, and no event comes. The record goes on.
    await until('the call of L3', async () => (await called()).includes('L3'));
    await until('the answers of all checks', async () => (await eventsOf('checks-finished')).length > 0);
    expect((await readiness()).status).toBe(200);
    story.slack.faults.down(false);
    const calls = () =>
      story.slack
        .channel(channel)
        .messages.filter((message) => / L[123] /.test(message.text) && message.botId !== undefined)
        .map((message) => / (L[123]) /.exec(message.text)?.[1]);
    await until('all calls in Slack', () => calls().includes('L3'));
    await until('the evidence', async () => /Evidence of INC-1/.test(await story.threadText()));
    await witness.assertAll();
    expect(calls()).toEqual(['L1', 'L2', 'L3']);
    await story.slack.command('rita', channel, 'resolve the cache is warm again');
    await until('the end', async () => (await story.store.incident('INC-1'))?.status === 'resolved');
  });
});

describe('a token that is revoked in the middle of an incident', () => {
  test('F29: is told by readiness and once by the log; escalation goes on, and a new token finds everything waiting', async () => {
    const channel = await declared();
    story.slack.faults.fail('*', { kind: 'error', error: 'token_revoked' }, Number.POSITIVE_INFINITY);
    await until('the call of L2', async () => (await called()).includes('L2'));
    story.slack.join('rita', channel);
    expect((await story.slack.command('rita', channel, 'ack')).status).toBe(200);
    await until('the acknowledgement on record', async () => (await eventsOf('acknowledged')).length === 1);
    await until('readiness to say so', async () => (await readiness()).text.includes('token_revoked'), 90_000);
    expect((await readiness()).status).toBe(200);
    expect(story.complaints.filter((line) => line.includes('auth.test'))).toHaveLength(1);
    story.slack.faults.clear();
    await until('the card to say so', async () => /Acknowledged rita/.test(allText(await story.card())), 150_000);
    expect(await called()).not.toContain('L3');
  }, 240_000);
});
