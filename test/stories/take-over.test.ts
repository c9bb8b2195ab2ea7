// A replica dies or stands still in the middle of an incident: the other one finishes its work within 30 s, and nothing happens twice.

import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PretendMessage } from '../../src/simulator/slack/workspace.ts';
import { unlawfulActions } from '../support/lawful-actions.ts';
import { type RealPostgres, startRealPostgres, whyNoPostgres } from '../support/real-postgres.ts';
import { prepareReplicas, type Replica, type Replicas } from '../support/replicas.ts';
import { allText, until } from '../support/story.ts';

const missing = whyNoPostgres();
const id = 'INC-1';
const refusal = /You already approved this|must be someone else|Nothing was done/;
/** Promised: whatever a dead replica had in hand goes on within this. */
const withinMs = 30_000;

describe.skipIf(missing !== undefined)(
  `two replicas, PostgreSQL${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let server: RealPostgres;
    let stage: Replicas;
    beforeAll(async () => {
      server = await startRealPostgres();
    });
    afterAll(() => server.stop());

    /** The newest message of an action in the card's thread whose first line shows this. */
    const shown = (what: RegExp): Promise<PretendMessage> =>
      until(`an action that is ${what}`, async () => {
        const { channel, ts } = await stage.card(id);
        return stage.slack.thread(channel, ts).findLast((message) => what.test(message.text.split('\n')[0] ?? ''));
      });

    /** How often the pretend Redis ran a command since it began, and what its policy is now. */
    const redis = async <T>(ask: (client: Redis) => Promise<T>): Promise<T> => {
      const client = new Redis(stage.company.systems.redis, { protocol: 2, lazyConnect: true });
      await client.connect();
      return ask(client).finally(() => client.disconnect());
    };
    const runsOf = async (command: string): Promise<number> => {
      const stats = await redis((client) => client.info('commandstats'));
      return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    };
    const policy = () => redis(async (client) => ((await client.config('GET', 'maxmemory-policy')) as string[])[1]);
    const action = async () => Object.values((await stage.store.incident(id))?.actions ?? {})[0];

    describe.each([
      ['F49, F53: is killed', 'SIGKILL'],
      ['F54: stands still past its leases and goes on', 'SIGSTOP'],
    ] as const)('one of them', (name, signal) => {
      let one: Replica;
      let two: Replica;
      beforeAll(async () => {
        stage = await prepareReplicas(await server.freshDatabase(), { pageAt: ['8s', '45m'] });
        [one, two] = await Promise.all([stage.start(), stage.start()]);
      }, 120_000);
      afterAll(() => stage.stop());

      it(name, { timeout: 240_000 }, async () => {
        const { slack, world } = { ...stage, world: stage.company.world };
        // The second one stands still, so that everything is in the hands of the first.
        two.signal('SIGSTOP');
        stage.spreader.spreadOver(one.url);
        world.inject('cache-cold', { agoSeconds: 600 });
        world.inject('prometheus:hang');
        await slack.command('rita', '#incidents', 'incident latency');
        const card = await stage.card(id);

        // A call of people on its way, checks and a turn of the watch running, and a delivery that was acknowledged.
        slack.faults.fail('chat.postMessage', { kind: 'hang' });
        await until('a call in hand', () =>
          slack.calls('chat.postMessage').some((call) => call.error === 'fault: hang'),
        );
        // An action that was claimed and has begun to talk to its Redis, which takes its time.
        slack.join('rita', card.channel);
        await slack.command('rita', card.channel, 'do volatile-lru');
        const preview = await shown(/PREVIEW · Set maxmemory-policy/);
        world.inject('redis-slow', { agoSeconds: 600 });
        await slack.click('rita', preview, 'acgs.action.request');
        slack.join('omar', card.channel);
        slack.faults.fail('users.info', { kind: 'delay', ms: 1_900 });
        expect(await slack.click('omar', card, 'acgs.acknowledge')).toMatchObject({ status: 200, outcome: 'ok' });
        await until('the claim', async () => (await action())?.claim !== undefined, 40_000, 2);
        one.signal(signal);
        const inHand = (await action())?.state;
        const died = Date.now();
        two.signal('SIGCONT');
        stage.spreader.spreadOver(two.url);
        world.heal('prometheus:hang');

        const measured = async (what: string, look: () => boolean | Promise<boolean>) => {
          const done = await until(what, look, withinMs).then(() => Date.now() - died);
          expect(done, what).toBeLessThan(withinMs);
        };
        const events = async () => (await stage.store.events(id)).map(({ event }) => event);
        const calls = (level: string) =>
          slack
            .messages(card.channel)
            .filter((message) => message.text.includes(`${level} `) && /called|in time/.test(message.text));
        await Promise.all([
          measured('the delivery', async () => (await events()).some(({ type }) => type === 'acknowledged')),
          measured('the call', () => calls('L2').length > 0),
          measured('the checks', async () => (await events()).some(({ type }) => type === 'checks-finished')),
          measured('the watch', async () => (await stage.store.samples(id, 0)).some(({ at }) => at > died)),
        ]);
        // Its claim is given to nobody: it becomes unknown, and the other one looks at the world.
        expect(inHand).toBe('running');
        expect((await until('the action', async () => (await action())?.settled, 60_000)).how).toBe('looked');

        if (signal === 'SIGSTOP') one.signal('SIGCONT');
        // Time for the one that came back to do what it still held for its own.
        await new Promise((resolve) => setTimeout(resolve, signal === 'SIGSTOP' ? 8_000 : 1_000));
        await until('a quiet outbox', async () => (await stage.store.outbox.backlog()).waiting === 0);
        expect((await stage.store.inbox.backlog()).waiting).toBe(0);
        const kinds = (await events()).map((event) =>
          event.type === 'escalated' ? `${event.how} ${event.level}` : event.type,
        );
        for (const once of ['acknowledged', 'checks-finished', 'called L2']) {
          expect(
            kinds.filter((kind) => kind === once),
            once,
          ).toHaveLength(1);
        }
        expect(await stage.store.verify(id)).toEqual({ ok: true });
        expect(await unlawfulActions(stage.store)).toEqual([]);
        const texts = slack.messages(card.channel).filter(({ subtype }) => subtype === undefined);
        const words = texts.map((message) => message.text);
        expect(words.filter((text, index) => words.indexOf(text) !== index)).toEqual([]);
        const thread = slack.thread(card.channel, card.ts).map((message) => allText(message));
        expect(thread.filter((text) => /Evidence of INC-1/.test(text))).toHaveLength(1);
        expect((await stage.card(id)).text).toContain('omar');
        expect(slack.findings).toEqual([]);

        // Whatever was seen while it stood still, the record says in the end what is so, and the write was sent once at most.
        const sent = await runsOf('config\\|set');
        expect(sent).toBeLessThanOrEqual(1);
        expect((await action())?.state).toBe(sent === 1 ? 'succeeded' : 'failed');
        expect(await policy()).toBe(sent === 1 ? 'volatile-lru' : 'allkeys-lru');
        world.heal('redis-slow');
      });

      // The one that was killed is gone; the other two are well again.
      if (signal === 'SIGSTOP')
        it('F03, F04, F05: a hundred clicks on one approval by three people have one effect, and everybody else is told', {
          timeout: 120_000,
        }, async () => {
          const { slack, spreader } = stage;
          spreader.spreadOver(one.url, two.url);
          const { channel } = await stage.card(id);
          slack.join('lena', channel);
          await slack.command('rita', channel, 'do flush-database');
          await slack.click('rita', await shown(/PREVIEW · Flush/), 'acgs.action.request');
          const view = await until('the form', () => slack.openView('rita'));
          const typed = /Type (FLUSHDB [^"\s]+)/.exec(JSON.stringify(view.blocks))?.[1] ?? '';
          await slack.submit('rita', view.id, { typed, reason: 'cold cache' });
          const waiting = await shown(/WAITS FOR APPROVAL · Flush/);
          const people = ['omar', 'lena', 'rita'] as const;
          const clicks = await Promise.all(
            Array.from({ length: 100 }, (_, n) =>
              slack.click(people[n % people.length] ?? 'omar', waiting, 'acgs.action.approve', { stale: waiting }),
            ),
          );
          // What a loaded machine acknowledges late is taken and answered all the same.
          expect(clicks).toHaveLength(100);
          await shown(/DONE · Flush/);
          const told = (what: RegExp) =>
            people.flatMap((who) => slack.ephemerals(who).filter((one) => what.test(one.text))).length;
          await until('an answer to every click', () => told(/You approved it/) + told(refusal) >= 100, 90_000);
          expect([told(/You approved it/), told(refusal)]).toEqual([2, 98]);
          const flushed = Object.values((await stage.store.incident(id))?.actions ?? {}).find(
            ({ definition }) => definition === 'flush-database',
          );
          expect(flushed?.approvals.map(({ as }) => as).toSorted()).toEqual(['approver', 'commander']);
          expect(await runsOf('flushdb')).toBe(1);
          expect(Math.min(...[one, two].map(({ url }) => spreader.answered.get(url) ?? 0))).toBeGreaterThan(30);
          expect(await unlawfulActions(stage.store)).toEqual([]);
          expect(await stage.store.verify(id)).toEqual({ ok: true });
        });
    });
  },
);
