// What the inbox promises: a delivery counts once, survives the process that took it, and leaves no words behind when it is done.

import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { AlreadySettled, type Delivery } from '../../../src/core/ports.ts';
import { onEveryEngine } from './engines.ts';

function delivery(key: string, payload: unknown = { text: 'incident latency' }): Delivery {
  return { key, kind: 'command', payload, receivedAt: Date.UTC(2026, 10, 24, 2, 14, 0, 5) };
}

onEveryEngine('the inbox', (bench) => {
  /** As if half a minute and more had passed. */
  const afterLeases = () =>
    sql`update inbox set lease_until = lease_until - interval '31 seconds'`.execute(bench().engine.db);

  it('takes a key once, however many deliveries of it arrive at the same moment', async () => {
    const { inbox } = bench().store;
    const results = await Promise.all(Array.from({ length: 50 }, () => inbox.take(delivery('trigger-1'))));
    expect(results.filter((result) => result === 'taken')).toHaveLength(1);
    expect(results.filter((result) => result === 'duplicate')).toHaveLength(49);
  });

  it('knows a key again after it was settled', async () => {
    const { inbox } = bench().store;
    await inbox.take(delivery('event-1'));
    await inbox.settle('event-1', 'declared INC-1');
    expect(await inbox.take(delivery('event-1'))).toBe('duplicate');
    await afterLeases();
    expect(await inbox.leftOver(10)).toEqual([]);
  });

  it('gives left over deliveries back as they came, oldest first, at most as many as asked', async () => {
    const { inbox } = bench().store;
    const payload = { text: '🚀 "q" \\', list: [1, 2.5, null, { deep: true }], nothing: null };
    const sent = [delivery('one', payload), delivery('two', 'just text'), delivery('three', null)];
    for (const next of sent) await inbox.take(next);
    await afterLeases();
    expect(await inbox.leftOver(2)).toEqual(sent.slice(0, 2));
    expect(await inbox.leftOver(10)).toEqual(sent.slice(2));
  });

  it('leaves a delivery to the process that took it while its lease lasts, and gives it out once when it ran out', async () => {
    const { inbox } = bench().store;
    await inbox.take(delivery('one'));
    expect(await inbox.leftOver(10)).toEqual([]);
    for (const _again of ['taken', 'taken over']) {
      await afterLeases();
      const leases = await Promise.all(Array.from({ length: 5 }, () => inbox.leftOver(10)));
      expect(leases.flat()).toHaveLength(1);
    }
  });

  it('leaves a delivery alone for as long as its lease is renewed', async () => {
    const { inbox } = bench().store;
    await inbox.take(delivery('slow'));
    await inbox.take(delivery('dead'));
    await afterLeases();
    await inbox.renew(['slow', 'never taken']);
    expect((await inbox.leftOver(10)).map((one) => one.key)).toEqual(['dead']);
    await inbox.renew([]);
  });

  it('forgets a delivery as if it had never come, but not one that had its effect', async () => {
    const { inbox } = bench().store;
    await inbox.take(delivery('late'));
    await inbox.take(delivery('done'));
    await inbox.settle('done', 'declared INC-1');
    for (const key of ['late', 'done', 'never taken']) await inbox.forget(delivery(key));
    await afterLeases();
    expect(await inbox.leftOver(10)).toEqual([]);
    expect(await inbox.take(delivery('late'))).toBe('taken');
    expect(await inbox.take(delivery('done'))).toBe('duplicate');
  });

  it('forgets a repeat that was perhaps stored, and never the delivery that it repeats', async () => {
    const { inbox } = bench().store;
    const first = delivery('twice');
    await inbox.take(first);
    await inbox.forget({ ...first, receivedAt: first.receivedAt + 1 });
    expect(await inbox.take(first)).toBe('duplicate');
  });

  it('settles together with the effect, in its transaction', async () => {
    const { store } = bench();
    await store.inbox.take(delivery('one'));
    await store.transact((tx) => tx.settle('one', 'done'));
    expect(await store.inbox.backlog()).toEqual({ waiting: 0, oldestMs: 0 });
  });

  it.each(['settled', 'never taken'])(
    'lets no effect happen for a delivery that was %s, and does not try again',
    async (key) => {
      const { store } = bench();
      await store.inbox.take(delivery('settled'));
      await store.transact((tx) => tx.settle('settled', 'done'));
      let tried = 0;
      const again = store.transact(async (tx) => {
        tried += 1;
        await tx.setFaceRefs(`effect of ${key}`, { happened: 'twice' });
        await tx.settle(key, 'done again');
      });
      await expect(again).rejects.toBeInstanceOf(AlreadySettled);
      expect(tried).toBe(1);
      expect(await store.faceRef(`effect of ${key}`, 'happened')).toBeUndefined();
    },
  );

  it('drops the payload of a settled delivery and keeps its first outcome', async () => {
    const { store, engine } = bench();
    await store.inbox.take(delivery('one'));
    await store.inbox.settle('one', 'declared INC-1');
    await store.inbox.settle('one', 'something else');
    const { rows } = await sql`select key, payload, outcome from inbox`.execute(engine.db);
    expect(rows).toEqual([{ key: 'one', payload: null, outcome: 'declared INC-1' }]);
  });

  it('takes hostile payloads', async () => {
    const { inbox } = bench().store;
    expect(await inbox.take(delivery('bad \u0000', { 'k\u0000': 'v\u0000 \ud800' }))).toBe('taken');
    expect(await inbox.take(delivery('bad \u0000'))).toBe('duplicate');
    await afterLeases();
    expect(await inbox.leftOver(1)).toMatchObject([{ key: 'bad \ufffd', payload: { 'k\ufffd': 'v\ufffd \ufffd' } }]);
    await inbox.settle('bad \u0000', 'refused');
    expect((await inbox.backlog()).waiting).toBe(0);
  });

  it('knows how many deliveries wait and for how long', async () => {
    const { inbox } = bench().store;
    await inbox.take(delivery('one'));
    await inbox.take(delivery('two'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { waiting, oldestMs } = await inbox.backlog();
    expect(waiting).toBe(2);
    expect(oldestMs).toBeGreaterThanOrEqual(45);
    expect(oldestMs).toBeLessThan(10_000);
  });

  it('leaves to others what the one who asks cannot work', async () => {
    const { inbox } = bench().store;
    for (const kind of ['alert', 'click']) {
      await inbox.take({ key: `of ${kind}`, kind, payload: {}, receivedAt: 1 });
    }
    await inbox.release(['of alert', 'of click']);
    expect(await inbox.leftOver(10, ['command'])).toEqual([]);
    expect((await inbox.leftOver(10, ['alert'])).map(({ key }) => key)).toEqual(['of alert']);
    expect((await inbox.leftOver(10, ['alert', 'click'])).map(({ key }) => key)).toEqual(['of click']);
  });
});
