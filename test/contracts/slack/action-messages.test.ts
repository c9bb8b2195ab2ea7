// Messages of an action that nobody remembers, because their posting was doubtful, become known by a click; ours are replaced when they are lost.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { person } from '../../../src/core/actor.ts';
import type { IncidentEvent } from '../../../src/core/event.ts';
import { showAction } from '../../../src/response/actions/act.ts';
import type { PretendMessage } from '../../../src/simulator/slack/workspace.ts';
import { asBot } from '../../support/as-bot.ts';
import { anAction, anIncident, nightMs } from '../../support/face-views.ts';
import { type SlackStage, startSlackStage, until } from '../../support/slack-stage.ts';
import { buttonsOf } from '../../support/story.ts';

const incident = 'INC-42';
const approve = 'acgs.action.approve';
const waiting = anAction();
const over = anAction({ state: 'cancelled', outcome: 'the first outcome', missing: [], moves: [] });

let stage: SlackStage;
let own: PretendMessage;
beforeEach(async () => {
  stage = await startSlackStage();
  const { slack, store, desk } = stage;
  await store.transact((tx) =>
    tx.append(
      incident,
      0,
      onRecord.map((event) => ({ at: nightMs, actor: person('U0RITA'), event })),
    ),
  );
  await desk.declare(anIncident());
  await draw(waiting);
  own = await messageOf();
  for (const who of ['rita', 'omar']) slack.join(who, own.channel);
});
afterEach(() => stage.stop());

/** A click finds the incident of its action here. */
const onRecord: readonly IncidentEvent[] = [
  {
    type: 'declared',
    number: 42,
    runbook: 'latency',
    title: 'Latency is high',
    scope: 'agent-bus',
    severity: 'critical',
    headline: 'p99',
    checks: ['p99'],
    separate: false,
  },
  {
    type: 'action-proposed',
    action: waiting.id,
    definition: waiting.definition,
    title: waiting.title,
    step: waiting.step,
    risk: waiting.risk,
    system: 'redis',
    kind: 'flushdb',
    params: {},
  },
];

/** The action moves on, and the outbox draws what shows it. */
async function draw(view: typeof waiting): Promise<void> {
  stage.desk.actions.set(view.id, view);
  await stage.store.transact((tx) => showAction(tx, incident, view.id));
  await stage.quiet();
}

/** The message that the bot remembers. */
async function messageOf(): Promise<PretendMessage> {
  const [channel = '', ts = ''] = (await stage.store.faceRef(waiting.id, 'message'))?.split('/') ?? [];
  return at(channel, ts);
}

function at(channel: string, ts: string): PretendMessage {
  const found = stage.slack.channel(channel).messages.find((message) => message.ts === ts);
  if (found === undefined) throw new Error(`there is no message ${ts} in ${channel}`);
  return found;
}

/** A second message with the buttons of the first. */
async function forgotten(channel = own.channel) {
  const thread = channel === own.channel ? { thread_ts: own.threadTs } : {};
  const ts = await asBot(stage.slack, 'chat.postMessage', { channel, ...thread, text: own.text, blocks: own.blocks });
  return { channel, ts, now: () => at(channel, ts) };
}

describe('F08: a forgotten message of an action whose button is pressed when it is too late', () => {
  it('loses its buttons also when Slack takes no edit at that moment, and later changes reach it', async () => {
    const copy = await forgotten();
    stage.desk.actions.set(over.id, over);
    stage.slack.faults.fail('chat.update', { kind: 'ratelimited', retryAfter: 1 });
    await stage.slack.click('rita', copy, approve);
    await until('the copy drawn anew', () => /CANCELLED/.test(copy.now().text));
    expect(stage.slack.calls('chat.update').some((call) => !call.ok)).toBe(true);
    expect(buttonsOf(copy.now())).toEqual([]);

    await draw({ ...over, outcome: 'the second outcome' });
    expect(copy.now().text).toContain('the second outcome');
    expect((await messageOf()).text).toBe(copy.now().text);
  });

  it('is not lost when two people press two of them at once, and in a direct message it stays a question', async () => {
    const [copy, direct] = [await forgotten(), await forgotten(stage.slack.openDirectMessage('omar'))];
    stage.desk.actions.set(over.id, over);
    await Promise.all([stage.slack.click('rita', copy, approve), stage.slack.click('omar', direct, approve)]);
    await until('both drawn anew', () => [copy, direct].every((one) => /CANCELLED/.test(one.now().text)));

    await draw(waiting);
    expect(buttonsOf(copy.now())).toEqual([`Approve "${waiting.title}"`, 'Reject', 'Cancel']);
    expect(direct.now().text).toContain('Your decision is asked for.');
    expect(buttonsOf(direct.now())).toEqual([`Approve "${waiting.title}"`, 'Reject']);
  });

  it('keeps nothing from being drawn when it is deleted later', async () => {
    const copies = [await forgotten(), await forgotten()] as const;
    stage.desk.actions.set(over.id, over);
    for (const copy of copies) {
      await stage.slack.click('rita', copy, approve);
      await until('the copy drawn anew', () => /CANCELLED/.test(copy.now().text));
    }
    const { channel, ts } = copies[0];
    await asBot(stage.slack, 'chat.delete', { channel, ts });
    await draw({ ...over, outcome: 'the second outcome' });
    for (const message of [await messageOf(), copies[1].now()]) expect(message.text).toContain('the second outcome');
    expect((await stage.store.outbox.backlog()).failed).toBe(0);
  });
});

describe('the message of an action', () => {
  const shown = () => stage.slack.calls('chat.postMessage').filter((call) => /CANCELLED/.test(String(call.args.text)));

  it('that was deleted is replaced once, and the other one follows from then on', async () => {
    await asBot(stage.slack, 'chat.delete', { channel: own.channel, ts: own.ts });
    await draw(over);
    await draw({ ...over, outcome: 'the second outcome' });
    const anew = await messageOf();
    expect(anew).toMatchObject({ channel: own.channel, threadTs: own.threadTs });
    expect(anew.text).toContain('the second outcome');
    expect(shown()).toHaveLength(1);
  });

  it('F28: in a channel that was archived goes on in the main channel', async () => {
    await asBot(stage.slack, 'conversations.archive', { channel: own.channel });
    await draw(over);
    const anew = await messageOf();
    expect(anew.channel).toBe('C0INCIDENTS');
    expect(anew.text).toContain('the first outcome');
    expect((await stage.store.outbox.backlog()).failed).toBe(0);
  });

  it('in a channel that some methods of Slack do not know for a moment gets no second one', async () => {
    stage.slack.faults.fail('chat.update', { kind: 'error', error: 'channel_not_found' }, 1, own.channel);
    await draw(over);
    expect((await messageOf()).ts).toBe(own.ts);
    expect((await messageOf()).text).toContain('the first outcome');
    expect(shown()).toEqual([]);
  });
});
