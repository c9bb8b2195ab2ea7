// What takes too long: set-up, places that never come, calls that always fail; nothing waits for ever, and a Slack that is away costs nothing.

import { afterEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../../src/core/notice.ts';
import type { Store } from '../../../src/core/ports.ts';
import { anIncident } from '../../support/face-views.ts';
import { type SlackStage, startSlackStage, until, wordsOf } from '../../support/slack-stage.ts';

let stage: SlackStage;
afterEach(async () => stage.stop());

const incident = 'INC-42';
const minute = 60_000;
const broken = { kind: 'error', error: 'internal_error' } as const;
const say = (text: string) => ({ kind: 'say', incident, where: 'channel', text }) as const;
const call: Notice = { kind: 'call', incident, level: 'L1', name: 'On-call', people: ['U0RITA'], why: 'new' };

/** Rows that `which` picks come to the publisher as if they had waited so long. */
function aged(byMs: number, which: (notice: Notice) => boolean = () => true): (store: Store) => Store {
  return (store) => ({
    ...store,
    outbox: {
      ...store.outbox,
      claim: async (limit) =>
        (await store.outbox.claim(limit)).map((row) =>
          which(row.notice) ? { ...row, waitedMs: row.waitedMs + byMs } : row,
        ),
    },
  });
}

/** Sends each notice in the lane that the real desk gives it. */
async function send(lane: string, ...notices: readonly Notice[]): Promise<void> {
  await stage.store.transact(async (tx) => {
    for (const notice of notices) await tx.send({ lane, notice });
  });
}

function lines(room: string): readonly string[] {
  return stage.slack
    .messages(room)
    .flatMap((one) => (one.subtype === undefined ? [one.text.split('\n')[0] ?? ''] : []));
}

describe('set-up', () => {
  it('gives up a channel that Slack fails to make for a minute, says so, and goes on in the main channel', async () => {
    stage = await startSlackStage({ around: aged(minute, (notice) => notice.kind === 'open-room') });
    stage.slack.faults.fail('conversations.create', broken, Number.POSITIVE_INFINITY);
    await stage.desk.declare(anIncident());
    await stage.desk.send(say('state'));
    await stage.quiet();
    expect(stage.desk.setupFailures).toEqual([
      { incident, step: 'channel', why: expect.stringContaining('internal_error') },
    ]);
    const [card] = stage.slack.messages('#incidents');
    expect(wordsOf(card)).toContain('No channel of its own');
    expect(stage.slack.thread('#incidents', card?.ts ?? '').map((one) => one.text)).toContain('state');
  });

  it('that is younger is tried again', async () => {
    stage = await startSlackStage();
    stage.slack.faults.fail('conversations.create', { kind: 'http', status: 500 }, 2);
    await stage.desk.declare(anIncident());
    await stage.quiet();
    expect(stage.desk.setupFailures).toEqual([]);
    expect(stage.room()).toBeDefined();
  });

  it('that gave up the card posts it with the next redraw, when Slack takes it again', async () => {
    stage = await startSlackStage({ around: aged(minute, (notice) => notice.kind === 'post-card') });
    stage.slack.faults.fail('chat.postMessage', { kind: 'http', status: 500 }, 2);
    await stage.desk.declare(anIncident());
    await stage.quiet();
    expect(stage.desk.setupFailures.map((one) => one.step)).toEqual(['card']);
    expect(lines(stage.room() ?? '')).toEqual([expect.stringContaining('CRITICAL')]);
  });

  it('holds up neither the call nor the announcement, which names the channel as soon as there is one', async () => {
    stage = await startSlackStage();
    stage.slack.faults.fail('conversations.create', broken, Number.POSITIVE_INFINITY);
    stage.desk.incidents.set(incident, anIncident());
    const started = Date.now();
    await send(incident, { kind: 'open-room', incident }, { kind: 'post-card', incident });
    await send(`${incident}:announce`, { kind: 'announce', incident });
    await send(`${incident}:call`, call);
    const announced = await until('the announcement', () => stage.slack.messages('#incidents')[0]);
    expect(Date.now() - started).toBeLessThan(3_000);
    await until('the call', () => lines('#incidents').some((text) => text.includes('L1 On-call')), 11_000);
    expect(Date.now() - started).toBeGreaterThan(7_900);
    stage.slack.faults.clear();
    const room = await until('the channel', () => stage.room(), 20_000);
    await stage.quiet();
    const redrawn = stage.slack.messages('#incidents').find((one) => one.ts === announced.ts);
    expect(wordsOf(redrawn)).toContain(`"channel_id":"${room}"`);
    expect(lines(room)).toEqual([expect.stringContaining('CRITICAL')]);
  }, 45_000);

  it('that came too late for a call does not make the call twice when its first answer was lost', async () => {
    stage = await startSlackStage({ around: aged(minute, (notice) => notice.kind === 'call') });
    stage.desk.incidents.set(incident, anIncident());
    stage.slack.faults.fail('chat.postMessage', { kind: 'reset', applied: true });
    await send(`${incident}:call`, call);
    const called = (where: string) => lines(where).filter((text) => text.includes('L1 On-call')).length;
    await until('the call in the main channel', () => called('#incidents') === 1);
    await send(incident, { kind: 'open-room', incident }, { kind: 'post-card', incident });
    const room = await until('the channel', () => stage.room());
    await stage.quiet();
    expect([called('#incidents'), called(room)]).toEqual([1, 0]);
  });

  it('names the channel in an announcement that was under way while the channel was made', async () => {
    stage = await startSlackStage();
    stage.slack.faults.fail('chat.postMessage', { kind: 'delay', ms: 1_500 });
    stage.desk.incidents.set(incident, anIncident());
    await send(`${incident}:announce`, { kind: 'announce', incident });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await send(incident, { kind: 'open-room', incident });
    await stage.quiet();
    expect(wordsOf(stage.slack.messages('#incidents')[0])).toContain(`"channel_id":"${stage.room()}"`);
  });
});

describe('a place that never comes', () => {
  it('is waited for two minutes, then the main channel has the line', async () => {
    stage = await startSlackStage({ around: aged(2 * minute + 1) });
    stage.desk.incidents.set(incident, anIncident());
    await stage.desk.send(say('in the channel'), { kind: 'evidence', incident, round: 1 });
    await stage.quiet();
    expect(lines('#incidents')).toEqual(['in the channel', expect.stringContaining('Evidence of INC-42')]);
  });

  it('is not waited for where incidents get no channels, and that stays so when the configuration changes', async () => {
    stage = await startSlackStage({ config: { incidentChannels: false } });
    await stage.desk.declare(anIncident(), ['U0RITA']);
    await stage.desk.send(say('state'), call);
    await stage.quiet();
    expect(lines('#incidents')[0]).toContain('CRITICAL');
    const kept = (await stage.store.faceRef(incident, 'channel')) ?? '';
    await stage.stop();

    stage = await startSlackStage({ start: false });
    await stage.store.transact((tx) => tx.setFaceRefs(incident, { channel: kept }));
    await stage.desk.declare(anIncident(), ['U0RITA']);
    await stage.desk.send(say('state'), call);
    await stage.face.start();
    await stage.quiet();
    expect(stage.room()).toBeUndefined();
    const [card] = stage.slack.messages('#incidents');
    expect(stage.slack.thread('#incidents', card?.ts ?? '').map((one) => one.text)).toContain('state');
    expect(stage.desk.setupFailures).toEqual([]);
  });
});

describe('a row that always fails', () => {
  it('is put aside after ten minutes of doubt, and its lane goes on', async () => {
    stage = await startSlackStage({ around: aged(10 * minute, (notice) => notice.kind === 'say') });
    await stage.desk.declare(anIncident());
    await stage.quiet();
    stage.slack.faults.fail('chat.postMessage', { ...broken, applied: false }, 2);
    await stage.desk.send(say('stuck'), say('free'));
    await stage.quiet();
    expect(lines(stage.room() ?? '').slice(1)).toEqual(['free']);
    expect((await stage.store.outbox.backlog()).failed).toBe(1);
  });

  it('is kept, however old, while Slack as a whole is away', async () => {
    stage = await startSlackStage({ around: aged(30 * minute) });
    stage.slack.faults.down(true);
    await stage.desk.declare(anIncident());
    await stage.desk.send(say('after all'));
    const failed = () => stage.complaints.filter((line) => line.includes('did not go out')).length;
    await until('some failed attempts', () => failed() >= 3);
    stage.slack.faults.down(false);
    await stage.quiet();
    expect(stage.desk.setupFailures).toEqual([]);
    expect([...lines(stage.room() ?? ''), ...lines('#incidents')]).toContain('after all');
  });

  it('by a mistake of ours is tried five times, and attempts that only waited do not count', async () => {
    stage = await startSlackStage();
    const { incidentView } = stage.desk;
    let asked = 0;
    stage.desk.incidentView = async (id) => {
      asked += 1;
      if (asked === 8) throw new Error('a mistake of ours');
      return asked < 8 ? anIncident() : incidentView(id);
    };
    await stage.desk.send(say('after all'));
    await until('the mistake', () => stage.complaints.some((line) => line.includes('could not be drawn')));
    await stage.desk.declare(anIncident());
    await stage.quiet();
    expect(lines(stage.room() ?? '')).toContain('after all');
  });
});
