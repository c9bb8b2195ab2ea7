// A review in Slack: posted where it was asked for, redrawn in place, to the asker alone where the bot cannot post; gaps accepted.

import { afterEach, expect, it } from 'vitest';
import type { PretendMessage } from '../../../src/simulator/slack/workspace.ts';
import { aCheck, aReview } from '../../support/face-views.ts';
import { type SlackStage, startSlackStage, until, wordsOf } from '../../support/slack-stage.ts';

let stage: SlackStage;
afterEach(async () => stage.stop());

const running = aReview({
  finished: false,
  gaps: [],
  checks: [aCheck(), { id: 'redis', title: 'Redis', chart: false }],
  progress: { done: 1, total: 2, awaited: ['Redis'] },
});

async function posted(): Promise<PretendMessage> {
  stage.desk.reviews.set('REV-7', aReview());
  await stage.desk.send({ kind: 'review', review: 'REV-7', to: { person: 'U0RITA', place: 'C0INCIDENTS' } });
  await stage.quiet();
  return until('the review', () => stage.slack.messages('#incidents').at(-1));
}

it('shows its progress and then its result in one and the same message', async () => {
  stage = await startSlackStage();
  const to = { person: 'U0RITA', place: 'C0INCIDENTS' };
  stage.desk.reviews.set('REV-7', running);
  await stage.desk.send({ kind: 'review', review: 'REV-7', to });
  await stage.quiet();
  const [first] = stage.slack.messages('#incidents');
  expect(first?.text).toContain('1 of 2 checks · waiting for Redis');
  stage.desk.reviews.set('REV-7', aReview());
  await stage.desk.send({ kind: 'review', review: 'REV-7', to });
  await stage.quiet();
  const [last, ...others] = stage.slack.messages('#incidents');
  expect(others).toEqual([]);
  expect(last?.ts).toBe(first?.ts);
  expect(last?.text.split('\n')[0]).toBe('⚪ UNKNOWN · 1 of 2 cannot be measured, 1 OK');
  expect(stage.slack.findings).toEqual([]);
});

it('that nobody asked for stands in the main channel, in one message', async () => {
  stage = await startSlackStage();
  stage.desk.reviews.set('REV-7', running);
  await stage.desk.send({ kind: 'review', review: 'REV-7' });
  await stage.quiet();
  stage.desk.reviews.set('REV-7', aReview());
  await stage.desk.send({ kind: 'review', review: 'REV-7' });
  await stage.quiet();
  const [only, ...others] = stage.slack.messages('#incidents');
  expect(others).toEqual([]);
  expect(only?.text.split('\n')[0]).toBe('⚪ UNKNOWN · 1 of 2 cannot be measured, 1 OK');
});

it('goes to the asker alone, once and finished, where the bot cannot see the channel', async () => {
  stage = await startSlackStage({
    slack: {
      channels: [
        { id: 'C0INCIDENTS', name: 'incidents', members: ['U0RITA'], botIsMember: true },
        { id: 'C0SECRET', name: 'secret', members: ['U0RITA'], isPrivate: true, botIsMember: false },
      ],
    },
  });
  stage.desk.reviews.set('REV-7', running);
  await stage.slack.command('rita', '#secret', 'health');
  await until('the command', () => stage.desk.asked.length === 1);
  const to = stage.desk.asked[0]?.request.to ?? { person: 'U0RITA' };
  await stage.desk.send({ kind: 'review', review: 'REV-7', to });
  await stage.quiet();
  stage.desk.reviews.set('REV-7', aReview());
  await stage.desk.send({ kind: 'review', review: 'REV-7', to });
  await stage.quiet();
  const whispers = stage.slack.ephemerals('rita').filter((one) => one.text.includes('cannot be measured'));
  expect(whispers).toHaveLength(1);
  expect(stage.slack.messages('#secret').filter((one) => one.subtype === undefined)).toEqual([]);
});

it('goes to the asker as a direct message when there is no other way', async () => {
  stage = await startSlackStage();
  stage.desk.reviews.set('REV-7', aReview());
  await stage.desk.send({ kind: 'review', review: 'REV-7', to: { person: 'U0RITA', place: 'C0NOWHERE' } });
  await stage.quiet();
  const direct = stage.slack.channels().find((channel) => channel.isIm);
  expect(wordsOf(direct?.messages.at(-1))).toContain('Daily health check');
});

it('lets a person accept a gap until a day within 180 days, with a reason', async () => {
  stage = await startSlackStage();
  const message = await posted();
  await stage.slack.click('lena', message, 'acgs.accept-gap');
  const form = await until('the form', () => stage.slack.openView('lena'));
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  expect((await stage.slack.submit('lena', form.id, { until: day(182), reason: 'x' })).errors).toHaveProperty('until');
  expect((await stage.slack.submit('lena', form.id, { until: day(-2), reason: 'x' })).errors).toHaveProperty('until');
  await stage.slack.submit('lena', form.id, { until: day(180), reason: 'buckets come in March' });
  await until('the acceptance', () => stage.desk.asked.length === 1);
  const [gap] = (stage.desk.asked[0]?.with ?? []) as readonly { until: number }[];
  expect(gap).toMatchObject({ check: 'p99', level: 'warning', reason: 'buckets come in March' });
  expect(gap?.until).toBeGreaterThan(Date.now() + 178 * 86_400_000);
  expect(gap?.until).toBeLessThanOrEqual(Date.now() + 180 * 86_400_000);
  expect(stage.slack.findings).toEqual([]);
});

it('answers a gap button kindly when nothing is left to accept', async () => {
  stage = await startSlackStage();
  const message = await posted();
  stage.desk.reviews.set('REV-7', aReview({ gaps: [] }));
  await stage.slack.click('lena', message, 'acgs.accept-gap');
  const said = await until('the answer', () => stage.slack.ephemerals('lena').at(-1));
  expect(said.text).toContain('Nothing was done');
});
