// The judges of the rig can say no: each promise is broken once here, and the judge of it notices.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { person, theBot } from '../../src/core/actor.ts';
import type { Event, Recorded } from '../../src/core/event.ts';
import { incidentFrom } from '../../src/core/incident.ts';
import { type Delivery, type PretendSlack, startPretendSlack } from '../../src/simulator/slack/workspace.ts';
import { notAccepted } from '../../src/slack/taking.ts';
import { anObservation } from '../support/face-views.ts';
import { judgeAcks, judgeDeliveries, judgeDurability } from './judge-deliveries.ts';
import { judgeChains, judgeRecord } from './judge-record.ts';
import { judgeSlack } from './judge-slack.ts';
import { type Entry, type Ledger, openLedger } from './ledger.ts';
import type { SeenRecord } from './record-seen.ts';

let slack: PretendSlack;
beforeAll(async () => {
  slack = await startPretendSlack({ rateLimits: 'generous', events: [] });
});
afterAll(() => slack.stop());

const untouched: SeenRecord = {
  inbox: new Map(),
  outbox: [],
  jobs: [],
  brokenChains: [],
  numbers: [],
  incidents: [],
  streams: new Map(),
  wrongProjections: [],
  refs: new Map(),
  drawn: new Map(),
  reviews: new Map(),
};

const lastLife = { undisturbedSince: 30_000, stoppedAt: 60_000 };

/** One declaration that was acknowledged and answered. */
function declaredOnce(
  over: Partial<Entry> & {
    readonly body?: string;
    readonly ackMs?: number;
    readonly answers?: number;
    readonly said?: readonly string[];
  } = {},
) {
  const ledger = openLedger();
  const marker = ledger.marker();
  const { body = '', ackMs = 40, answers = 1, said = ['said'] } = over;
  const delivery: Delivery = {
    kind: 'command',
    status: 200,
    ackMs,
    body,
    outcome: 'ok',
    answers: () => answers,
    said: () => said,
    replay: () => Promise.reject(new Error('nobody replays')),
  };
  const entry = {
    what: 'declare',
    how: 'command',
    who: 'rita',
    key: 'command 1',
    marker,
    sentAt: 1_000,
    delivery,
  } as const;
  ledger.write({ ...entry, ...over });
  return { ledger, marker };
}

function settled(outcome: string | null, settledAt: number | undefined = 2_000): SeenRecord['inbox'] {
  return new Map([['command 1', { key: 'command 1', outcome, takenAt: 1_000, settledAt }]]);
}

function streamOf(...events: readonly object[]): SeenRecord['streams'] {
  const recorded = events.map(
    (event, index): Recorded => ({
      stream: 'INC-1',
      seq: index + 1,
      at: 1_000,
      recordedAt: 1_000,
      actor: (event as Event).type === 'acknowledged' ? person('U0CROWD0') : theBot,
      event: event as Event,
      hash: '',
    }),
  );
  return new Map([['INC-1', recorded]]);
}

const declaration = (marker: string) => ({ type: 'declared', number: 1, checks: [], note: { private: marker } });

describe('the judge of deliveries', () => {
  const judge = (ledger: Ledger, seen: Partial<SeenRecord>) =>
    judgeDeliveries(ledger, slack, { ...untouched, ...seen });

  it('is content with one effect and its answer', () => {
    const { ledger, marker } = declaredOnce();
    const seen = { inbox: settled('declared INC-1'), streams: streamOf(declaration(marker)) };
    expect(judge(ledger, seen)).toEqual([]);
  });

  it.each<[string, Parameters<typeof declaredOnce>[0], (marker: string) => Partial<SeenRecord>]>([
    ['acknowledged and not on record', {}, () => ({})],
    [
      'never settled',
      {},
      () => ({
        inbox: new Map([['command 1', { key: 'command 1', outcome: null, takenAt: 1, settledAt: undefined }]]),
      }),
    ],
    ['without an effect', { answers: 0 }, () => ({ inbox: settled('declared INC-1') })],
    [
      'took effect 2 times',
      {},
      (marker) => ({ inbox: settled('declared INC-1'), streams: streamOf(declaration(marker), declaration(marker)) }),
    ],
    [
      'told as not accepted, and took effect',
      { body: 'Not accepted, nothing started. Try again in a minute.' },
      (marker) => ({ streams: streamOf(declaration(marker)) }),
    ],
    [
      'nobody saw what came of it',
      { answers: 0 },
      (marker) => ({ inbox: settled('declared INC-1'), streams: streamOf(declaration(marker)) }),
    ],
    ['broke', {}, (marker) => ({ inbox: settled('failed: 1'), streams: streamOf(declaration(marker)) })],
  ])('notices: %s', (said, over, seenWith) => {
    const { ledger, marker } = declaredOnce(over);
    expect(judge(ledger, seenWith(marker)).join('\n')).toContain(said);
  });

  it.each<[string, readonly string[], number]>([
    ['counts a click whose repeat was told that nothing could be stored', [notAccepted], 0],
    ['notices a click that was refused and has its effect all the same', ['It is acknowledged already.'], 1],
  ])('%s', (_what, said, objections) => {
    const { ledger } = declaredOnce({ what: 'acknowledge', how: 'click', incident: 'INC-1', said });
    const streams = streamOf(declaration(''), { type: 'acknowledged' });
    const incident = incidentFrom(streams.get('INC-1') ?? []);
    const inbox = settled('done');
    const incidents = incident === undefined ? [] : [incident];
    expect(judge(ledger, { inbox, streams, incidents })).toHaveLength(objections);
  });

  it('asks for no record of what was answered at once while nothing could be stored', () => {
    const { ledger } = declaredOnce({ what: 'look', body: '{"response_type":"ephemeral","text":"2 open"}' });
    expect(judge(ledger, {})).toEqual([]);
    expect(judge(ledger, { inbox: settled('done') })).toHaveLength(1);
  });

  it('notices at the moment of a kill what is not durable', () => {
    expect(judgeDurability(declaredOnce().ledger, slack, untouched)).toHaveLength(1);
  });

  it('notices a late acknowledgement, but not while the bot was away or the machine held it up', () => {
    const { ledger } = declaredOnce({ ackMs: 3_100 });
    const breath = (ms: number) => ({ heldUpMs: () => ms, stop: () => undefined });
    expect(judgeAcks(ledger, [], breath(0)).problems).toHaveLength(1);
    expect(judgeAcks(ledger, [{ from: 2_000, readyAt: 9_000 }], breath(0)).problems).toEqual([]);
    expect(judgeAcks(ledger, [], breath(1_200))).toEqual({ problems: [], unmeasured: 1 });
  });
});

