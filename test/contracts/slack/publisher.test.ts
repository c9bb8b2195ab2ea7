// The way out: doubtful posts, limits, refusals, a Slack that is away; every notice once, in order, and none lost.

import { afterEach, describe, expect, it } from 'vitest';
import { person } from '../../../src/core/actor.ts';
import { defaultScopes } from '../../../src/simulator/slack/defaults.ts';
import { asBot } from '../../support/as-bot.ts';
import { anIncident, aResolvedIncident } from '../../support/face-views.ts';
import { type SlackStage, startSlackStage, until } from '../../support/slack-stage.ts';

let stage: SlackStage;
afterEach(async () => stage.stop());

async function declared(): Promise<string> {
  await stage.desk.declare(anIncident());
  await stage.quiet();
  return until('the channel', () => stage.room());
}

function lines(room: string): readonly string[] {
  return stage.slack
    .messages(room)
    .flatMap((one) => (one.subtype === undefined ? [one.text.split('\n')[0] ?? ''] : []));
}

const say = (text: string) => ({ kind: 'say', incident: 'INC-42', where: 'channel', text }) as const;

describe('a doubtful post', () => {
  it.each([
    ['fatal_error after the effect', { kind: 'error', error: 'fatal_error', applied: true }],
    ['a connection cut after the effect', { kind: 'reset', applied: true }],
    ['a connection cut before the effect', { kind: 'reset', applied: false }],
    ['HTTP 503 with HTML', { kind: 'http', status: 503, body: '<html>sorry</html>' }],
    ['half a JSON', { kind: 'http', status: 200, body: '{"ok":true,"channel":"C0' }],
    ['HTTP 200 that is not JSON', { kind: 'http', status: 200, body: '<html>sign in</html>' }],
  ] as const)('F24: is posted exactly once: %s', async (_name, fault) => {
    stage = await startSlackStage();
    const room = await declared();
    stage.slack.faults.fail('chat.postMessage', fault);
    await stage.desk.send(say('first'), say('second'));
    await stage.quiet();
    expect(lines(room).slice(1)).toEqual(['first', 'second']);
  });

  it('that is found again shows what is the case now, and not what was the case before the doubt', async () => {
    stage = await startSlackStage();
    // Announcement, call and card arrive, their answers do not, and the incident is over before anybody looks for them.
    stage.slack.faults.fail('chat.postMessage', { kind: 'reset', applied: true }, 3);
    await stage.desk.declare(anIncident(), ['U0RITA']);
    const cards = () =>
      stage.slack.messages(stage.room() ?? '#incidents').filter((message) => message.blocks?.[0]?.type === 'header');
    await until('the card', () => cards().length > 0);
    await stage.desk.change('INC-42', aResolvedIncident());
    await stage.quiet();
    expect(cards()).toHaveLength(1);
    expect(cards()[0]?.text).toMatch(/^✅ RESOLVED/);
    const announced = stage.slack.messages('#incidents').filter((message) => message.botId !== undefined);
    expect(announced.map((message) => message.text.split('\n')[0])).toEqual([expect.stringMatching(/^✅ RESOLVED/)]);
  });

  it('in several parts repeats only the parts that are missing', async () => {
    stage = await startSlackStage();
    const rows = Array.from({ length: 6 }, (_, n) => ({
      label: `pod-${n} ${'x'.repeat(100)}`,
      verdict: 'ok' as const,
      note: 'n'.repeat(140),
    }));
    const [check] = anIncident().checks;
    const checks = Array.from({ length: 14 }, (_, n) => ({
      ...check,
      id: `c${n}`,
      title: `Check ${n}`,
      chart: false,
      ...(check?.observation === undefined ? {} : { observation: { ...check.observation, rows } }),
    }));
    await stage.desk.declare(anIncident({ checks }));
    await stage.quiet();
    const room = stage.room() ?? '';
    const [card] = stage.slack.messages(room).filter((one) => one.subtype === undefined);
    let posts = 0;
    stage.slack.on((change) => {
      posts += 1;
      // The second part arrives, but its answer does not.
      if (change.kind === 'message' && posts === 1)
        stage.slack.faults.fail('chat.postMessage', { kind: 'reset', applied: true });
    });
    await stage.desk.send({ kind: 'evidence', incident: 'INC-42', round: 1 });
    await stage.quiet();
    const titles = stage.slack
      .thread(room, card?.ts ?? '')
      .slice(1)
      .map((one) => /\((\d of \d)\)/.exec(one.text)?.[1]);
    expect(titles.length).toBeGreaterThan(1);
    expect(new Set(titles).size).toBe(titles.length);
    expect(stage.slack.findings).toEqual([]);
  });

  it('of a channel finds the channel that was made, and makes no second one', async () => {
    stage = await startSlackStage();
    stage.slack.faults.fail('conversations.create', { kind: 'error', error: 'internal_error', applied: true });
    await declared();
    expect(
      stage.slack
        .channels()
        .filter((one) => one.name.startsWith('inc-'))
        .map((one) => one.name),
    ).toEqual(['inc-20261124-42-latency']);
    expect(stage.desk.incidents.get('INC-42')?.room?.room).toBe(stage.room());
  });
});

