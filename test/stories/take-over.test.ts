// A replica dies or stands still in the middle of an incident: the other one finishes its work within 30 s, and nothing happens twice.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RealPostgres, startRealPostgres, whyNoPostgres } from '../support/real-postgres.ts';
import { prepareReplicas, type Replicas } from '../support/replicas.ts';
import { allText, until } from '../support/story.ts';

const missing = whyNoPostgres();
const id = 'INC-1';
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
    afterEach(() => stage.stop());
    afterAll(() => server.stop());

    it.each([
      ['F53: is killed', 'SIGKILL'],
      ['F54: stands still past its leases and goes on', 'SIGSTOP'],
    ] as const)('%s', { timeout: 240_000 }, async (_name, signal) => {
      stage = await prepareReplicas(await server.freshDatabase(), { pageAt: ['8s', '45m'] });
      const { slack, world } = { ...stage, world: stage.company.world };
      const [one, two] = await Promise.all([stage.start(), stage.start()]);
      // The second one stands still, so that everything is in the hands of the first.
      two.signal('SIGSTOP');
      stage.spreader.spreadOver(one.url);
      world.inject('cache-cold', { agoSeconds: 600 });
      world.inject('prometheus:hang');
      await slack.command('rita', '#incidents', 'incident latency');
      const card = await stage.card(id);

      // A call of people on its way, checks and a turn of the watch running, and a delivery that was acknowledged.
      slack.faults.fail('chat.postMessage', { kind: 'hang' });
      await until('a call in hand', () => slack.calls('chat.postMessage').some((call) => call.error === 'fault: hang'));
      slack.join('omar', card.channel);
      slack.faults.fail('users.info', { kind: 'delay', ms: 1_900 });
      expect(await slack.click('omar', card, 'acgs.acknowledge')).toMatchObject({ status: 200, outcome: 'ok' });
      one.signal(signal);
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
      const texts = slack.messages(card.channel).filter(({ subtype }) => subtype === undefined);
      const words = texts.map((message) => message.text);
      expect(words.filter((text, index) => words.indexOf(text) !== index)).toEqual([]);
      const thread = slack.thread(card.channel, card.ts).map((message) => allText(message));
      expect(thread.filter((text) => /Evidence of INC-1/.test(text))).toHaveLength(1);
      expect((await stage.card(id)).text).toContain('omar');
      expect(slack.findings).toEqual([]);
    });
  },
);
