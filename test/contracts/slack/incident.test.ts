// An incident as people see it in Slack: its channel, card, buttons, forms, and old buttons.

import { afterEach, describe, expect, it } from 'vitest';
import { person } from '../../../src/core/actor.ts';
import type { PretendMessage } from '../../../src/simulator/slack/workspace.ts';
import { anIncident, aResolvedIncident } from '../../support/face-views.ts';
import { postSigned } from '../../support/slack-requests.ts';
import { type SlackStage, startSlackStage, until, wordsOf } from '../../support/slack-stage.ts';

let stage: SlackStage;
afterEach(async () => stage.stop());

async function declared(): Promise<{ room: string; card: PretendMessage }> {
  await stage.desk.declare(anIncident(), ['S0RESPOND', 'U0OMAR', 'C0NOBODY']);
  await stage.quiet();
  const room = await until('the channel', () => stage.room());
  const card = await until('the card', () =>
    stage.slack.messages(room).find((message) => message.botId !== undefined && message.subtype === undefined),
  );
  return { room, card };
}

describe('setting an incident up', () => {
  it('gives it a channel, a pinned card, a topic, people and an announcement, and nothing twice', async () => {
    stage = await startSlackStage({
      slack: { rateLimits: 'slack', eventualConsistency: { afterCreate: 2, afterInvite: 1 } },
    });
    const { room, card } = await declared();
    const channel = stage.slack.channel(room);
    expect(channel.name).toBe('inc-20261124-42-latency');
    expect(channel.pins).toEqual([card.ts]);
    expect(channel.topic).toContain('INC-42 High latency · 🔴 CRITICAL · P99 19.0 ms > 5 ms');
    expect(channel.members).toEqual(expect.arrayContaining(['U0RITA', 'U0OMAR', 'U0LENA']));
    expect(card.text.split('\n')[0]).toBe('🔴 CRITICAL · P99 19.0 ms &gt; 5 ms · rising since 02:14 UTC · agent-bus');
    expect(stage.desk.incidents.get('INC-42')?.room).toMatchObject({
      room,
      link: expect.stringContaining(`/archives/${room}`),
    });
    const announced = stage.slack.messages('#incidents');
    expect(announced).toHaveLength(1);
    expect(wordsOf(announced[0])).toContain(`"channel_id":"${room}"`);
    expect(stage.desk.setupFailures).toEqual([
      { incident: 'INC-42', step: 'invite', why: expect.stringContaining('C0NOBODY') },
    ]);
    expect(stage.slack.findings).toEqual([]);
    expect(stage.slack.calls().filter((one) => one.error === 'ratelimited')).toEqual([]);
  });

  it('has the first news on the card while Slack takes its time with the invitations', async () => {
    stage = await startSlackStage();
    stage.slack.faults.fail('conversations.invite', { kind: 'delay', ms: 5_000 });
    await stage.desk.declare(anIncident(), ['U0OMAR']);
    const room = await until('the channel', () => stage.room());
    await until('the card', () => stage.slack.messages(room).some(({ botId }) => botId !== undefined));
    const stopped = { by: person('U0LENA'), at: anIncident().declaredAt + 60_000 };
    await stage.desk.change('INC-42', { escalation: { stopped, told: [], exhausted: false } });
    await until('the news', () => stage.slack.messages(room).some((one) => wordsOf(one).includes('Clock stopped')));
    expect(stage.slack.channel(room).members).not.toContain('U0OMAR');
    await stage.quiet();
    expect(stage.slack.channel(room).members).toContain('U0OMAR');
  });

  it('names people without mentioning them, except in a call', async () => {
    stage = await startSlackStage();
    const { room, card } = await declared();
    expect(wordsOf(card)).toContain('declared by');
    expect(wordsOf(card)).not.toMatch(/<@|"type":"user"/);
    await stage.desk.send({
      kind: 'call',
      incident: 'INC-42',
      level: 'L1',
      name: 'On-call engineer',
      people: ['S0ONCALL', 'U0RITA'],
      why: 'the incident is 0 min old',
    });
    const call = await until('the call', () =>
      stage.slack.messages(room).find((one) => one.text.includes('L1 On-call')),
    );
    expect(call.text).toMatch(/^<!subteam\^S0ONCALL> <@U0RITA> L1 On-call engineer: /);
  });

  it('puts calls and evidence where they belong although their lanes are faster than the set-up', async () => {
    stage = await startSlackStage({ start: false });
    stage.slack.faults.fail('conversations.create', { kind: 'delay', ms: 1_500 });
    await stage.desk.declare(anIncident());
    await stage.desk.send(
      { kind: 'call', incident: 'INC-42', level: 'L1', name: 'On-call engineer', people: ['U0RITA'], why: 'new' },
      { kind: 'evidence', incident: 'INC-42', round: 1 },
    );
    await stage.face.start();
    await stage.quiet();
    const room = stage.room() ?? '';
    const card = stage.slack.messages(room).find((message) => message.text.startsWith('🔴'));
    expect(stage.slack.messages('#incidents')).toHaveLength(1);
    expect(stage.slack.messages(room).some((one) => one.text.includes('L1 On-call'))).toBe(true);
    expect(stage.slack.thread(room, card?.ts ?? '').some((one) => one.text.startsWith('Evidence of INC-42'))).toBe(
      true,
    );
  });
});

