// A Slack that is slow, limited, broken or changed under our hands: what is due comes later, once, and holds up nothing else.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anIncident } from '../../support/face-views.ts';
import { type SlackStage, startSlackStage, until, wordsOf } from '../../support/slack-stage.ts';

let stage: SlackStage;
beforeEach(async () => {
  stage = await startSlackStage();
});
afterEach(async () => stage.stop());

const say = (text: string, incident = 'INC-42') => ({ kind: 'say', incident, where: 'channel', text }) as const;

/** Two incidents, each with its channel. */
async function twoIncidents(): Promise<readonly [string, string]> {
  await stage.desk.declare(anIncident());
  await stage.desk.declare(anIncident({ id: 'INC-43' }));
  await stage.quiet();
  const room = (number: number) =>
    stage.slack.channels().find((channel) => channel.name.includes(`-${number}-`))?.id ?? '';
  return [room(42), room(43)];
}

const lines = (room: string) =>
  stage.slack.messages(room).flatMap((one) => (one.subtype === undefined ? [one.text.split('\n')[0] ?? ''] : []));

describe('a call that Slack does not take now', () => {
  it('F21: a 429 of 30 s on one channel leaves the others alone, and loses and repeats nothing there', async () => {
    const [sick, well] = await twoIncidents();
    stage.slack.faults.fail('chat.postMessage', { kind: 'ratelimited', retryAfter: 30 }, 1, sick);
    const started = Date.now();
    await stage.desk.send(say('held back'), say('behind it'), say('not held back', 'INC-43'));
    await until('the other channel', () => lines(well).includes('not held back'), 20_000);
    expect(Date.now() - started).toBeLessThan(25_000);
    for (let done = 1; done <= 8; done += 1) {
      await stage.desk.change('INC-42', { progress: { done, total: 8, awaited: ['Redis'], round: 1 } });
    }
    await until('both lines', () => lines(sick).includes('behind it'), 50_000);
    expect(lines(sick).slice(1)).toEqual(['held back', 'behind it']);
    const posts = stage.slack.calls('chat.postMessage').filter((call) => call.args.channel === sick);
    const refusedAt = posts.find((call) => !call.ok)?.at ?? 0;
    const next = posts.find((call) => call.at > refusedAt);
    expect((next?.at ?? 0) - refusedAt).toBeGreaterThanOrEqual(29_900);
    // Eight states of the card became few edits, and the last one is shown.
    await stage.quiet();
    expect(stage.slack.calls('chat.update').filter((call) => call.args.channel === sick).length).toBeLessThan(8);
  }, 90_000);

  it('F22: three times 500 is later, in order, once', async () => {
    const [room] = await twoIncidents();
    stage.slack.faults.fail('chat.postMessage', { kind: 'http', status: 500 }, 3, room);
    await stage.desk.send(say('first'), say('second'), say('third'));
    await stage.quiet();
    expect(lines(room).slice(1)).toEqual(['first', 'second', 'third']);
    expect(stage.slack.calls('chat.postMessage').filter((call) => call.error === 'fault: http 500')).toHaveLength(3);
  });

  it.each([
    ['and had no effect', false],
    ['although it had its effect', true],
  ])(
    'F23: a call that is never answered, %s, is given up within 10 s and repeated at most once; others go on',
    async (_what, applied) => {
      const [room, other] = await twoIncidents();
      stage.slack.faults.fail('chat.postMessage', { kind: 'hang', applied }, 1, room);
      const started = Date.now();
      await stage.desk.send(say('stuck'), ...Array.from({ length: 3 }, (_, n) => say(`other ${n}`, 'INC-43')));
      await until('the other lines', () => lines(other).length === 4, 9_500);
      await until(
        'the failed attempt',
        () => stage.complaints.some((line) => line.includes('did not answer in time')),
        20_000,
      );
      expect(Date.now() - started).toBeLessThan(20_000);
      await stage.quiet();
      expect(lines(room).slice(1)).toEqual(['stuck']);
    },
    60_000,
  );
});

