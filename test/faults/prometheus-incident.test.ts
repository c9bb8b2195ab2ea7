// Incidents against a Prometheus that is broken, breaks in the middle, or flaps: they go through to their report, and are never green.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { bearWitness, type Witness } from '../support/invariants.ts';
import { allText, type Story, startStory, until, untilIn } from '../support/story.ts';
import { type ProxyFaults, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let story: Story;
let proxy: TcpProxy;
let witness: Witness;
afterEach(async () => {
  await story?.stop();
  await proxy?.stop();
});

/** A story whose bot reaches Prometheus, and only it, through the proxy. */
async function begin(budget?: string): Promise<void> {
  let port = 0;
  const reached = await startTcpProxy(() => port);
  proxy = reached;
  story = await startStory({
    ...(budget === undefined ? {} : { budget }),
    configure: (config) => {
      port = Number(new URL(config.systems.prometheus?.url ?? '').port);
      return { ...config, systems: { ...config.systems, prometheus: { url: `http://${reached.address}`, jobs: [] } } };
    },
  });
  // What is measured is the fault, and not the first command of a process that has just started.
  await story.slack.command('lena', '#incidents', 'incident list');
  witness = bearWitness({ store: story.store, slack: story.slack, lines: story.complaints });
}

async function declare(): Promise<void> {
  expect((await story.slack.command('rita', '#incidents', 'incident latency')).status).toBe(200);
  await untilIn(story.slack, await story.incidentChannel());
}

async function evidence(round = 1): Promise<string> {
  const title = `Evidence of INC-1, round ${round}`;
  return until(title, async () => {
    const text = await story.threadText();
    return text.includes(title) && text.slice(text.indexOf(title));
  });
}

/** Every text that the card ever had, oldest first. */
async function textsOfCard(): Promise<readonly string[]> {
  const { ts } = await story.card();
  const drawn = story.slack.calls('chat.update').filter((call) => call.args.ts === ts);
  return [...drawn.map((call) => String(call.args.text)), (await story.card()).text];
}

async function states(): Promise<readonly string[]> {
  const events = await story.store.events('INC-1');
  return events.flatMap(({ event }) => (event.type === 'recovery-changed' ? [event.state] : []));
}

/** Turns of the watch in which nothing could be measured. */
async function unknownTurns(): Promise<number> {
  return (await story.store.samples('INC-1', 0)).filter(({ verdict }) => verdict === 'unknown').length;
}

async function resolveByHand(): Promise<string> {
  const { channel } = await story.card();
  await story.slack.command('rita', channel, 'resolve seen on the graphs of the gateway');
  const file = await until('the report', () => story.slack.files().find((one) => one.name.endsWith('.md')));
  return new TextDecoder().decode(story.slack.fileBytes(file.id));
}

const broken: readonly (readonly [name: string, faults: ProxyFaults, why: RegExp])[] = [
  ['F65: refuses connections', { connections: 'refuse' }, /the connection was refused|the last 10 requests failed/],
  ['F66: accepts and never answers', { connections: 'hang' }, /gave no complete answer within \d s/],
  ['F67: answers one byte in half a second', { toClient: { trickleMs: 500 } }, /gave no complete answer within \d s/],
  [
    'F69: answers with garbage',
    { toClient: { corruptEvery: 7 } },
    /the connection failed|not complete JSON|not its API|the last 10/,
  ],
];

describe('an incident is declared, and Prometheus', () => {
  test.each(broken)(
    '%s',
    async (_, faults, why) => {
      await begin();
      story.world.inject('cache-cold', { agoSeconds: 600 });
      await proxy.set(faults);
      await declare();

      // What is unknown says what was asked, why there is no answer, and what to do; the others are there.
      const found = await evidence();
      const p99 = /UNKNOWN P99 latency\n\s+(.*)\n\s*What to do: (.*)/.exec(found);
      expect(p99?.[1]).toMatch(/^prometheus: GET \/api\/v1\/query/);
      expect(p99?.[1]).toMatch(why);
      expect(p99?.[2]).toMatch(/\.$/);
      expect(found).toMatch(/UNKNOWN Cache hit rate/);
      expect(found).toMatch(/OK Redis clients/);
      expect(found).toMatch(/OK Agent bus pods/);

      // The watch goes on, holds, and proposes nothing.
      const card = await story.card();
      expect(card.text).toMatch(/^⚪ UNKNOWN/);
      expect(await story.slack.click('rita', card, 'acgs.acknowledge')).toMatchObject({ status: 200 });
      await until('two turns of the watch', async () => (await unknownTurns()) >= 2);
      expect(await states()).not.toContain('recovered');

      const report = await resolveByHand();
      expect(report).toMatch(/Recovery seen by the watch: never seen/);
      expect(report).toMatch(/UNKNOWN/);
      expect((await textsOfCard()).filter((text) => text.includes('🟢'))).toEqual([]);
      await witness.assertAll();
    },
    180_000,
  );

  test('F66: hangs; its step is over in less than 8 s, with the answers of all others', async () => {
    await begin();
    await proxy.set({ connections: 'hang' });
    await declare();
    await evidence();
    const events = await story.store.events('INC-1');
    const at = (type: string) => events.find(({ event }) => event.type === type)?.at ?? Number.NaN;
    expect(at('checks-finished') - at('checks-started')).toBeLessThan(8_000);
    const verdicts = events.flatMap(({ event }) => (event.type === 'observed' ? [event.observation] : []));
    const answered = verdicts.filter(({ verdict }) => verdict !== 'unknown').map(({ source }) => source.system);
    expect(new Set(answered)).toEqual(new Set(['redis', 'kubernetes']));
  }, 120_000);
});

describe('Prometheus breaks in the middle', () => {
  test('F65: of a round: what was measured stays, the rest is unknown, and the next round has it all', async () => {
    await begin();
    story.world.inject('cache-cold', { agoSeconds: 600 });
    // Slowly enough that not all of them are answered before it goes.
    await proxy.set({ toClient: { delayMs: 400 } });
    await declare();
    await until('a first answer', async () =>
      (await story.store.events('INC-1')).some(
        ({ event }) => event.type === 'observed' && event.observation.source.system === 'prometheus',
      ),
    );
    await proxy.set({ connections: 'refuse' });
    proxy.cut();
    const first = await evidence(1);
    expect(first).toMatch(/round 1: .*unknown/);
    await proxy.set({});
    await until('a Prometheus that is asked again', async () => {
      const measured = (await story.store.samples('INC-1', 0)).findLast(({ verdict }) => verdict !== 'unknown');
      return measured !== undefined && /^🔴 CRITICAL/.test((await story.card()).text);
    });
    await story.slack.command('rita', (await story.card()).channel, 'checks');
    const second = await evidence(2);
    expect(second).toMatch(/CRITICAL P99 latency/);
    expect(second).toMatch(/CRITICAL Cache hit rate/);
    expect((await textsOfCard()).filter((text) => text.includes('🟢'))).toEqual([]);
    await witness.assertAll();
  }, 180_000);

  test.each<readonly [string, ProxyFaults]>([
    ['F65: and refuses', { connections: 'refuse' }],
    ['F66: and hangs', { toServer: { pause: true } }],
  ])(
    '%s, during the watch: it holds, says so, and goes on when Prometheus is back',
    async (_, faults) => {
      await begin();
      story.world.inject('cache-cold', { agoSeconds: 600 });
      await declare();
      await evidence();
      await until('a watch that sees', async () =>
        (await story.store.samples('INC-1', 0)).some(({ verdict }) => verdict === 'critical'),
      );
      await proxy.set(faults);
      if (faults.connections === 'refuse') proxy.cut();
      const before = await unknownTurns();
      // The incident ends meanwhile, and nobody can see it.
      story.world.heal('cache-cold');
      await until('a headline that says so', async () => /^⚪ UNKNOWN/.test((await story.card()).text));
      await until('turns of the watch without an answer', async () => (await unknownTurns()) >= before + 2);
      expect(allText(await story.card())).toMatch(/prometheus/i);
      expect(await states()).not.toContain('recovered');
      await proxy.set({});
      await until('the recovery', async () => (await states()).includes('recovered'), 90_000);
      await witness.assertAll();
    },
    240_000,
  );
});

test('F74: Prometheus flaps while the metric is bad: no answer in between is read as recovery', async () => {
  await begin();
  story.world.inject('cache-cold', { agoSeconds: 600 });
  await declare();
  await evidence();
  for (let turn = 0; turn < 6; turn += 1) {
    await proxy.set(turn % 2 === 0 ? { connections: 'refuse' } : {});
    if (turn % 2 === 0) proxy.cut();
    await sleep(2_500);
  }
  const samples = await story.store.samples('INC-1', 0);
  expect(new Set(samples.map(({ verdict }) => verdict))).toEqual(new Set(['critical', 'unknown']));
  expect(await states()).not.toContain('recovered');
  expect(await states()).not.toContain('recovering');
  await resolveByHand();
  expect((await textsOfCard()).filter((text) => text.includes('🟢'))).toEqual([]);
  await witness.assertAll();
}, 180_000);
