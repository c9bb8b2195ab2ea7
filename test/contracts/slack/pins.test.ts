// Messages for the record, by the pushpin and by the shortcut: stored before the 200, worked once, and only for who may.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { person } from '../../../src/core/actor.ts';
import { type Store, StoreUnavailable } from '../../../src/core/ports.ts';
import type { PretendMessage } from '../../../src/simulator/slack/workspace.ts';
import { anIncident } from '../../support/face-views.ts';
import { postSigned, pushpin } from '../../support/slack-requests.ts';
import { type SlackStage, type StageOptions, startSlackStage, until } from '../../support/slack-stage.ts';

let stage: SlackStage;
afterEach(async () => stage.stop());

const staff = [
  { id: 'U0RITA', name: 'rita' },
  { id: 'U0LENA', name: 'lena' },
  { id: 'U0GUEST', name: 'guest', isRestricted: true },
  { id: 'U0GONE', name: 'gone', deleted: true },
  { id: 'U0ROBOT', name: 'robot', isBot: true },
  { id: 'U0PARTNER', name: 'partner', teamId: 'T0PARTNER' },
];

let away = false;
const withInbox = (store: Store): Store => ({
  ...store,
  inbox: {
    ...store.inbox,
    take: async (one) => (away ? Promise.reject(new StoreUnavailable('no connection')) : store.inbox.take(one)),
  },
});

/** An incident with rita and lena in its channel, and what lena wrote there. */
let room: string;
let written: PretendMessage;
async function start(options: StageOptions = {}): Promise<void> {
  away = false;
  const slack = { people: staff, groups: [], eventRetryDelaysMs: [100, 100, 100], ...options.slack };
  stage = await startSlackStage({ around: withInbox, ...options, slack });
  await stage.desk.declare(anIncident());
  await stage.quiet();
  await until('the connection', () => stage.face.status().connected);
  room = stage.room() ?? '#incidents';
  for (const who of staff) stage.slack.join(who.name, room);
  written = await said('lena', room, 'the gateway was restarted &lt;twice&gt;');
}

async function said(who: string, channel: string, text: string, thread?: string): Promise<PretendMessage> {
  await stage.slack.say(who, channel, text, thread);
  const all = stage.slack.channel(channel).messages;
  const last = all.findLast((message) => message.text === text);
  if (last === undefined) throw new Error(`${who} said nothing`);
  return last;
}

const pins = () => stage.desk.asked.filter((one) => one.what === 'pin');
const post = (body: string) => postSigned(stage.slack, stage.url, body, 'application/json');
const idle = () => until('an empty inbox', async () => (await stage.store.inbox.backlog()).waiting === 0);

describe('a pushpin in the channel of an incident', () => {
  beforeEach(() => start());

  it('puts the message on record: by its author, at the time it was written, pinned by whoever reacted', async () => {
    await stage.slack.react('rita', written, 'pushpin');
    await until('the pin', () => pins().length === 1);
    expect(pins()[0]).toMatchObject({
      with: [
        'INC-42',
        {
          text: 'the gateway was restarted <twice>',
          writtenAt: Math.floor(Number(written.ts) * 1_000),
          author: person('U0LENA'),
          source: `${room}/${written.ts}`,
        },
      ],
      request: { actor: person('U0RITA'), to: { person: 'U0RITA', place: room } },
    });
  });

  it('F02: delivered five times with one event_id is worked once, and acknowledged each time', async () => {
    const event = pushpin(stage.slack, 'U0RITA', written);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => post(event)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    await until('the pin', () => pins().length === 1);
    await idle();
    expect((await post(event)).status).toBe(200);
    await idle();
    expect(pins()).toHaveLength(1);
  });

  it('F02: is not acknowledged before it is stored, and the redelivery of Slack does it then, once', async () => {
    away = true;
    await stage.slack.react('rita', written, 'pushpin');
    await until('the complaint', () => stage.complaints.some((line) => line.includes('could not be processed')));
    expect(pins()).toEqual([]);
    away = false;
    await until('the pin', () => pins().length === 1);
    await stage.slack.settled();
    await idle();
    expect(pins()).toHaveLength(1);
  });

  it('finds a reply in a thread as well', async () => {
    const reply = await said('rita', room, 'it was the deployment', written.ts);
    await stage.slack.react('lena', reply, 'pushpin');
    await until('the pin', () => pins().length === 1);
    expect(pins()[0]?.with[1]).toMatchObject({ text: 'it was the deployment', author: person('U0RITA') });
  });

  it('waits for a Slack that is away, and is not lost', async () => {
    stage.slack.faults.fail('reactions.get', { kind: 'http', status: 503 });
    await stage.slack.react('rita', written, 'pushpin');
    await until('the complaint', () => stage.complaints.some((line) => line.includes('waits for Slack')));
    await until('the pin', () => pins().length === 1);
    await idle();
  });

  it('says so when the message is gone', async () => {
    stage.slack.faults.fail('reactions.get', { kind: 'error', error: 'message_not_found' });
    await stage.slack.react('rita', written, 'pushpin');
    const answer = await until('the answer', () => stage.slack.ephemerals('rita').at(-1));
    expect(answer.text).toContain('Nothing was noted: the message is gone.');
    expect(pins()).toEqual([]);
  });
});

