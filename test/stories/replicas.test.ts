// Two replicas on one PostgreSQL, as real processes under Slack's strict limits: whichever of them takes a delivery, there is one of everything.

import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Breath, heldUpDuring, wasHeldUp, watchBreath } from '../rig/starvation.ts';
import { scrape } from '../support/exposition.ts';
import { type RealPostgres, startRealPostgres, whyNoPostgres } from '../support/real-postgres.ts';
import { prepareReplicas, type Replica, type Replicas } from '../support/replicas.ts';
import { allText, until } from '../support/story.ts';

const missing = whyNoPostgres();
const people = ['rita', 'omar', 'lena'] as const;
const tooLate = /Nothing was done|already acknowledged/;
/** Three posts in four seconds leave one second to a post that arrives late: who stood still longer meets Slack's refusal, the second line. */
const paceWindowMs = 5_000;

describe.skipIf(missing !== undefined)(
  `two replicas, PostgreSQL${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let server: RealPostgres;
    let database: string;
    let stage: Replicas;
    let replicas: readonly Replica[] = [];
    let breath: Breath;
    /** Whether the machine let them run while a hundred clicks came. */
    let heldUp = false;

    beforeAll(async () => {
      breath = watchBreath(() => replicas.map(({ pid }) => pid));
      server = await startRealPostgres();
      database = await server.freshDatabase();
      stage = await prepareReplicas(database, {
        pageAt: ['12s', '45m'],
        slack: { rateLimits: 'slack' },
        emptyDatabase: true,
      });
      stage.company.world.inject('cache-cold', { agoSeconds: 600 });
    });
    afterAll(async () => {
      breath.stop();
      await stage.stop();
      await server.stop();
    });

    const eventsOf = async (id: string) => (await stage.store.events(id)).map(({ event }) => event);
    const countOf = async (id: string, type: string) =>
      (await eventsOf(id)).filter((event) => event.type === type).length;
    const findings = () => stage.slack.findings.filter((finding) => !/faster than Slack's rate limit/.test(finding));
    const ownMessages = (channel: string) =>
      stage.slack.messages(channel).filter((message) => message.subtype === undefined);
    /** What people alone have seen in a channel that matches. */
    const told = (channel: string, what: RegExp) =>
      people.flatMap((person) =>
        stage.slack.ephemerals(person).filter((one) => one.channel === channel && what.test(allText(one))),
      );

    /** Turns of an incident's watch that wait or run. */
    async function watchesOf(id: string): Promise<number> {
      const client = new pg.Client({ connectionString: database });
      await client.connect();
      const { rows } = await client.query<{ waiting: number }>(
        `select count(*)::int as waiting from pgboss.job
       where state in ('created', 'retry') and data->>'kind' = 'watch-recovery' and data->>'incident' = $1`,
        [id],
      );
      await client.end();
      return rows[0]?.waiting ?? 0;
    }

    it('F55: start at the same moment on an empty database, and both are ready', { timeout: 120_000 }, async () => {
      replicas = await Promise.all([stage.start(), stage.start()]);
      stage.spreader.spreadOver(...replicas.map((replica) => replica.url));
      await stage.look();
      for (const replica of replicas) {
        const ready = await fetch(`${replica.url}/readyz`);
        expect(ready.status).toBe(200);
        expect(replica.log()).not.toMatch(/"level":(50|60|"error")/);
      }
    });

    it('F05: one delivery that reaches both at once is one incident', async () => {
      stage.spreader.toAll(true);
      const delivery = await stage.slack.command('rita', '#incidents', 'incident latency');
      stage.spreader.toAll(false);
      expect(delivery).toMatchObject({ status: 200, outcome: 'ok' });
      const card = await stage.card('INC-1');
      await until('the evidence', () =>
        stage.slack.thread(card.channel, card.ts).some((message) => /Evidence of INC-1/.test(allText(message))),
      );
      expect(await stage.store.countIncidents({})).toBe(1);
      expect(stage.slack.channels().filter((channel) => channel.name.startsWith('inc-'))).toHaveLength(1);
      expect(delivery.answers()).toBe(1);
    });

    it('F55: the timer of a level that both of them could start calls it once', async () => {
      const card = await stage.card('INC-1');
      const called = () =>
        ownMessages(card.channel).filter((message) => /nobody acknowledged in time/.test(allText(message)));
      await until('the call of L2', () => called().length > 0);
      await pause(3_000);
      expect(called()).toHaveLength(1);
      expect(
        (await eventsOf('INC-1')).filter((event) => event.type === 'escalated' && event.how === 'called'),
      ).toHaveLength(2);
    });

    it('F05: a hundred clicks by three people at once have one effect, and everybody else is told', {
      timeout: 240_000,
    }, async () => {
      const card = await stage.card('INC-1');
      for (const person of people) stage.slack.join(person, card.channel);
      const clickAll = async () => {
        const clicks = await Promise.all(
          Array.from({ length: 100 }, (_, n) =>
            stage.slack.click(people[n % people.length] ?? 'rita', card, 'acgs.acknowledge'),
          ),
        );
        expect(clicks).toHaveLength(100);
      };
      heldUp = await heldUpDuring(clickAll, () => replicas.map(({ pid }) => pid));
      await until('an answer to every click but one', () => told(card.channel, tooLate).length === 99, 150_000);
      await until('an empty inbox', async () => (await stage.store.inbox.backlog()).waiting === 0);
      expect(await countOf('INC-1', 'acknowledged')).toBe(1);
      expect(told(card.channel, tooLate)).toHaveLength(99);
      const shares = [...stage.spreader.answered.values()];
      expect(Math.min(...shares)).toBeGreaterThan(30);
    });

    it('F20: a hundred deliveries at once are acknowledged within 3 s, as the replicas themselves measure it', async () => {
      for (const { url } of replicas) {
        const figures = await scrape(url);
        const count = figures.value('acgs_chatops_ack_duration_seconds_count');
        expect(count).toBeGreaterThan(30);
        const late = (count ?? 0) - (figures.value('acgs_chatops_ack_duration_seconds_bucket', { le: '3' }) ?? 0);
        expect(heldUp ? 0 : late).toBe(0);
      }
    });

    it('F05, F06: acknowledge and resolve at the same moment are both decided by the record, and both people hear', {
      timeout: 240_000,
    }, async () => {
      await stage.slack.command('rita', '#incidents', 'incident latency separately');
      const card = await stage.card('INC-2');
      for (const person of people) stage.slack.join(person, card.channel);
      const [ack, resolve, again] = await Promise.all([
        stage.slack.command('omar', card.channel, 'ack'),
        stage.slack.command('lena', card.channel, 'resolve it was the cache'),
        stage.slack.command('rita', card.channel, 'resolve it was the cache, I think'),
      ]);
      await until('three answers', () => told(card.channel, /INC-2/).length >= 3, 120_000);
      expect(told(card.channel, /INC-2/)).toHaveLength(3);
      expect([ack, resolve, again].map((delivery) => delivery.status)).toEqual([200, 200, 200]);
      expect(await countOf('INC-2', 'resolved')).toBe(1);
      const types = (await eventsOf('INC-2')).map(({ type }) => type);
      const acknowledged = types.indexOf('acknowledged');
      if (acknowledged !== -1) expect(acknowledged).toBeLessThan(types.indexOf('resolved'));
      await until('the report', () => stage.slack.files().some((file) => file.name === 'inc-2-report.md'), 60_000);
      expect(stage.slack.files().filter((file) => file.name === 'inc-2-report.md')).toHaveLength(1);
    });

    it('several incidents at once are drawn by both without going faster than Slack allows', {
      timeout: 180_000,
    }, async () => {
      const before = (await stage.store.incidents({})).length;
      for (let n = 0; n < 4; n += 1) await stage.slack.command('rita', '#incidents', 'incident latency separately');
      const ids = Array.from({ length: 4 }, (_, n) => `INC-${before + 1 + n}`);
      for (const id of ids) {
        const card = await until('a card', () => stage.card(id), 60_000);
        await until(
          `the evidence of ${id}`,
          () =>
            stage.slack.thread(card.channel, card.ts).some((message) => allText(message).includes(`Evidence of ${id}`)),
          120_000,
        );
        const cards = ownMessages(card.channel).filter((message) =>
          JSON.stringify(message.blocks).includes('acgs.acknowledge'),
        );
        expect(cards).toHaveLength(1);
        // The evidence does not wait for the announcement.
        const announced = () => ownMessages('#incidents').filter((message) => message.text.includes(id));
        await until(`the announcement of ${id}`, () => announced().length > 0, 60_000);
        expect(announced()).toHaveLength(1);
      }
      expect(findings()).toEqual([]);
      const refused = stage.slack.calls().filter((call) => call.error === 'ratelimited');
      expect(refused.filter(({ at }) => !wasHeldUp(breath, at - paceWindowMs, at))).toEqual([]);
    });

    it('F55: start again at the same moment and go on with one watch for each incident', {
      timeout: 120_000,
    }, async () => {
      for (const replica of replicas) replica.signal('SIGKILL');
      replicas = await Promise.all([stage.start(), stage.start()]);
      stage.spreader.spreadOver(...replicas.map((replica) => replica.url));
      const open = await stage.store.incidents({ status: 'open' });
      expect(open).toHaveLength(5);
      for (const { id } of open) {
        const since = Date.now();
        await until('a new sample', async () => (await stage.store.samples(id, since)).length > 0);
        for (let look = 0; look < 5; look += 1) expect(await watchesOf(id)).toBeLessThanOrEqual(1);
      }
    });

    it('a 429 that comes all the same delays and loses nothing', { timeout: 120_000 }, async () => {
      const card = await stage.card('INC-1');
      stage.slack.faults.fail('chat.postMessage', { kind: 'ratelimited', retryAfter: 3 });
      await stage.slack.command('rita', card.channel, 'resolve the cache is warm again');
      await until('the report', () => stage.slack.files().some((file) => file.name === 'inc-1-report.md'), 60_000);
      await until('a resolved card', async () => /resolved/i.test((await stage.card('INC-1')).text), 60_000);
      expect(await stage.store.verify('INC-1')).toEqual({ ok: true });
      expect(findings()).toEqual([]);
      for (const replica of replicas) expect(await replica.stop()).toBe(0);
    });
  },
);