describe('the buttons', () => {
  it('acknowledges once however often the same click is delivered, and redraws the card and the announcement', async () => {
    stage = await startSlackStage();
    const { room, card } = await declared();
    const click = await stage.slack.click('rita', card, 'acgs.acknowledge');
    expect(click).toMatchObject({ outcome: 'ok', status: 200 });
    expect((await click.replay()).status).toBe(200);
    await until('the redrawn card', () =>
      wordsOf(stage.slack.messages(room).find((one) => one.ts === card.ts)).includes('Clock stopped'),
    );
    await stage.quiet();
    expect(stage.desk.asked.map((one) => one.what)).toEqual(['acknowledge']);
    expect(stage.desk.asked[0]?.request).toMatchObject({
      actor: person('U0RITA'),
      to: { person: 'U0RITA', place: room },
    });
    const redrawn = stage.slack.messages(room).find((one) => one.ts === card.ts);
    expect(wordsOf(redrawn)).not.toContain('acgs.acknowledge');
    expect(stage.slack.messages('#incidents')[0]?.text).toContain('acknowledged by');
    expect(stage.slack.findings).toEqual([]);
  });

  it('F17: takes parameters from the record, never from the button', async () => {
    stage = await startSlackStage();
    const { card } = await declared();
    await stage.slack.click('rita', card, 'acgs.acknowledge', { forge: { action: { value: 'INC-999' } } });
    const said = await until('an answer', () => stage.slack.ephemerals('rita').at(-1));
    expect(said.text).toContain('There is no such incident');
    expect(stage.desk.asked).toEqual([]);
    const line = stage.complaints.find((one) => one.startsWith('refused') && one.includes('INC-999'));
    expect(line).toMatch(/"person":"U0RITA".*"why":"unknown-incident"/);
  });

  it('F16: a person named in a button or in a form is nobody: the signed envelope says who acts', async () => {
    stage = await startSlackStage();
    const { room, card } = await declared();
    const role = { selected_option: { value: 'take-command INC-42 U0LENA' } };
    await stage.slack.click('rita', card, 'acgs.more', { option: 'take-command INC-42', forge: { action: role } });
    await until('the role', () => stage.desk.asked.length === 1);
    const view = {
      id: 'V0FORGED',
      hash: '1.forged',
      callback_id: 'acgs.resolve',
      private_metadata: `INC-42 ${room} U0LENA`,
      state: { values: { reason: { reason: { value: 'over' } }, user: { user: { value: 'U0LENA' } } } },
    };
    const payload = { type: 'view_submission', user: { id: 'U0RITA' }, team: { id: stage.slack.teamId }, view };
    const body = new URLSearchParams({ payload: JSON.stringify({ ...payload, trigger_id: '1.2.forged' }) }).toString();
    expect((await postSigned(stage.slack, stage.url, body, 'application/x-www-form-urlencoded')).status).toBe(200);
    await until('the resolve', () => stage.desk.asked.length === 2);
    expect(stage.desk.asked.map((one) => [one.what, one.request.actor])).toEqual([
      ['takeRole', person('U0RITA')],
      ['resolve', person('U0RITA')],
    ]);
  });

  it('runs what the overflow menu offers', async () => {
    stage = await startSlackStage();
    const { card } = await declared();
    await stage.slack.click('lena', card, 'acgs.more', { option: 'take-command INC-42' });
    await until('the role', () => stage.desk.asked.some((one) => one.what === 'takeRole'));
    expect(stage.desk.asked[0]?.with).toEqual(['INC-42', 'commander']);
  });

  it('answers an old button kindly: what happened since, and where the live card is', async () => {
    stage = await startSlackStage();
    const { card } = await declared();
    await stage.desk.change('INC-42', { ...aResolvedIncident() });
    await stage.quiet();
    await stage.slack.click('omar', card, 'acgs.acknowledge', { stale: card });
    const said = await until('an answer', () => stage.slack.ephemerals('omar').at(-1));
    expect(said.text).toMatch(/INC-42 was resolved by .* at 02:48 UTC\. “cache warmed up”/);
    expect(said.text).toContain('/archives/');
    expect(stage.desk.asked).toEqual([]);
  });

  it('draws a resolved card without any button that was valid before', async () => {
    stage = await startSlackStage();
    const { room, card } = await declared();
    await stage.desk.change('INC-42', { ...aResolvedIncident() });
    await stage.quiet();
    const redrawn = wordsOf(stage.slack.messages(room).find((one) => one.ts === card.ts));
    expect(redrawn).toContain('✅ RESOLVED after 34 min');
    expect(redrawn).toContain('acgs.reopen');
    for (const gone of ['acgs.acknowledge', 'acgs.resolve"', 'acgs.recheck']) expect(redrawn).not.toContain(gone);
  });

  it('posts the card anew when somebody deleted it', async () => {
    stage = await startSlackStage();
    const { room, card } = await declared();
    stage.slack.faults.fail('chat.update', { kind: 'error', error: 'message_not_found' }, 2);
    await stage.desk.change('INC-42', { roles: { commander: person('U0LENA') } });
    await stage.quiet();
    const cards = stage.slack.messages(room).filter((one) => one.text.includes('INC-42 High latency, declared'));
    expect(cards).toHaveLength(2);
    expect(await stage.store.faceRef('INC-42', 'card')).toBe(`${room}/${cards[1]?.ts}`);
    expect(cards[1]?.ts).not.toBe(card.ts);
  });
});