describe('everything else that Slack tells', () => {
  beforeEach(() => start());

  it('other reactions, and pushpins elsewhere, are acknowledged and ignored', async () => {
    await stage.slack.react('rita', written, 'eyes');
    const elsewhere = await said('rita', '#incidents', 'lunch');
    await stage.slack.react('rita', elsewhere, 'pushpin');
    expect((await post(JSON.stringify({ type: 'event_callback', event_id: 'Ev1', event: { type: 'x' } }))).status).toBe(
      200,
    );
    await idle();
    expect(pins()).toEqual([]);
    expect(stage.slack.ephemerals('rita')).toEqual([]);
  });

  it.each([
    ['guest', 'U0GUEST', 'guest', /Guests cannot use/],
    ['a deactivated account', 'U0GONE', 'deactivated', undefined],
    ['a bot', 'U0ROBOT', 'bot', undefined],
    ['a person of a workspace that shares the channel', 'U0PARTNER', 'foreign', /other workspaces/],
  ])('F15: a pushpin of %s is refused and stands in the log', async (_who, id, code, told) => {
    await post(pushpin(stage.slack, id, written));
    await until('the line', () =>
      stage.complaints.some((line) => line.startsWith('refused') && line.includes(id) && line.includes(`"${code}"`)),
    );
    await idle();
    expect(pins()).toEqual([]);
    if (told !== undefined)
      await until('the answer', () => stage.slack.ephemerals(id).some((one) => told.test(one.text)));
    else expect(stage.slack.ephemerals(id)).toEqual([]);
  });

  it.each([
    ['workspace', { team_id: 'T0OTHER' }],
    ['organisation', { enterprise_id: 'E0OTHER' }],
  ])('F15: an event of another %s is refused and stands in the log', async (_what, over) => {
    await post(pushpin(stage.slack, 'U0RITA', written, over));
    await until('the line', () =>
      stage.complaints.some((line) => line.startsWith('refused') && line.includes('foreign')),
    );
    await idle();
    expect(pins()).toEqual([]);
  });
});

describe('the shortcut', () => {
  it('brings the message along, is worked once, and says so where it is not clear which incident is meant', async () => {
    await start();
    const elsewhere = await said('lena', '#incidents', 'support has twelve tickets');
    const delivery = await stage.slack.shortcut('rita', 'acgs.add-to-incident', elsewhere);
    expect(delivery.status).toBe(200);
    const answer = await until('the answer', () => stage.slack.ephemerals('rita').at(-1));
    // The desk of tests keeps no projection, so none is open for the store.
    expect(answer.text).toContain('not clear which incident');
    const inside = await stage.slack.shortcut('rita', 'acgs.add-to-incident', written);
    await until('the pin', () => pins().length === 1);
    expect(stage.slack.calls('reactions.get')).toEqual([]);
    expect((await inside.replay()).status).toBe(200);
    await idle();
    expect(pins()).toHaveLength(1);
  });
});

it('without a channel of its own, the incident is known by the thread of its card', async () => {
  await start({ config: { incidentChannels: false } });
  const card = await until('the card', () => stage.slack.messages('#incidents')[0]);
  const reply = await said('lena', '#incidents', 'rolled back', card.ts);
  await stage.slack.react('rita', reply, 'pushpin');
  await until('the pin', () => pins().length === 1);
  expect(pins()[0]?.with[0]).toBe('INC-42');
});