describe('the judge of the record', () => {
  const level = { type: 'escalated', how: 'called', level: 'L1', name: 'On-call engineer', people: [] };
  const { measurement: _none, ...nothing } = anObservation({ verdict: 'ok', limits: [], rows: [] });

  it('notices holes in the numbers and chains that do not verify', () => {
    expect(judgeChains({ ...untouched, numbers: [1, 3], brokenChains: ['INC-1 at 2: changed'] })).toHaveLength(2);
  });

  it.each<[string, readonly object[]]>([
    ['called L1 twice', [declaration(''), level, level]],
    ['acknowledged 2 times', [declaration(''), { type: 'acknowledged' }, { type: 'acknowledged' }]],
    [
      'resolved 2 times',
      [
        declaration(''),
        { type: 'resolved', as: 'resolved', reason: {} },
        { type: 'resolved', as: 'resolved', reason: {} },
      ],
    ],
    ['is green without data', [declaration(''), { type: 'observed', round: 1, observation: nothing }]],
    ['left lying: level L2 of INC-1', [declaration(''), level]],
    ['is open and nobody watches it', [declaration('')]],
  ])('notices: %s', (said, events) => {
    const streams = streamOf(...events);
    const incident = incidentFrom(streams.get('INC-1') ?? []);
    const seen = { ...untouched, streams, incidents: incident === undefined ? [] : [incident] };
    expect(judgeRecord(seen, lastLife).join('\n')).toContain(said);
  });

  it('notices a projection that differs, a notice that was given up and a job that nobody does', () => {
    const problems = judgeRecord(
      {
        ...untouched,
        wrongProjections: ['INC-1'],
        outbox: [
          { id: '1', lane: 'INC-1', notice: { kind: 'post-card', incident: 'INC-1' }, failed: true, why: 'refused' },
        ],
        jobs: [{ state: 'failed', job: { kind: 'escalate', incident: 'INC-1', level: 'L2' }, dueAt: 0, startedAt: 0 }],
      },
      lastLife,
    );
    expect(problems).toHaveLength(3);
  });

  const turn = { job: { kind: 'watch-recovery', incident: 'INC-1' }, dueAt: 60_000 } as const;

  it('notices a second turn of a watch, whatever the two are at', () => {
    const incident = incidentFrom(streamOf(declaration('')).get('INC-1') ?? []);
    const incidents = incident === undefined ? [] : [incident];
    const next = { ...turn, state: 'created', startedAt: undefined };
    for (const state of ['created', 'retry', 'active']) {
      const jobs = [next, { ...turn, state, startedAt: 1_000 }];
      expect(judgeRecord({ ...untouched, incidents, jobs }, lastLife).join('\n')).toContain('INC-1 is watched 2 times');
    }
    expect(judgeRecord({ ...untouched, incidents, jobs: [next] }, lastLife).join('\n')).not.toContain('watched');
  });

  it('notices a job that a stop left running, and knows it from one of a kill or an outage before', () => {
    const left = (startedAt: number) =>
      judgeRecord({ ...untouched, jobs: [{ ...turn, state: 'active', startedAt }] }, lastLife).join('\n');
    expect(left(lastLife.undisturbedSince)).toContain('was left running by a stop');
    expect(left(lastLife.undisturbedSince - 1)).toBe('');
  });
});

describe('the judge of Slack', () => {
  async function post(channel: string, text: string, more: object = {}): Promise<void> {
    const answer = await fetch(`${slack.url}/api/chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ channel, text, ...more }),
    });
    expect(await answer.json()).toMatchObject({ ok: true });
  }
  const judge = (seen: Partial<SeenRecord> = {}, log = '') =>
    judgeSlack(slack, { ...untouched, ...seen }, openLedger(), log).problems.join('\n');

  it('notices a message that stands twice, an incident without a room, and a secret', async () => {
    expect(judge()).toBe('');
    const metadata = { event_type: 'acgs_outbox', event_payload: { op: 'row-1', part: 1 } };
    await post('C0INCIDENTS', 'L1 On-call engineer', { metadata });
    await post('C0INCIDENTS', 'L1 On-call engineer', { metadata });
    expect(judge()).toContain('posted twice');
    const incident = incidentFrom(streamOf(declaration('')).get('INC-1') ?? []);
    expect(judge({ incidents: incident === undefined ? [] : [incident] })).toContain('INC-1 has 0 rooms');
    expect(judge({}, 'connecting as xoxb-rig-planted-bot-token')).toContain('the log shows botToken');
    await post('C0INCIDENTS', 'the password is rigplanteddatabasepassword');
    expect(judge()).toContain('a message shows databasePassword');
  });
});