describe('a person', () => {
  it('F07: may press a button before Slack has told us that the card is posted', async () => {
    stage.slack.faults.fail('chat.postMessage', { kind: 'hang', applied: true }, 1);
    await stage.desk.declare(anIncident());
    const room = await until('the channel', () => stage.room());
    const posted = () => stage.slack.channels().flatMap((channel) => channel.messages);
    const card = await until('the card, which only people see', () =>
      [...posted()].find((message) => wordsOf(message).includes('acgs.acknowledge')),
    );
    expect(await stage.store.faceRef('INC-42', 'card')).toBeUndefined();
    expect(card.channel).toBe(room);
    stage.slack.join('rita', room);
    expect((await stage.slack.click('rita', card, 'acgs.acknowledge')).status).toBe(200);
    await until('the acknowledgement', () => stage.desk.asked.some((one) => one.what === 'acknowledge'));
    await until(
      'the card to be known',
      async () => (await stage.store.faceRef('INC-42', 'card')) !== undefined,
      30_000,
    );
    await stage.quiet();
    const cards = posted().filter((message) => message.channel === room && /INC-42 .*declared/.test(message.text));
    expect(cards.map((message) => message.ts)).toEqual([card.ts]);
  }, 60_000);

  it.each([
    ['used up', { kind: 'http', status: 404, body: 'used_url' }],
    ['too old', { kind: 'http', status: 404, body: 'expired_url' }],
    ['cut off', { kind: 'reset', applied: false }],
  ] as const)(
    'F25: is answered where they asked, seen by them alone, when the response_url is %s',
    async (_why, fault) => {
      stage.slack.faults.fail('response_url', fault);
      await stage.slack.command('rita', '#incidents', 'oncall');
      const answer = await until('the answer', () => stage.slack.ephemerals('rita')[0]);
      expect(answer.text).toContain('You said: oncall');
      expect(stage.slack.calls('chat.postEphemeral')).toHaveLength(1);
      expect(stage.slack.messages('#incidents')).toEqual([]);
      await stage.quiet();
      expect(stage.slack.ephemerals('rita')).toHaveLength(1);
    },
  );

  it('F25: is answered by a direct message when the bot may not write where they asked', async () => {
    stage.slack.faults.fail('response_url', { kind: 'http', status: 404, body: 'used_url' });
    stage.slack.faults.fail('chat.postEphemeral', { kind: 'error', error: 'user_not_in_channel' });
    await stage.slack.command('rita', '#incidents', 'oncall');
    const direct = await until('the direct message', () =>
      stage.slack.channels().find((channel) => channel.isIm && channel.messages.length > 0),
    );
    expect(direct.members).toContain('U0RITA');
    expect(direct.messages.map((message) => message.text)).toEqual(['You said: oncall']);
    expect(stage.slack.messages('#incidents')).toEqual([]);
  });
});

describe('words of others', () => {
  const hostile = [
    '<!channel>',
    '<@U0LENA> <!subteam^S0ONCALL> @everyone',
    '```\n*bold* <https://evil.example|click>```',
    '\u202ereversed\u0000',
    'x'.repeat(10_000),
  ];

  it('F18: labels of metrics ping nobody, format nothing and fill nothing, on card, thread, topic and call', async () => {
    const view = anIncident();
    const [check] = view.checks;
    if (check?.observation === undefined) throw new Error('the incident of tests has an answered check');
    const rows = hostile.map((label) => ({ label, verdict: 'critical' as const, note: label }));
    const observation = { ...check.observation, rows, summary: hostile.join(' '), title: hostile[0] ?? '' };
    await stage.desk.declare({
      ...view,
      scope: hostile.slice(0, 2).join(' '),
      headline: { verdict: 'critical', text: hostile.join(' ') },
      checks: [{ ...check, title: hostile[1] ?? '', observation }, ...view.checks.slice(1)],
    });
    await stage.desk.send(
      { kind: 'evidence', incident: 'INC-42', round: 1 },
      {
        kind: 'call',
        incident: 'INC-42',
        level: 'L1',
        name: hostile[0] ?? '',
        people: ['U0RITA'],
        why: hostile[1] ?? '',
      },
    );
    await stage.quiet();
    const messages = stage.slack.channels().flatMap((channel) => channel.messages);
    const byBot = messages.filter((message) => message.botId !== undefined && message.subtype === undefined);
    expect(byBot.length).toBeGreaterThanOrEqual(4);
    for (const message of byBot) {
      expect(message.text.replace(/^(?:<@U0RITA> )+/, '')).not.toMatch(/<[!@#h]/);
      expect(message.text.length).toBeLessThanOrEqual(4_000);
      const blocks = JSON.stringify(message.blocks);
      expect(blocks.replace('"type":"user","user_id":"U0RITA"', '')).not.toMatch(
        /"type":"(?:user|usergroup|broadcast|mrkdwn)"/,
      );
      for (const unseen of ['\u202e', '\u0000', '\\u202e', '\\u0000'])
        expect(`${message.text}${blocks}`).not.toContain(unseen);
    }
    expect(stage.slack.channel(stage.room() ?? '').topic.length).toBeLessThanOrEqual(250);
    expect(stage.slack.findings).toEqual([]);
    expect(stage.desk.setupFailures).toEqual([]);
  });
});