describe('limits', () => {
  it('a 429 holds back that method only, for as long as Slack says', async () => {
    stage = await startSlackStage();
    const room = await declared();
    const started = Date.now();
    stage.slack.faults.fail('chat.update', { kind: 'ratelimited', retryAfter: 3 });
    await stage.desk.change('INC-42', { roles: { commander: person('U0LENA') } });
    await until('the refused edit', () => stage.slack.calls('chat.update').some((one) => !one.ok));
    await stage.desk.send(say('not held back'));
    await until('the line', () => lines(room).includes('not held back'));
    expect(Date.now() - started).toBeLessThan(2_900);
    await stage.quiet();
    const [refused, repeated] = stage.slack.calls('chat.update');
    expect((repeated?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(2_900);
  });

  it('many lines at once stay under one a second and channel without meeting a 429, in order', async () => {
    stage = await startSlackStage({ slack: { rateLimits: 'slack' } });
    const room = await declared();
    const texts = Array.from({ length: 7 }, (_, n) => `line ${n}`);
    await stage.desk.send(...texts.map(say));
    await until('all lines', () => lines(room).length >= 8, 20_000);
    expect(lines(room).slice(1)).toEqual(texts);
    expect(stage.slack.calls().filter((one) => one.error === 'ratelimited')).toEqual([]);
  });

  it('a burst of changes becomes few edits, and the last state is shown', async () => {
    stage = await startSlackStage();
    const room = await declared();
    for (let done = 2; done <= 11; done += 1) {
      const progress = { done, total: 11, awaited: ['Redis'], round: 1 };
      await stage.desk.change('INC-42', { progress });
    }
    await stage.quiet();
    const before = stage.slack.calls('chat.update').length;
    await stage.desk.send({ kind: 'redraw-card', incident: 'INC-42' });
    await stage.quiet();
    expect(stage.slack.calls('chat.update')).toHaveLength(before);
    expect(lines(room)).toHaveLength(1);
  });
});

describe('refusals', () => {
  it('a channel that may not be made puts the card into the main channel, and says so on it', async () => {
    stage = await startSlackStage();
    stage.slack.faults.fail('conversations.create', { kind: 'error', error: 'restricted_action' });
    await stage.desk.declare(anIncident(), ['U0RITA']);
    await stage.desk.send(
      { kind: 'call', incident: 'INC-42', level: 'L1', name: 'On-call', people: ['U0RITA'], why: 'new' },
      say('state'),
    );
    await stage.quiet();
    const [card, ...others] = stage.slack.messages('#incidents').filter((one) => one.broadcast !== true);
    expect(others).toEqual([]);
    expect(JSON.stringify(card?.blocks)).toContain('No channel of its own: the workspace does not allow');
    const thread = stage.slack.thread('#incidents', card?.ts ?? '').map((one) => one.text.split('\n')[0]);
    expect(thread.some((text) => text?.startsWith('<@U0RITA> L1 On-call'))).toBe(true);
    expect(thread).toContain('state');
    expect(stage.desk.setupFailures.map((one) => one.step)).toEqual(['channel']);
  });

  it('a name that is taken gets a suffix', async () => {
    stage = await startSlackStage();
    stage.slack.faults.fail('conversations.create', { kind: 'error', error: 'name_taken' });
    await declared();
    expect(stage.slack.channel(stage.room() ?? '').name).toBe('inc-20261124-42-latency-2');
  });

  it('blocks that Slack refuses cost the blocks and not the message', async () => {
    stage = await startSlackStage();
    const room = await declared();
    stage.slack.faults.fail('chat.postMessage', { kind: 'error', error: 'invalid_blocks' });
    await stage.desk.send(say('page *me* <now>'));
    await stage.quiet();
    const line = stage.slack.messages(room).at(-1);
    expect(line?.text).toBe('page *me* &lt;now&gt;');
    expect(line?.blocks).toBeUndefined();
    expect(stage.slack.calls('chat.postMessage').at(-1)?.args).toMatchObject({ mrkdwn: 'false' });
  });

  it('a step that fails for good is told on the card, and the steps after it go on', async () => {
    stage = await startSlackStage({
      slack: { scopes: ['chat:write', 'channels:manage', 'users:read', 'channels:history'] },
    });
    const room = await declared();
    expect(stage.desk.setupFailures).toEqual([
      { incident: 'INC-42', step: 'pin', why: expect.stringContaining('pins:write') },
    ]);
    expect(stage.slack.channel(room).topic).not.toBe('');
    await until('the card that says so', () =>
      JSON.stringify(stage.slack.messages(room).map((one) => one.blocks)).includes('Card not pinned'),
    );
  });

  it.each([
    ['was archived', 'conversations.archive'],
    ['took the bot out', 'conversations.leave'],
  ])(
    'F28: a channel that %s is lost once: card and lines go on in the main channel, and it is on record',
    async (_how, method) => {
      stage = await startSlackStage({
        slack: { scopes: defaultScopes.filter((scope) => scope !== 'chat:write.public') },
      });
      const room = await declared();
      stage.slack.join('rita', room);
      await asBot(stage.slack, method, { channel: room });
      await stage.desk.send(say('still burning'), say('and burning'));
      await stage.desk.change('INC-42', { roles: { commander: person('U0LENA') } });
      // A channel that the bot cannot see may be a new one, so it is looked for again for a while.
      await until('an empty outbox', async () => (await stage.store.outbox.backlog()).waiting === 0, 40_000);
      const card = await until('the card in the main channel', () =>
        stage.slack.messages('#incidents').find((one) => JSON.stringify(one.blocks).includes('acgs.acknowledge')),
      );
      const thread = stage.slack.thread('#incidents', card.ts).map((one) => one.text);
      expect(thread.slice(1)).toEqual(['still burning', 'and burning']);
      expect(JSON.stringify(card.blocks)).toContain('No channel of its own');
      expect(stage.desk.setupFailures).toEqual([
        { incident: 'INC-42', step: 'channel', why: expect.stringMatching(/archived|cannot see the channel/) },
      ]);
      await stage.desk.change('INC-42', { roles: { commander: person('U0OMAR') } });
      await stage.quiet();
      expect(stage.slack.messages('#incidents').filter((one) => /INC-42 .*declared/.test(one.text))).toHaveLength(2);
    },
  );
});

it('keeps everything while Slack is away and sends it once, in order, when it is back', async () => {
  stage = await startSlackStage();
  const room = await declared();
  stage.slack.faults.down(true);
  await stage.desk.send(say('one'), say('two'), say('three'));
  await until('a failed attempt', () => stage.complaints.some((line) => line.includes('did not go out')));
  stage.slack.faults.down(false);
  await stage.quiet();
  expect(lines(room).slice(1)).toEqual(['one', 'two', 'three']);
});

it('F29: a revoked token is no crash and no loss: rows wait, the status says why, and the log says it once', async () => {
  stage = await startSlackStage({ start: false });
  stage.slack.faults.fail('auth.test', { kind: 'error', error: 'token_revoked' }, Number.POSITIVE_INFINITY);
  stage.slack.faults.fail('conversations.create', { kind: 'error', error: 'token_revoked' }, Number.POSITIVE_INFINITY);
  await stage.desk.declare(anIncident());
  await stage.face.start();
  await until('the status', () => stage.face.status().detail.includes('token_revoked'));
  await until('the attempt', () => stage.slack.calls('conversations.create').length > 0);
  expect(stage.face.status().connected).toBe(false);
  expect(await stage.store.outbox.backlog()).toMatchObject({ waiting: 5, failed: 0 });
  expect(stage.complaints.filter((line) => line.includes('auth.test'))).toHaveLength(1);
});
