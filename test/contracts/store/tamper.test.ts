// What the hash chain and the sealed texts promise: a change is found where it was made, and erasing leaves no copy.

import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { type Actor, person } from '../../../src/core/actor.ts';
import type { Store } from '../../../src/core/ports.ts';
import { linkHash } from '../../../src/store/chain.ts';
import type { Engine } from '../../../src/store/engine.ts';
import { eraserOver } from '../../../src/store/erasing.ts';
import { sealedEventsOf } from '../../../src/store/event-log.ts';
import { givenToStore } from '../../support/prepared-store.ts';
import { declare, noted, onEveryEngine } from './engines.ts';

/** Runs a statement as an intruder who knows how to get around the trigger. */
async function intrude(engine: Engine, statement: string): Promise<void> {
  await sql.raw('alter table event disable trigger event_append_only').execute(engine.db);
  await sql.raw(statement).execute(engine.db);
  await sql.raw('alter table event enable trigger event_append_only').execute(engine.db);
}

async function incidentWithNotes(store: Store): Promise<string> {
  const id = await declare(store);
  await store.transact((tx) => tx.append(id, 1, [noted('one'), noted('two'), noted('three')]));
  return id;
}

onEveryEngine('tampering', (bench) => {
  it('the database refuses to change, delete or empty the events', async () => {
    const { store, engine } = bench();
    const id = await incidentWithNotes(store);
    for (const statement of [
      `update event set type = 'resolved' where stream = '${id}'`,
      `delete from event where stream = '${id}'`,
      'truncate event',
    ]) {
      await expect(sql.raw(statement).execute(engine.db)).rejects.toThrow('append-only');
    }
    expect(await store.events(id)).toHaveLength(4);
    expect(await store.verify(id)).toEqual({ ok: true });
  });

  const changes: readonly (readonly [what: string, statement: (id: string) => string, seq: number])[] = [
    ['data', (id) => `update event set data = data || '{"happenedAt": 1}' where stream = '${id}' and seq = 3`, 3],
    ['an actor', (id) => `update event set actor = '{"kind": "bot"}' where stream = '${id}' and seq = 2`, 2],
    ['a time', (id) => `update event set at = at - interval '1 hour' where stream = '${id}' and seq = 4`, 4],
    ['a recording time', (id) => `update event set recorded_at = now() where stream = '${id}' and seq = 3`, 3],
    ['a type', (id) => `update event set type = 'acknowledged' where stream = '${id}' and seq = 2`, 2],
    ['a hash', (id) => `update event set hash = md5('x') where stream = '${id}' and seq = 2`, 2],
    ['a predecessor', (id) => `update event set prev_hash = md5('x') where stream = '${id}' and seq = 3`, 3],
    ['a missing event', (id) => `delete from event where stream = '${id}' and seq = 2`, 2],
    ['a missing first event', (id) => `delete from event where stream = '${id}' and seq = 1`, 1],
    [
      'two exchanged events',
      (id) => `update event set seq = case seq when 2 then 30 else seq end where stream = '${id}'`,
      2,
    ],
    ['a text', (id) => `update private_text set text = 'never said' where stream = '${id}' and text = 'two'`, 3],
    ['a removed text', (id) => `delete from private_text where stream = '${id}' and text = 'three'`, 4],
  ];
  for (const [what, statement, seq] of changes) {
    it(`verify names the first bad event after a change of ${what}`, async () => {
      const { store, engine } = bench();
      const id = await incidentWithNotes(store);
      await intrude(engine, statement(id));
      expect(await store.verify(id)).toEqual({ ok: false, seq, why: expect.any(String) });
    });
  }

  it('verify finds an event that was forged together with its hash, at the event after it', async () => {
    const { store, engine } = bench();
    const id = await incidentWithNotes(store);
    const forged = (await sealedEventsOf(engine.db, id))[1];
    if (forged === undefined) throw new Error('no second event');
    const hash = linkHash({ ...forged, actor: { kind: 'bot' } });
    await intrude(
      engine,
      `update event set actor = '{"kind": "bot"}', hash = '${hash}' where stream = '${id}' and seq = 2`,
    );
    expect(await store.verify(id)).toMatchObject({ ok: false, seq: 3, why: expect.stringContaining('follow') });
  });

  it('verify says that an event is missing where one was removed', async () => {
    const { store, engine } = bench();
    const id = await incidentWithNotes(store);
    await intrude(engine, `delete from event where stream = '${id}' and seq = 3`);
    expect(await store.verify(id)).toEqual({ ok: false, seq: 3, why: 'the event is missing' });
  });

  it('verify finds evidence that was exchanged', async () => {
    const { store, engine } = bench();
    const id = await declare(store);
    const drafted = await store.transact(async (tx) => {
      const body = new TextEncoder().encode('the report');
      const evidence = await tx.keep({ kind: 'report', mediaType: 'text/markdown', body });
      await tx.append(id, 1, [{ ...noted(''), event: { type: 'report-drafted', evidence } }]);
      return evidence;
    });
    expect(await store.verify(id)).toEqual({ ok: true });
    await sql`update evidence set body = 'another report' where id = ${drafted.id}`.execute(engine.db);
    expect(await store.verify(id)).toMatchObject({ ok: false, seq: 2 });
  });

  it('keeps words and ids of people in one erasable place, and the chain holds after they are erased', async () => {
    const { store, engine } = bench();
    const secret = `secret-${Math.random()}`;
    const who = `U-${Math.random()}`;
    const id = await declare(store, { note: { private: secret } });
    const reason = { private: secret };
    await store.transact((tx) =>
      tx.append(id, 1, [
        noted(secret, who),
        { ...noted('', who), event: { type: 'acknowledged' } },
        { ...noted(''), event: { type: 'escalated', how: 'called', level: 'L1', name: 'On call', people: [who] } },
        { ...noted('', who), event: { type: 'resolved', as: 'resolved', reason } },
      ]),
    );

    const copies = async (text: string) => {
      const found: string[] = [];
      const tables = await sql<{ name: string }>`
        select table_schema || '.' || table_name as name from information_schema.tables
        where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`.execute(
        engine.db,
      );
      for (const { name } of tables.rows) {
        const rows = await sql<{ count: string }>`
          select count(*) as count from ${sql.raw(name)} as row where position(${text} in row::text) > 0`.execute(
          engine.db,
        );
        if (rows.rows[0]?.count !== '0') found.push(name);
      }
      return found;
    };
    expect(await copies(secret)).toEqual(['public.private_text']);
    expect(await copies(who)).toEqual(['public.private_text']);
    expect((await store.incident(id))?.acknowledged?.by).toEqual({ kind: 'person', id: who });
    expect((await store.incident(id))?.escalated[0]?.people).toEqual([who]);

    const eraser = eraserOver(engine, givenToStore());
    for (const seq of [1, 2, 5]) await eraser.erase({ kind: 'words', stream: id, seq }, person('os:operator'));
    expect(await eraser.erase({ kind: 'person', id: who }, person('os:operator'))).toEqual([id]);
    expect(await copies(secret)).toEqual([]);
    expect(await copies(who)).toEqual([]);

    const erased: Actor = { kind: 'person', id: 'erased' };
    const [first, second] = await store.events(id);
    expect(first).toMatchObject({ actor: { id: 'U0RESPONDER' }, event: { note: { private: null } } });
    expect(second).toMatchObject({ actor: erased, event: { type: 'noted', text: { private: null } } });
    expect(await store.incident(id)).toMatchObject({
      escalated: [{ people: ['erased'] }],
      note: { private: null },
      roles: { responder: erased },
      resolved: { reason: { private: null } },
    });
    const operator: Actor = { kind: 'person', id: 'os:operator' };
    expect((await store.events(id)).slice(5)).toMatchObject([
      { actor: operator, event: { type: 'erased', what: 'words', events: [1] } },
      { event: { type: 'erased', what: 'words', events: [2] } },
      { event: { type: 'erased', what: 'words', events: [5] } },
      { event: { type: 'erased', what: 'person', events: [2, 3, 4, 5] } },
    ]);
    expect(await store.verify(id)).toEqual({ ok: true });

    await store.rebuildProjections();
    expect((await store.incident(id))?.note).toEqual({ private: null });
    await store.transact((tx) => tx.append(id, 9, [noted('life goes on')]));
    expect(await store.verify(id)).toEqual({ ok: true });
  });

  it('erasing and recording at the same moment both happen, one after the other', async () => {
    const { store, engine } = bench();
    const id = await incidentWithNotes(store);
    const eraser = eraserOver(engine, givenToStore());
    const note = () => store.transact(async (tx) => tx.append(id, (await tx.events(id)).length, [noted('meanwhile')]));
    const erase = (seq: number) => eraser.erase({ kind: 'words', stream: id, seq }, person('os:operator'));
    await Promise.all([note(), erase(2), note(), erase(3), note()]);
    const types = (await store.events(id)).map(({ event }) => event.type);
    expect(types.filter((type) => type === 'erased')).toHaveLength(2);
    expect(types).toHaveLength(9);
    expect(await store.verify(id)).toEqual({ ok: true });
  });

  it('verify finds words that are gone without an erasure on record', async () => {
    const { store, engine } = bench();
    const id = await incidentWithNotes(store);
    await sql`update private_text set text = null, salt = null where stream = ${id} and text = 'two'`.execute(
      engine.db,
    );
    expect(await store.verify(id)).toMatchObject({ ok: false, seq: 3, why: expect.stringContaining('no erasure') });
  });

  it('the id of a person stays in an incident that is open, where it decides who may do what', async () => {
    const { store, engine } = bench();
    const who = `U-${Math.random()}`;
    const id = await declare(store);
    await store.transact((tx) => tx.append(id, 1, [noted('said', who), noted(`ask ${who}`)]));
    const eraser = eraserOver(engine, givenToStore());
    const found = await eraser.find({ kind: 'person', id: who });
    expect(found).toMatchObject({ streams: [{ stream: id, kept: expect.stringContaining('still open') }] });
    expect(found.mentions).toEqual([{ stream: id, seq: 3 }]);
    expect(await eraser.erase({ kind: 'person', id: who }, person('os:operator'))).toEqual([]);
    expect((await store.events(id))[1]?.actor).toEqual({ kind: 'person', id: who });
  });

  it('gives the same text another digest each time, so that nobody can compare', async () => {
    const { store, engine } = bench();
    const id = await declare(store);
    await store.transact((tx) => tx.append(id, 1, [noted('same'), noted('same')]));
    const { rows } = await sql<{ digest: string }>`
      select data->'text'->'private'->>'digest' as digest from event where stream = ${id} and seq > 1`.execute(
      engine.db,
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(rows[0]?.digest).not.toBe(rows[1]?.digest);
  });
});
