// An upgrade while things are open: what an older release left in the store goes on under this one.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, expect, it } from 'vitest';
import type { StoredEvent } from '../../../src/core/audit.ts';
import { carryOutJob } from '../../../src/response/carry-out-job.ts';
import { openDesk } from '../../../src/response/open-desk.ts';
import { performAction } from '../../../src/response/perform-action.ts';
import type { Engine } from '../../../src/store/engine.ts';
import { up as firstSchema } from '../../../src/store/migrations/0001-record.ts';
import { rebuild } from '../../../src/store/projection.ts';
import { storeOver } from '../../../src/store/store.ts';
import { givenToStore, openCopiedEngine } from '../../support/prepared-store.ts';
import { openBench } from '../../support/response-bench.ts';

/**
 * The record of an incident as release 0.1.0 exported it: `latency` is declared with a note, acknowledged, and the destructive action
 * `scale-out` waits for an approver. Never write it anew: records like it are kept for years.
 */
const record = readFileSync(join(import.meta.dirname, '../../fixtures/record-0.1.0.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as StoredEvent & { readonly private: StoredEvent['texts'] });
const action = '3e4e39f2d7a54a0d9f1c77f5b2a4c9e1';

/** What was shown before the approval was asked for. */
const preview = Buffer.from('{"rows":[{"label":"lever","amount":"3 → 5"}],"notes":[]}');

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function insert(db: Engine['db'], events: typeof record): Promise<void> {
  for (const { stream, private: texts, ...event } of events) {
    const [at, recorded] = [event.at, event.recordedAt].map((ms) => new Date(ms));
    await sql`insert into event values (${stream}, ${event.seq}, ${at}, ${recorded}, ${JSON.stringify(event.actor)}::jsonb,
      ${event.type}, ${JSON.stringify(event.data)}::jsonb, ${event.prevHash}, ${event.hash})`.execute(db);
    const { evidence } = event.data as { readonly evidence?: { readonly id: string; readonly digest: string } };
    if (evidence !== undefined) {
      const kept = { ...evidence, kind: 'preview', media_type: 'application/json', body: preview };
      await db.insertInto('evidence').values(kept).execute();
    }
    for (const { row, salt = '', text } of texts) {
      const values = { id: row, stream, salt: Buffer.from(salt, 'hex'), text: text ?? null };
      await db.insertInto('private_text').values(values).execute();
    }
  }
}

it('F62: the schema of the first release is brought up to date under an open incident, a delivery and a notice', async () => {
  const engine = await openCopiedEngine();
  for (const statement of ['drop schema public cascade', 'drop schema pgboss cascade', 'create schema public'])
    await sql.raw(statement).execute(engine.db);
  const older = new Migrator({
    db: engine.db as Kysely<unknown>,
    provider: { getMigrations: async () => ({ '0001-record': { up: firstSchema } }) },
  });
  expect((await older.migrateToLatest()).error).toBeUndefined();
  // There were no actions then.
  const before = record.filter(({ type }) => !type.startsWith('action-'));
  await insert(engine.db, before);
  await sql`insert into incident values ('INC-1', 1, 'latency', 'agent-bus', 'open', false, ${before.length}, ${JSON.stringify(
    {
      ...{
        id: 'INC-1',
        number: 1,
        runbook: 'latency',
        title: 'High latency',
        scope: 'agent-bus',
        severity: 'critical',
      },
      ...{ separate: false, status: 'open', phase: 'verify', declaredAt: before[0]?.at, openedAt: before[0]?.at },
      ...{
        declaredBy: before[0]?.actor,
        headline: 'p99',
        setupFailures: {},
        escalated: [],
        escalationExhausted: false,
      },
      ...{ round: 1, roundFinished: false, expectedChecks: ['p99'], observations: {}, standings: [], roles: {} },
      ...{ seq: before.length },
    },
  )}::jsonb)`.execute(engine.db);
  await sql`update counter set value = 1 where name = 'incident'`.execute(engine.db);
  await sql`insert into outbox (id, lane, urgency, notice, created_at) values
    ('n1', 'INC-1', 2, '{"kind": "redraw-card", "incident": "INC-1"}', now())`.execute(engine.db);
  await sql`insert into inbox (key, kind, payload, received_at) values ('click 1', 'click', '{"a": 1}', now())`.execute(
    engine.db,
  );

  const store = await storeOver(engine, givenToStore());
  closing.push(() => store.close());
  expect(await store.verify('INC-1')).toEqual({ ok: true });
  expect((await store.outbox.claim(5)).map(({ notice }) => notice.kind)).toEqual(['redraw-card']);
  expect((await store.inbox.leftOver(5)).map(({ key }) => key)).toEqual(['click 1']);
  const bench = await openBench();
  closing.push(() => bench.store.close());
  const desk = openDesk({ ...bench.given, store });
  await desk.note('INC-1', 'after the upgrade', 0, bench.asks('U0RITA'));
  await desk.proposeAction('INC-1', 'scale-out', bench.asks('U0RITA'));
  expect((await desk.incidentView('INC-1'))?.underWay).toMatchObject([{ state: 'proposed' }]);
  expect(await store.actions({ states: ['proposed'] })).toHaveLength(1);
  expect(await store.verify('INC-1')).toEqual({ ok: true });
});

it('F62: an approval that waits over an upgrade is decided with its old button, and runs once', async () => {
  const bench = await openBench();
  closing.push(() => bench.store.close());
  await insert(bench.engine.db, record);
  await bench.engine.db.transaction().execute(rebuild);
  await sql`update counter set value = 1 where name = 'incident'`.execute(bench.engine.db);
  expect(await bench.store.verify('INC-1')).toEqual({ ok: true });
  expect((await bench.store.incident('INC-1'))?.note).toEqual({ private: 'users complain' });

  bench.now = (record.at(-1)?.at ?? 0) + 60_000;
  bench.lever.risk = 'destructive';
  await bench.desk.decideOn(action, { kind: 'approve' }, bench.asks('U0RITA'));
  expect(await bench.answers()).toContain('refusal own-request');
  await bench.desk.decideOn(action, { kind: 'approve' }, bench.asks('U0OMAR'));
  await performAction(bench.given, 'INC-1', action);
  await performAction(bench.given, 'INC-1', action);
  expect(bench.lever.pulls).toEqual([5]);
  expect((await bench.store.incident('INC-1'))?.actions[action]).toMatchObject({ state: 'succeeded' });
  expect(await bench.store.verify('INC-1')).toEqual({ ok: true });
});

it('F62: a job that only a newer release knows is left for it', async () => {
  const bench = await openBench();
  closing.push(() => bench.store.close());
  await expect(carryOutJob(bench.given)({ kind: 'from-the-future' } as never)).rejects.toThrow(/newer release/);
});
