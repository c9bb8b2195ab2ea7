// The database loses answers and restarts under load: whoever was told a thing was told the truth, and everything accepted happens once.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/simulator/slack/workspace.ts';
import { type RealPostgres, startRealPostgres, whyNoPostgres } from '../support/real-postgres.ts';
import { prepareReplicas, type Replica, type Replicas } from '../support/replicas.ts';
import { allText, until, untilIn } from '../support/story.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const missing = whyNoPostgres();
const id = 'INC-1';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.skipIf(missing !== undefined)(`PostgreSQL${missing === undefined ? '' : ` (${missing})`}`, () => {
  let server: RealPostgres;
  let proxy: TcpProxy;
  let stage: Replicas;
  let replicas: readonly Replica[];

  beforeAll(async () => {
    server = await startRealPostgres();
    const database = await server.freshDatabase();
    proxy = await startTcpProxy(Number(new URL(database).port));
    const through = new URL(database);
    through.port = String(proxy.port);
    stage = await prepareReplicas(database);
    stage.company.world.inject('cache-cold', { agoSeconds: 600 });
    const start = () => stage.start({ DATABASE_URL: through.href });
    replicas = await Promise.all([start(), start()]);
    stage.spreader.spreadOver(...replicas.map((replica) => replica.url));
    // What is measured is the fault, and not the first command of processes that have just started.
    for (const _ of replicas) await stage.slack.command('lena', '#incidents', 'incident list');
  });
  afterAll(async () => {
    await stage.stop();
    await proxy.stop();
    await server.stop();
  });

  const events = async () => (await stage.store.events(id)).map(({ event }) => event);
  const quiet = async () => {
    await until('an empty inbox', async () => (await stage.store.inbox.backlog()).waiting === 0);
    await until('an empty outbox', async () => (await stage.store.outbox.backlog()).waiting === 0, 60_000);
  };

  it('F57: a declaration whose commit got no answer is one incident, set up once', { timeout: 120_000 }, async () => {
    await proxy.set({ loseAnswerTo: 'commit' });
    const delivery = await stage.slack.command('rita', '#incidents', 'incident latency');
    expect(delivery).toMatchObject({ status: 200, outcome: 'ok' });
    await pause(3_000);
    await proxy.set({});
    const card = await until('the card', () => stage.card(id), 60_000);
    await untilIn(stage.slack, card.channel);
    await until('the evidence', () =>
      stage.slack.thread(card.channel, card.ts).some((message) => allText(message).includes(`Evidence of ${id}`)),
    );
    await quiet();
    expect(await stage.store.countIncidents({})).toBe(1);
    expect(stage.slack.channels().filter((channel) => channel.name.startsWith('inc-'))).toHaveLength(1);
    const texts = stage.slack.messages(card.channel).filter((message) => message.subtype === undefined);
    const words = texts.map((message) => message.text);
    expect(words.filter((text, index) => words.indexOf(text) !== index)).toEqual([]);
    expect(stage.slack.messages('#incidents').filter((message) => message.text.includes(id))).toHaveLength(1);
  });

  it('F57: a click whose commit got no answer counts once, and nobody is told that it did not', {
    timeout: 120_000,
  }, async () => {
    const card = await stage.card(id);
    await proxy.set({ loseAnswerTo: 'commit' });
    expect(await stage.slack.click('rita', card, 'acgs.acknowledge')).toMatchObject({ status: 200, outcome: 'ok' });
    await pause(2_000);
    await proxy.set({});
    await until('the acknowledgement', async () => (await events()).some(({ type }) => type === 'acknowledged'));
    await quiet();
    expect((await events()).filter(({ type }) => type === 'acknowledged')).toHaveLength(1);
    const told = stage.slack.ephemerals('rita').map((message) => message.text);
    expect(told.filter((text) => /Not accepted|Nothing was done|Something broke/.test(text))).toEqual([]);
  });

  it('F56: restarts under load: what was accepted is on record once, what was refused is not, and it goes on by itself', {
    timeout: 240_000,
  }, async () => {
    const card = await stage.card(id);
    const sent: { readonly text: string; readonly delivery: Promise<Delivery> }[] = [];
    const load = (async () => {
      for (let n = 0; n < 80; n += 1) {
        const text = `load ${n} of the restart`;
        sent.push({ text, delivery: stage.slack.command('rita', card.channel, `timeline add ${text}`) });
        await pause(200);
      }
    })();
    await pause(2_000);
    await server.restart(2_000);
    await pause(3_000);
    await server.restart(500);
    await load;
    const outcomes = await Promise.all(sent.map(async ({ text, delivery }) => ({ text, said: (await delivery).body })));
    await until('both ready again', async () => {
      const answers = await Promise.all(replicas.map(({ url }) => fetch(`${url}/readyz`)));
      return answers.every((answer) => answer.status === 200);
    });
    await quiet();
    const counted = (text: string) => noted.filter((one) => one === text).length;
    const noted = (await events()).flatMap((event) => (event.type === 'noted' ? [event.text.private] : []));
    const accepted = outcomes.filter(({ said }) => said === '');
    const refused = outcomes.filter(({ said }) => said.includes('Not accepted'));
    const uncertain = outcomes.filter(({ said }) => said.includes('Not certain'));
    expect(accepted.length).toBeGreaterThan(20);
    expect(refused.length).toBeGreaterThan(0);
    expect(accepted.length + refused.length + uncertain.length).toBe(outcomes.length);
    expect(accepted.filter(({ text }) => counted(text) !== 1)).toEqual([]);
    expect(refused.filter(({ text }) => counted(text) !== 0)).toEqual([]);
    expect(uncertain.filter(({ text }) => counted(text) > 1)).toEqual([]);
    expect(await stage.store.verify(id)).toEqual({ ok: true });
    expect(stage.slack.findings).toEqual([]);
  });
});
