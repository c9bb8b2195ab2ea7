// What the outbox promises: order within a lane, independence between lanes, leases, and no silent repeat.

import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { OutboxMessage, Store } from '../../../src/core/ports.ts';
import { onEveryEngine, until } from './engines.ts';

function say(lane: string, text: string, more: Partial<OutboxMessage> = {}): OutboxMessage {
  return { lane, notice: { kind: 'say', incident: lane, where: 'channel', text }, ...more };
}

function send(store: Store, ...messages: OutboxMessage[]): Promise<void> {
  return store.transact(async (tx) => {
    for (const message of messages) await tx.send(message);
  });
}

const textOf = (row: { readonly notice: object } | undefined) =>
  row !== undefined && 'text' in row.notice ? row.notice.text : undefined;

onEveryEngine('the outbox', (bench) => {
  const claim = async (limit = 10) => bench().store.outbox.claim(limit);
  /** Claims, and reports everything as sent, until nothing is left; the texts in the order they went out. */
  const drain = async (): Promise<unknown[]> => {
    const texts: unknown[] = [];
    for (let rows = await claim(); rows.length > 0; rows = await claim()) {
      for (const row of rows) {
        texts.push(textOf(row));
        await bench().store.outbox.sent(row.id);
      }
    }
    return texts;
  };

  it('leases the head of each lane only, and the next one once the head is out', async () => {
    const { store } = bench();
    await send(store, say('A', 'a1'), say('A', 'a2'), say('B', 'b1'));
    const first = await claim();
    expect(first.map(textOf)).toEqual(['a1', 'b1']);
    expect(first[0]).toEqual({
      id: expect.any(String),
      lane: 'A',
      notice: { kind: 'say', incident: 'A', where: 'channel', text: 'a1' },
      urgency: 1,
      attempt: 1,
      createdAt: expect.any(Number),
      waitedMs: expect.any(Number),
      ambiguous: false,
    });
    expect(await claim()).toEqual([]);
    await store.outbox.sent(first[0]?.id ?? '');
    expect((await claim()).map(textOf)).toEqual(['a2']);
  });

  it('keeps together and in order what one transaction sends to a lane, under concurrent writers', async () => {
    const { store } = bench();
    await Promise.all(
      Array.from({ length: 12 }, (_, n) => send(store, say('A', `${n}a`), say('B', 'beside it'), say('A', `${n}b`))),
    );
    const sent = (await drain()).filter((text) => text !== 'beside it');
    expect(sent).toHaveLength(24);
    for (let at = 0; at < sent.length; at += 2) expect(sent[at + 1]).toBe(String(sent[at]).replace('a', 'b'));
  });

  it('never lets a later writer of a lane overtake an earlier one that commits later', async () => {
    const { store, engine } = bench();
    const release = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    // Where there is one connection only, a transaction has it from its first word to its commit, and nobody is ever in between.
    const holding = engine.shared
      ? engine.db.transaction().execute(async (db) => {
          await sql`lock table pgboss.job_common in exclusive mode`.execute(db);
          held.resolve();
          await release.promise;
        })
      : held.resolve();
    await held.promise;
    // Its notices are written, and its commit waits for the table of jobs.
    const first = store.transact(async (tx) => {
      await tx.send(say('A', 'first'));
      await tx.schedule({ job: { kind: 'draft-postmortem', incident: 'INC-1' } });
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = send(store, say('A', 'second'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const inBetween = await claim();
    if (engine.shared) expect(inBetween).toEqual([]);
    release.resolve();
    await Promise.all([holding, first, second]);
    for (const row of inBetween) await store.outbox.sent(row.id);
    expect([...inBetween.map(textOf), ...(await drain())]).toEqual(['first', 'second']);
  });

  it('serves the most urgent lane first, then the oldest, and as many as asked', async () => {
    const { store } = bench();
    await send(store, say('A', 'low', { priority: 'low' }), say('B', 'first'), say('C', 'second'));
    await send(store, say('D', 'call', { priority: 'urgent' }));
    expect((await claim(2)).map(textOf)).toEqual(['call', 'first']);
    expect((await claim(2)).map(textOf)).toEqual(['second', 'low']);
  });

  it('replaces an unsent notice with the same key in the same lane, in its place', async () => {
    const { store } = bench();
    await send(store, say('A', 'redraw 1', { supersedes: 'card' }), say('A', 'note'));
    await send(store, say('B', 'other lane', { supersedes: 'card' }));
    await send(store, say('A', 'redraw 2', { supersedes: 'card' }), say('A', 'redraw 3', { supersedes: 'card' }));
    expect(await drain()).toEqual(['redraw 3', 'other lane', 'note']);
  });

  it('replaces two of one key when the older one came back before it reached anybody', async () => {
    const { store } = bench();
    await send(store, say('A', 'redraw 1', { supersedes: 'card' }));
    const [onItsWay] = await claim();
    await send(store, say('A', 'note'), say('A', 'redraw 2', { supersedes: 'card' }));
    await store.outbox.retry(onItsWay?.id ?? '', 0, 'waiting for its turn', false);
    await send(store, say('A', 'redraw 3', { supersedes: 'card' }));
    expect(await drain()).toEqual(['redraw 3', 'note']);
  });

  it('never replaces a notice that is on its way or may have arrived', async () => {
    const { store } = bench();
    await send(store, say('A', 'redraw 1', { supersedes: 'card' }));
    const [onItsWay] = await claim();
    await send(store, say('A', 'redraw 2', { supersedes: 'card' }));
    await store.outbox.retry(onItsWay?.id ?? '', 0, 'timeout', true);
    await send(store, say('A', 'redraw 3', { supersedes: 'card' }));
    expect(await drain()).toEqual(['redraw 1', 'redraw 3']);
  });

  it('tries again not before the pause is over, holds its lane meanwhile, and no other lane', async () => {
    const { store } = bench();
    await send(store, say('A', 'a1'), say('A', 'a2'), say('B', 'b1'));
    const [a1] = await claim();
    await store.outbox.retry(a1?.id ?? '', 300, 'rate limited', false);
    await send(store, say('C', 'c1'));
    expect((await claim()).map(textOf)).toEqual(['c1']);
    await until(async () => {
      const [again] = await claim();
      if (again === undefined) return false;
      expect(again).toMatchObject({ id: a1?.id, attempt: 2, ambiguous: false });
      return true;
    });
  });

  it('says that an attempt may have arrived until the notice is out', async () => {
    const { store } = bench();
    await send(store, say('A', 'a1'));
    const [first] = await claim();
    await store.outbox.retry(first?.id ?? '', 0, 'no answer', true);
    const [second] = await claim();
    expect(second).toMatchObject({ attempt: 2, ambiguous: true });
    await store.outbox.retry(second?.id ?? '', 0, 'rate limited while looking', false);
    expect(await claim()).toMatchObject([{ attempt: 3, ambiguous: true }]);
  });

  it('leases the row of a publisher that died again after 12 s, as one that may have arrived', async () => {
    const { store, engine } = bench();
    await send(store, say('A', 'a1'));
    await claim();
    await sql`update outbox set lease_until = lease_until - interval '11 seconds'`.execute(engine.db);
    expect(await claim()).toEqual([]);
    await sql`update outbox set lease_until = lease_until - interval '1 second'`.execute(engine.db);
    expect(await claim()).toMatchObject([{ attempt: 2, ambiguous: true }]);
  });

  it('ignores what a publisher reports about a row that another one has taken over, except that it is out', async () => {
    const { store, engine } = bench();
    await send(store, say('A', 'a1'));
    const [row] = await claim();
    await sql`update outbox set owner = 'another publisher'`.execute(engine.db);
    await store.outbox.failed(row?.id ?? '', 'I gave up');
    await store.outbox.retry(row?.id ?? '', 0, 'again', false);
    expect(await store.outbox.backlog()).toMatchObject({ waiting: 1, failed: 0 });
    expect(await claim()).toEqual([]);
    await store.outbox.sent(row?.id ?? '');
    expect(await store.outbox.backlog()).toMatchObject({ waiting: 0, failed: 0 });
  });

  it('keeps a failed notice with its reason, and goes on with the lane', async () => {
    const { store, engine } = bench();
    await send(store, say('A', 'a1'), say('A', 'a2'));
    const [row] = await claim();
    await store.outbox.failed(row?.id ?? '', 'channel_not_found');
    expect((await claim()).map(textOf)).toEqual(['a2']);
    expect(await store.outbox.backlog()).toMatchObject({ waiting: 1, failed: 1 });
    const { rows } = await sql<{ why: string }>`select why from outbox where failed_at is not null`.execute(engine.db);
    expect(rows).toEqual([{ why: 'channel_not_found' }]);
  });

  it('never leases one row to two claims at once', async () => {
    const { store } = bench();
    await send(store, ...Array.from({ length: 20 }, (_, n) => say(`lane-${n}`, `m${n}`)));
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(5)));
    const ids = claims.flat().map((row) => row.id);
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
  });

  it('wakes its listeners right after the commit, and when a pause is over', async () => {
    const { store } = bench();
    let woken = 0;
    const leave = store.outbox.onWake(() => {
      woken += 1;
    });
    await store.transact(async (tx) => {
      await tx.send(say('A', 'a1'));
      expect(woken).toBe(0);
    });
    await until(() => woken > 0, 200);
    const [row] = await claim();
    await until(async () => {
      const before = woken;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return woken === before;
    });
    const before = woken;
    const started = performance.now();
    await store.outbox.retry(row?.id ?? '', 200, 'rate limited', false);
    await until(() => woken > before, 1_000);
    expect(performance.now() - started).toBeGreaterThan(150);
    leave();
    const after = woken;
    await send(store, say('A', 'a2'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(woken).toBe(after);
  });

  it('a listener may use the store at once', async () => {
    const { store } = bench();
    const claimed = new Promise<unknown>((resolve, reject) => {
      const leave = store.outbox.onWake(() => {
        leave();
        store.outbox.claim(1).then(resolve, reject);
      });
    });
    await send(store, say('A', 'a1'));
    expect(await claimed).toMatchObject([{ lane: 'A' }]);
  });

  it('knows how many notices wait and for how long', async () => {
    const { store } = bench();
    expect(await store.outbox.backlog()).toEqual({ waiting: 0, oldestMs: 0, failed: 0 });
    await send(store, say('A', 'a1'), say('A', 'a2'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { waiting, oldestMs } = await store.outbox.backlog();
    expect(waiting).toBe(2);
    expect(oldestMs).toBeGreaterThanOrEqual(45);
    expect(oldestMs).toBeLessThan(10_000);
  });
});
