// What Slack delivers, whichever way it comes: repeats, a store that is away, people who may not, and work that a dead process left.

import { afterEach, describe, expect, it } from 'vitest';
import { type Delivery, type Store, StoreUnavailable } from '../../../src/core/ports.ts';
import { anIncident } from '../../support/face-views.ts';
import {
  type SlackStage,
  type StageOptions,
  startSlackStage,
  type Transport,
  until,
} from '../../support/slack-stage.ts';

let stage: SlackStage;
afterEach(async () => stage.stop());

describe.each<Transport>(['http', 'socket'])('over %s', (transport) => {
  const start = (options: StageOptions = {}) => startSlackStage({ transport, ...options });

  describe('a delivery', () => {
    it('F01, F12: has one effect when the very same arrives again', async () => {
      stage = await start();
      const first = await stage.slack.command('rita', '#incidents', 'incident latency it is slow');
      await until('the answer', () => stage.slack.ephemerals('rita').length === 1);
      const again = await first.replay();
      expect([first.status, again.status, again.body]).toEqual([200, 200, '']);
      expect(first.ackMs).toBeLessThan(1_500);
      await stage.quiet();
      expect(stage.desk.asked.map((one) => one.with[0])).toEqual(['incident latency it is slow']);
    });
  });

  describe('many commands at once', () => {
    it('are acknowledged each, and worked a few at a time, while a click waits for none of them', async () => {
      stage = await start();
      await stage.desk.declare(anIncident(), ['U0RITA']);
      await stage.quiet();
      const { desk } = stage;
      const gate = Promise.withResolvers<void>();
      const work = desk.command;
      const begun: string[] = [];
      desk.command = async (words, request) => {
        begun.push(words);
        await gate.promise;
        await work(words, request);
      };
      const typed = Array.from({ length: 20 }, (_, number) => `status ${number}`);
      for (const words of typed) {
        expect(await stage.slack.command('rita', '#incidents', words)).toMatchObject({ status: 200, outcome: 'ok' });
      }
      const card = stage.slack.messages(stage.room() ?? '').find((message) => message.text.startsWith('🔴'));
      await stage.slack.click('rita', { channel: card?.channel ?? '', ts: card?.ts ?? '' }, 'acgs.acknowledge');
      await until('the click', () => desk.asked.some(({ what }) => what === 'acknowledge'));
      expect(begun.length).toBeLessThan(typed.length / 2);
      gate.resolve();
      await until('all commands', () => begun.length === typed.length);
      expect(begun).toEqual(typed);
    });

    it('take effect in the order in which one person typed them, and nobody waits for somebody else', async () => {
      stage = await start();
      const { desk } = stage;
      const gate = Promise.withResolvers<void>();
      const work = desk.command;
      const begun: string[] = [];
      const ended: string[] = [];
      desk.command = async (words, request) => {
        begun.push(words);
        if (words === 'timeline add it is the cache') await gate.promise;
        await work(words, request);
        ended.push(words);
      };
      await stage.slack.command('rita', '#incidents', 'timeline add it is the cache');
      await stage.slack.command('rita', '#incidents', 'resolve cache is warm');
      await stage.slack.command('omar', '#incidents', 'status');
      await until('the other person', () => ended.includes('status'));
      expect(begun).not.toContain('resolve cache is warm');
      gate.resolve();
      await until('all', () => ended.length === 3);
      expect(ended).toEqual(['status', 'timeline add it is the cache', 'resolve cache is warm']);
    });
  });

  describe('when the store is away', () => {
    it('says that nothing started, to a command, a click and a form, with 200', async () => {
      let away = false;
      const broken = (store: Store): Store => ({
        ...store,
        inbox: {
          ...store.inbox,
          take: async (one) => (away ? Promise.reject(new StoreUnavailable('no connection')) : store.inbox.take(one)),
        },
      });
      stage = await start({ around: broken });
      await stage.desk.declare(anIncident(), ['U0RITA']);
      await stage.quiet();
      const card = stage.slack.messages(stage.room() ?? '').find((message) => message.text.startsWith('🔴'));
      const ref = { channel: card?.channel ?? '', ts: card?.ts ?? '' };
      await stage.slack.click('rita', ref, 'acgs.resolve');
      const form = await until('the form', () => stage.slack.openView('rita'));

      away = true;
      const command = await stage.slack.command('rita', '#incidents', 'health');
      expect(command.status).toBe(200);
      expect(JSON.parse(command.body)).toMatchObject({
        response_type: 'ephemeral',
        text: 'Not accepted, nothing started. Try again in a minute.',
      });
      // Already there when the click is acknowledged: a kill in between would leave an acknowledged click that nobody remembers.
      expect((await stage.slack.click('rita', ref, 'acgs.acknowledge')).status).toBe(200);
      expect(stage.slack.ephemerals('rita').at(-1)).toMatchObject({
        channel: ref.channel,
        text: 'Not accepted, nothing started. Try again in a minute.',
      });
      const refused = await stage.slack.submit('rita', form.id, { reason: 'cache is warm' });
      expect(refused).toMatchObject({ status: 200, errors: { reason: expect.stringContaining('Not accepted') } });
      expect(stage.desk.asked).toEqual([]);

      away = false;
      await stage.slack.submit('rita', form.id, { reason: 'cache is warm' });
      await until('the resolve', () => stage.desk.asked.some((one) => one.what === 'resolve'));
    });

    /** A store whose `take` is `takes`, given the real one. */
    const taking =
      (takes: (take: Store['inbox']['take']) => Store['inbox']['take']) =>
      (store: Store): Store => ({ ...store, inbox: { ...store.inbox, take: takes((one) => store.inbox.take(one)) } });
    const lost = new StoreUnavailable('the connection broke', { doubtful: true });
    const nothingWaits = () => until('an empty inbox', async () => (await stage.store.inbox.backlog()).waiting === 0);

    it('F57: says that it is not certain while the store is silent, and does it once when it was stored', async () => {
      const gate = Promise.withResolvers<void>();
      stage = await start({ around: taking((take) => (one) => gate.promise.then(() => take(one))) });
      const command = await stage.slack.command('rita', '#incidents', 'health');
      expect(command).toMatchObject({ outcome: 'ok', status: 200 });
      expect(command.body).toContain('Not certain yet');
      gate.resolve();
      await until('the work', () => stage.desk.asked.length === 1);
      await nothingWaits();
      expect(stage.desk.asked).toHaveLength(1);
    });

    it('F57: says afterwards that nothing started when it was not stored', async () => {
      const gate = Promise.withResolvers<void>();
      stage = await start({ around: taking(() => () => gate.promise.then(() => Promise.reject(lost))) });
      const command = await stage.slack.command('rita', '#incidents', 'health');
      expect(command.body).toContain('Not certain yet');
      gate.resolve();
      await until('the truth', () => stage.slack.ephemerals('rita').some((one) => one.text.startsWith('Not accepted')));
      expect(stage.desk.asked).toEqual([]);
    });

    it('F57: accepts what was stored although the answer got lost, and works it once', async () => {
      stage = await start({ around: taking((take) => (one) => take(one).then(() => Promise.reject(lost))) });
      const command = await stage.slack.command('rita', '#incidents', 'incident latency');
      expect(command.body).not.toContain('ccepted');
      await until('the work', () => stage.desk.asked.length === 1);
      await nothingWaits();
      expect(stage.desk.asked).toHaveLength(1);
    });

    it('F57: never does what it said was not accepted, also when the words arrive at the store later', async () => {
      const late: (() => Promise<unknown>)[] = [];
      const around = taking((take) => async (one) => {
        late.push(() => take(one));
        throw lost;
      });
      stage = await start({ around });
      const command = await stage.slack.command('rita', '#incidents', 'incident latency');
      expect(command.body).toContain('Not accepted, nothing started');
      expect(await Promise.all(late.map((arrive) => arrive()))).toEqual(['duplicate']);
      await nothingWaits();
      expect(stage.desk.asked).toEqual([]);
    });

    /** An incident, and the form that closes it, open at rita's. */
    async function formToResolve(around: (store: Store) => Store): Promise<string> {
      stage = await start({ around });
      await stage.desk.declare(anIncident(), ['U0RITA']);
      await stage.quiet();
      const card = stage.slack.messages(stage.room() ?? '').find((message) => message.text.startsWith('🔴'));
      await stage.slack.click('rita', { channel: card?.channel ?? '', ts: card?.ts ?? '' }, 'acgs.resolve');
      return (await until('the form', () => stage.slack.openView('rita'))).id;
    }
    const resolves = () => stage.desk.asked.filter((one) => one.what === 'resolve');

    it('takes a form again that came too late, works it once, and never works the late one', async () => {
      const gate = Promise.withResolvers<void>();
      const slow = (store: Store): Store => ({
        ...store,
        inbox: {
          ...store.inbox,
          take: (one) =>
            (one.kind === 'submission' ? gate.promise : Promise.resolve()).then(() => store.inbox.take(one)),
        },
      });
      const form = await formToResolve(slow);
      for (const _try of ['first', 'second']) {
        const refused = await stage.slack.submit('rita', form, { reason: 'cache is warm' });
        expect(refused).toMatchObject({ errors: { reason: expect.stringContaining('Perhaps not accepted') } });
      }
      gate.resolve();
      await until('an empty inbox', async () => (await stage.store.inbox.backlog()).waiting === 0);
      expect(resolves()).toEqual([]);
      const accepted = await stage.slack.submit('rita', form, { reason: 'cache is warm' });
      expect(accepted.errors).toBeUndefined();
      await until('the resolve', () => resolves().length === 1);
      await until('an empty inbox', async () => (await stage.store.inbox.backlog()).waiting === 0);
      expect(resolves()).toHaveLength(1);
    });

    it('takes a form again whose row was stored although the store said it failed', async () => {
      let doubtful = 1;
      const lying = (store: Store): Store => ({
        ...store,
        inbox: {
          ...store.inbox,
          async take(one) {
            const outcome = await store.inbox.take(one);
            if (one.kind !== 'submission' || doubtful === 0) return outcome;
            doubtful -= 1;
            throw lost;
          },
        },
      });
      const form = await formToResolve(lying);
      const refused = await stage.slack.submit('rita', form, { reason: 'cache is warm' });
      expect(refused).toMatchObject({ errors: { reason: expect.stringContaining('Perhaps not accepted') } });
      await stage.slack.submit('rita', form, { reason: 'cache is warm' });
      await until('the resolve', () => resolves().length === 1);
    });

    it('keeps a form that was acknowledged when a repeat of it was perhaps not stored', async () => {
      let away = false;
      const silent = (store: Store): Store => ({
        ...store,
        inbox: { ...store.inbox, take: async (one) => (away ? Promise.reject(lost) : store.inbox.take(one)) },
      });
      const form = await formToResolve(silent);
      stage.desk.resolve = () => Promise.reject(new StoreUnavailable('gone before it had an effect'));
      const accepted = await stage.slack.submit('rita', form, { reason: 'cache is warm' });
      expect(accepted).toMatchObject({ status: 200, body: '' });
      await until('the note', () => stage.complaints.some((line) => line.includes('waits for the store')));
      away = true;
      expect((await accepted.replay()).body).toContain('Perhaps not accepted');
      expect((await stage.store.inbox.backlog()).waiting).toBe(1);
    });
  });

  describe('a delivery that another replica has', () => {
    it('and did is answered by that one alone: no second effect, no answer, no complaint', async () => {
      stage = await start();
      const { command } = stage.desk;
      const settledElsewhere = Promise.withResolvers<void>();
      stage.desk.command = async (words, request) => {
        await stage.store.inbox.settle(request.delivery ?? '', 'done by the other one');
        await command(words, request).finally(() => settledElsewhere.resolve());
      };
      await stage.slack.command('rita', '#incidents', 'incident latency');
      await settledElsewhere.promise;
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(stage.desk.asked).toEqual([]);
      expect(stage.slack.ephemerals('rita')).toEqual([]);
      expect(stage.complaints).toEqual([]);
    });

    it('is renewed by it for as long as it works', { timeout: 30_000 }, async () => {
      const renewed: string[] = [];
      const noting = (store: Store): Store => ({
        ...store,
        inbox: {
          ...store.inbox,
          async renew(keys) {
            renewed.push(...keys);
            await store.inbox.renew(keys);
          },
        },
      });
      stage = await start({ around: noting });
      const finish = Promise.withResolvers<void>();
      stage.desk.command = () => finish.promise;
      await stage.slack.command('rita', '#incidents', 'health');
      await until('the renewal', () => renewed.length > 0, 15_000);
      expect(renewed[0]).toMatch(/^command /);
      finish.resolve();
    });
  });

  describe('an answer that Slack does not take at once', () => {
    /** Every way to answer fails, as often as one attempt tries. */
    function refuseOnce(): void {
      for (const way of ['response_url', 'chat.postEphemeral', 'chat.postMessage']) {
        stage.slack.faults.fail(way, { kind: 'http', status: 503 });
      }
    }

    it('is given later, when it refuses somebody', async () => {
      stage = await start();
      refuseOnce();
      await stage.slack.command('guest', '#incidents', 'incident latency');
      const said = await until('the refusal', () => stage.slack.ephemerals('guest').at(-1));
      expect(said.text).toContain('Guests cannot use this bot.');
      expect(stage.desk.asked).toEqual([]);
    });

    it('is given later, when it tells that something broke', async () => {
      stage = await start();
      stage.desk.command = () => Promise.reject(new Error('a mistake of ours'));
      refuseOnce();
      await stage.slack.command('rita', '#incidents', 'health');
      const said = await until('the answer', () => stage.slack.ephemerals('rita').at(-1));
      expect(said.text).toContain('Something broke on our side');
      await until('an empty inbox', async () => (await stage.store.inbox.backlog()).waiting === 0);
    });
  });

  describe('people', () => {
    it('who are guests are refused kindly, and nothing starts', async () => {
      stage = await start();
      await stage.slack.command('guest', '#incidents', 'incident latency');
      const said = await until('the refusal', () => stage.slack.ephemerals('guest').at(-1));
      expect(said.text).toContain('Guests cannot use this bot. Ask a full member');
      expect(stage.desk.asked).toEqual([]);
    });

    it('of another workspace are refused', async () => {
      stage = await start();
      await until('the connection', () => stage.face.status().connected);
      await stage.desk.declare(anIncident(), ['U0RITA']);
      await stage.quiet();
      const card = stage.slack.messages(stage.room() ?? '').find((message) => message.text.startsWith('🔴'));
      const forge = { team: { id: 'T0OTHER', domain: 'other' } };
      await stage.slack.click('rita', { channel: card?.channel ?? '', ts: card?.ts ?? '' }, 'acgs.acknowledge', {
        forge,
      });
      await until('the refusal', () =>
        stage.slack.ephemerals('rita').some((one) => one.text.includes('other workspaces')),
      );
      expect(stage.desk.asked).toEqual([]);
    });

    it('whom Slack cannot describe just now may still declare', async () => {
      stage = await start();
      stage.slack.faults.fail('users.info', { kind: 'http', status: 503 }, Number.POSITIVE_INFINITY);
      await stage.slack.command('rita', '#incidents', 'incident latency');
      await until('the command', () => stage.desk.asked.length === 1);
    });

    it('are asked about once in five minutes, not at every click', async () => {
      stage = await start();
      for (let n = 0; n < 3; n += 1) await stage.slack.command('rita', '#incidents', 'help');
      await until('the commands', () => stage.desk.asked.length === 3);
      expect(stage.slack.calls('users.info').length).toBeLessThanOrEqual(3);
      const before = stage.slack.calls('users.info').length;
      await stage.slack.command('rita', '#incidents', 'help');
      await until('the command', () => stage.desk.asked.length === 4);
      expect(stage.slack.calls('users.info')).toHaveLength(before);
    });
  });

  describe('a failure', () => {
    it('F64: of ours is told once, with an id that the log has too, and the next request is answered', async () => {
      stage = await start();
      stage.desk.breaks = new Error('secret internals');
      await stage.slack.command('rita', '#incidents', 'health');
      const said = await until('the answer', () => stage.slack.ephemerals('rita').at(-1));
      const id = /under ([0-9a-f]{8})/.exec(said.text)?.[1];
      expect(said.text).not.toContain('secret internals');
      expect(stage.complaints.some((line) => id !== undefined && line.includes(id))).toBe(true);
      stage.desk.breaks = undefined;
      expect((await stage.slack.command('lena', '#incidents', 'help')).status).toBe(200);
      await until('the answer to the next one', () => stage.slack.ephemerals('lena').length === 1);
      expect((await stage.store.inbox.backlog()).waiting).toBe(0);
    });

    it('of the store after the acknowledgement leaves the delivery for the next process', async () => {
      stage = await start();
      stage.desk.breaks = new StoreUnavailable('gone');
      await stage.slack.command('rita', '#incidents', 'health');
      await until('the note', () => stage.complaints.some((line) => line.includes('waits for the store')));
      expect((await stage.store.inbox.backlog()).waiting).toBe(1);
    });

    it('of a dead process is made good: what it had stored and not done is done at the start', async () => {
      const dead: Delivery[] = [];
      stage = await start({
        start: false,
        around: (store) => ({ ...store, inbox: { ...store.inbox, leftOver: async () => dead.splice(0) } }),
      });
      const ask = {
        kind: 'command',
        person: 'U0RITA',
        place: 'C0INCIDENTS',
        words: 'incident latency',
        typed: '/acgs',
      };
      const asTaken = { kind: 'command', receivedAt: Date.now() - 60_000 };
      dead.push(
        { ...asTaken, key: 'command 1', payload: ask },
        { ...asTaken, key: 'command 2', payload: { kind: '?' } },
      );
      for (const delivery of dead) await stage.store.inbox.take(delivery);
      await stage.face.start();
      await until('the work', () => stage.desk.asked.length === 1);
      expect(stage.desk.asked[0]?.with).toEqual(['incident latency']);
      await until('an empty inbox', async () => (await stage.store.inbox.backlog()).waiting === 0);
    });
  });

  describe('starting and stopping', () => {
    it('waits for the work in hand and accepts nothing more', async () => {
      stage = await start();
      const original = stage.desk.command;
      let finished = false;
      stage.desk.command = async (words, request) => {
        await new Promise((resolve) => setTimeout(resolve, 700));
        await original(words, request);
        finished = true;
      };
      await stage.slack.command('rita', '#incidents', 'health');
      await until('the start of the work', async () => (await stage.store.inbox.backlog()).waiting === 1);
      await stage.face.stop();
      expect(finished).toBe(true);
      const late = await stage.slack.command('rita', '#incidents', 'health');
      if (transport === 'http') expect(late.body).toContain('Not accepted');
      else expect(late.outcome).toBe('dispatch_failed');
      expect(stage.desk.asked).toHaveLength(1);
    });
  });
});

it('what has not begun when the time to stop is over is left for the next process', async () => {
  stage = await startSlackStage();
  const gate = Promise.withResolvers<void>();
  const begun: string[] = [];
  stage.desk.command = async (words) => {
    begun.push(words);
    await gate.promise;
  };
  await stage.slack.command('rita', '#incidents', 'status 1');
  await until('the first command', () => begun.length === 1);
  await stage.slack.command('rita', '#incidents', 'status 2');
  await stage.face.stop();
  const left = await stage.store.inbox.leftOver(10);
  expect(left.map(({ payload }) => payload)).toMatchObject([{ words: 'status 2' }]);
  gate.resolve();
  await stage.quiet();
  expect(begun).toEqual(['status 1']);
});