describe('the forms', () => {
  it('resolves with a reason, and answers a refusal inside the form', async () => {
    stage = await startSlackStage();
    const { room, card } = await declared();
    await stage.slack.click('rita', card, 'acgs.resolve');
    const view = await until('the form', () => stage.slack.openView('rita'));
    stage.desk.fault = { whose: 'person', code: 'already-resolved', message: 'Lena resolved it already.' };
    const refused = await stage.slack.submit('rita', view.id, { reason: 'cache is warm' });
    expect(refused.errors).toEqual({ reason: 'Lena resolved it already.' });
    stage.desk.fault = undefined;
    const accepted = await stage.slack.submit('rita', view.id, { reason: ' cache is warm ' });
    expect(accepted.errors).toBeUndefined();
    await until('the resolve', () => stage.desk.asked.some((one) => one.what === 'resolve'));
    expect(stage.desk.asked[0]).toMatchObject({
      with: ['INC-42', { as: 'resolved', reason: 'cache is warm' }],
      request: { to: { person: 'U0RITA', place: room } },
    });
    expect((await accepted.replay()).status).toBe(200);
    expect(stage.desk.asked).toHaveLength(1);
    expect(stage.slack.findings).toEqual([]);
  });

  it('keeps a note with the time it happened', async () => {
    stage = await startSlackStage();
    const { card } = await declared();
    await stage.slack.click('rita', card, 'acgs.more', { option: 'note INC-42' });
    const view = await until('the form', () => stage.slack.openView('rita'));
    const hourAgo = Math.floor(Date.now() / 1_000) - 3_600;
    const future = await stage.slack.submit('rita', view.id, {
      text: 'x',
      when: Math.floor(Date.now() / 1_000) + 3_600,
    });
    expect(future.errors).toEqual({ when: 'This time is in the future.' });
    await stage.slack.submit('rita', view.id, { text: 'restarted a pod', when: hourAgo });
    await until('the note', () => stage.desk.asked.some((one) => one.what === 'note'));
    expect(stage.desk.asked[0]?.with).toEqual(['INC-42', 'restarted a pod', hourAgo * 1_000]);
  });

  it('F26: offers the same choice again when the form came too late', async () => {
    stage = await startSlackStage();
    const { card } = await declared();
    stage.slack.faults.fail('views.open', { kind: 'error', error: 'expired_trigger_id' });
    await stage.slack.click('rita', card, 'acgs.more', { option: 'false-alarm INC-42' });
    const again = await until('the offer', () => stage.slack.ephemerals('rita').at(-1));
    await stage.slack.click('rita', again, 'acgs.false-alarm');
    expect((await until('the form', () => stage.slack.openView('rita'))).callbackId).toBe('acgs.false-alarm');
  });
});
