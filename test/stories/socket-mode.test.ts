// The same incident without a public address: over two connections to Slack, calm at first, then refreshed again and again.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SocketLife } from '../../src/simulator/slack/socket-connection.ts';
import { allText, buttonsOf, type Story, startStory, until, untilIn } from '../support/story.ts';

const lives: readonly [string, SocketLife][] = [
  ['that last', {}],
  ['that Slack refreshes every 3 s', { lifeMs: 3_000, warningMs: 1_000, closeAfterMs: 200 }],
];

describe.each(lives)('an incident over connections %s', (_what, life) => {
  let story: Story;
  const isRefreshed = life.lifeMs !== undefined;
  beforeAll(async () => {
    story = await startStory({ world: { fallsWithinMs: 2_000 }, slack: { socketMode: life }, budget: '30s' });
    story.world.inject('cache-cold', { agoSeconds: 600 });
  }, 60_000);
  afterAll(() => story.stop());

  test('is declared by a command, and its room opens with the card', async () => {
    const delivery = await story.slack.command('rita', '#incidents', 'incident latency checkout is slow');
    expect(delivery).toMatchObject({ status: 200, outcome: 'ok' });
    const channel = story.slack.channel(await story.incidentChannel());
    expect(channel.name).toMatch(/^inc-\d{8}-1-latency$/);
    await untilIn(story.slack, channel.id);
    await until('a card with an answer', async () => /CRITICAL/.test((await story.card()).text));
  });

  test('is acknowledged by its button', async () => {
    await story.slack.click('rita', await story.card(), 'acgs.acknowledge');
    const after = await until('an acknowledged card', async () => {
      const now = await story.card();
      return !buttonsOf(now).includes('Acknowledge INC-1') && now;
    });
    expect(allText(after)).toContain('Responder rita');
  });

  test('takes a pinned message into its record', async () => {
    const channel = await story.incidentChannel();
    await story.slack.say('rita', channel, 'the gateway was restarted');
    const written = story.slack.messages(channel).findLast((message) => message.text.includes('gateway'));
    await story.slack.react('rita', { channel, ts: written?.ts ?? '' }, 'pushpin');
    await until('the note', async () =>
      (await story.store.events('INC-1')).some((event) => JSON.stringify(event).includes('the gateway was restarted')),
    );
  });

  test('is resolved in a form, and its report lies in the channel', async () => {
    story.world.heal('cache-cold');
    await story.slack.click('rita', await story.card(), 'acgs.resolve');
    const view = await until('the form', () => story.slack.openView('rita'));
    const wrong = await story.slack.submit('rita', view.id, { reason: ' ' });
    expect(wrong.errors).toBeDefined();
    await story.slack.submit('rita', view.id, { reason: 'cache prefixes cleared by hand' });
    const file = await until('the report', () => story.slack.files().find((one) => one.name.endsWith('.md')));
    const report = new TextDecoder().decode(story.slack.fileBytes(file.id));
    expect(report).toContain('cache prefixes cleared by hand');
    expect(report).toContain('the gateway was restarted');
    expect(await story.store.verify('INC-1')).toEqual({ ok: true });
  });

  test('readiness tells of both connections, and Slack could reach us all the time', async () => {
    if (isRefreshed) await until('many connections', () => story.slack.socketMode.opened() > 8);
    else expect(story.slack.socketMode.opened()).toBe(2);
    const report = (await (await fetch(`${story.url}/readyz`)).json()) as { slack: { connections: readonly object[] } };
    const aConnection = { state: 'open', since: expect.stringMatching(/^\d{4}-.*Z$/), detail: expect.any(String) };
    expect(report.slack).toMatchObject({ state: 'connected', connections: [aConnection, aConnection] });
    expect(story.slack.socketMode.gaps()).toEqual([]);
    expect(story.slack.findings).toEqual([]);
    expect(story.complaints.filter((line) => line.includes('connection to Slack'))).toEqual([]);
  });
});
