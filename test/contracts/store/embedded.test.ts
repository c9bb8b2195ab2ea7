// What the embedded engine owes the process in which it lives: turns, an order by who waits, and a word when it is gone.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EmbeddedEngine } from '../../../src/store/embedded.ts';
import { PgliteThread } from '../../../src/store/pglite-thread.ts';
import { openCopiedEngine, openCopiedStore } from '../../support/prepared-store.ts';

let engine: EmbeddedEngine;

beforeEach(async () => {
  engine = await openCopiedEngine();
});
afterEach(() => engine.close());

const slow = sql<{ n: number }>`select count(*)::integer as n from generate_series(1, 400000)`;

test('many statements at once leave turns to the rest of the process: requests are read, answers leave', async () => {
  const store = await openCopiedStore();
  let turns = 0;
  let done = false;
  const rest = (async () => {
    while (!done) {
      await nextTurn();
      turns += 1;
    }
  })();
  const deliveries = Array.from({ length: 300 }, (_, number) => `command ${number}`);
  await Promise.all(
    deliveries.map((key) => store.inbox.take({ key, kind: 'command', payload: {}, receivedAt: Date.now() })),
  );
  done = true;
  await rest;
  // Without giving way all of it is one turn, however long it takes.
  expect(turns).toBeGreaterThan(5);
  await store.close();
});

test('a long statement holds up nobody but those who ask the engine', async () => {
  let turns = 0;
  const counted = slow.execute(engine.db).then(({ rows }) => {
    expect(rows).toEqual([{ n: 400_000 }]);
    return turns;
  });
  const rest = (async () => {
    for (; turns < 100_000; turns += 1) await nextTurn();
  })();
  expect(await counted).toBeGreaterThan(5);
  turns = 100_000;
  await rest;
});

test('what Slack waits for goes before work that waits, and after what has begun', async () => {
  const order: string[] = [];
  const ask = (db: EmbeddedEngine['db'], name: string) =>
    sql`select 1`.execute(db).then(() => {
      order.push(name);
    });
  await engine.db.transaction().execute(async (tx) => {
    const queued = [
      ...['work 1', 'work 2'].map((name) => ask(engine.db, name)),
      ...['turn', 'another turn'].map((name) => ask(engine.turns, name)),
      ...['delivery', 'another delivery'].map((name) => ask(engine.front, name)),
    ];
    await slow.execute(tx);
    order.push('what had begun');
    return { queued };
  });
  await ask(engine.db, 'last');
  expect(order[0]).toBe('what had begun');
  expect(order.indexOf('delivery')).toBeLessThan(order.indexOf('turn'));
  expect(order.indexOf('another delivery')).toBeLessThan(order.indexOf('another turn'));
  expect(order.indexOf('turn')).toBeLessThan(order.indexOf('work 1'));
  expect(order.slice(-3)).toEqual(['work 1', 'work 2', 'last']);
});

test('a transaction in which a statement failed stores nothing, also where its failure was passed over', async () => {
  const key = `passed over ${performance.now()}`;
  const insert = sql`insert into inbox (key, kind, received_at) values (${key}, 'x', now())`;
  const passedOver = engine.db.transaction().execute(async (tx) => {
    await insert.execute(tx);
    await sql`select 1 / 0`.execute(tx).catch(() => {});
  });
  await expect(passedOver).rejects.toThrow('rolled back instead of committed');
  const { rows } = await sql`select key from inbox where key = ${key}`.execute(engine.db);
  expect(rows).toEqual([]);
});

test('a text of several statements that fails in the middle leaves the connection as it was', async () => {
  const { db } = engine.boss;
  await expect(db?.executeSql('begin; create table half_made (n integer); select 1 / 0; commit')).rejects.toThrow(
    'division by zero',
  );
  expect((await sql`select to_regclass('half_made') as made`.execute(engine.db)).rows).toEqual([{ made: null }]);
});

test('errors keep what the store tells them apart by', async () => {
  const twice = sql`insert into inbox (key, kind, received_at) values ('once', 'x', now())`;
  await twice.execute(engine.db);
  await expect(twice.execute(engine.db)).rejects.toMatchObject({ severity: 'ERROR', code: '23505' });
  await expect(twice.execute(engine.db)).rejects.not.toHaveProperty('detail');
});

test('an engine that stands still is given up: what was under way fails, so does what comes later, and it is told once', async () => {
  const lost: string[] = [];
  const { pglite } = await PgliteThread.open(
    { kind: 'memory' },
    { answerWithinMs: 1_000, lost: (error) => lost.push(error.message) },
  );
  await pglite.query('select 1');
  await expect(pglite.query('select pg_sleep(3600)')).rejects.toThrow('has not answered for 1 s');
  await expect(pglite.query('select 1')).rejects.toThrow('has not answered for 1 s');
  expect(lost).toEqual(['the embedded engine has not answered for 1 s']);
});

test('an engine that is closed is not lost', async () => {
  const lost: string[] = [];
  const { pglite } = await PgliteThread.open({ kind: 'memory' }, { lost: (error) => lost.push(error.message) });
  await pglite.close();
  await expect(pglite.query('select 1')).rejects.toThrow('ended');
  expect(lost).toEqual([]);
});
