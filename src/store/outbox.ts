// The outbox: notices written with the events that caused them, leased to a publisher lane by lane until they are out.

import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Notice } from '../core/notice.ts';
import type { Ids, Outbox, OutboxMessage } from '../core/ports.ts';
import type { Ask } from './ask.ts';
import { leaseEnd, leaseMs } from './lease.ts';
import { storableJson, storableText } from './storable.ts';
import type { Tables } from './tables.ts';
import type { Wake } from './wake.ts';

/** PostgreSQL's NOTIFY tells the other replicas on it that there is something to send. */
export const outboxChannel = 'acgs_outbox';

const urgency = { urgent: 0, normal: 1, low: 2 } as const;

/**
 * Adds notices inside the caller's transaction. A newer notice with the same key takes the place of one that waits. Transactions that write
 * to one lane wait for each other until they have committed, so that the order of positions is the order of commits; where there is one
 * connection only, nobody comes in between. Tells the other replicas that it was `owner` who wrote.
 */
export async function enqueue(
  db: Kysely<Tables>,
  given: { readonly ids: Ids; readonly shared: boolean; readonly owner: string },
  messages: readonly OutboxMessage[],
): Promise<void> {
  const rows = latestOfEach(messages.map((message) => rowOf(message, given.ids)));
  if (rows.length === 0) return;
  // All in one order, so that nobody waits in a ring.
  const lanes = [...new Set(rows.map(({ lane }) => lane))].sort();
  const locks = sql`select pg_advisory_xact_lock(hashtextextended('outbox ' || lane, 0)) from unnest(${lanes}::text[]) lane`;
  let fresh = rows;
  if (rows.some(({ supersedes }) => supersedes !== null)) {
    // What waits is looked at by a statement that begins when the locks are there.
    if (given.shared) await locks.execute(db);
    fresh = await replaceWaiting(db, rows);
  }
  const written = sql`
    insert into outbox (id, lane, supersedes, urgency, notice, created_at)
    select id, lane, supersedes, urgency, notice, now()
    from rows from (json_to_recordset(${storableJson(fresh)}::json)
      as (id text, lane text, supersedes text, urgency int, notice jsonb)) with ordinality
    cross join `;
  if (!given.shared) {
    await sql`${written} (select 1) as nobody order by ordinality`.execute(db);
    return;
  }
  // In one statement: a position is given when the locks are there, because no row is made before they are counted.
  await sql`
    with mine as materialized (${locks}),
      put as (${written} (select count(*) from mine) as locked order by ordinality returning position)
    select pg_notify(${outboxChannel}, ${given.owner}) from (select count(*) from put) as told`.execute(db);
}

interface Row {
  readonly id: string;
  readonly lane: string;
  readonly supersedes: string | null;
  readonly urgency: number;
  readonly notice: Notice;
}

function rowOf({ lane, supersedes, priority, notice }: OutboxMessage, ids: Ids): Row {
  return {
    id: ids.next(),
    lane: storableText(lane),
    supersedes: supersedes ?? null,
    urgency: urgency[priority ?? 'normal'],
    notice,
  };
}

/** Of notices with one key in one lane the newest, in the place of the first. */
function latestOfEach(rows: readonly Row[]): readonly Row[] {
  const latest: Row[] = [];
  for (const row of rows) {
    const place = row.supersedes === null ? -1 : latest.findIndex((one) => isSameKey(one, row));
    const before = latest[place];
    if (before === undefined) latest.push(row);
    else latest[place] = { ...row, urgency: Math.min(row.urgency, before.urgency) };
  }
  return latest;
}

function isSameKey(one: Pick<Row, 'lane' | 'supersedes'>, other: Pick<Row, 'lane' | 'supersedes'>): boolean {
  return one.lane === other.lane && one.supersedes === other.supersedes;
}

/**
 * Returns the rows that took nobody's place. Only notices that surely did not reach anybody are replaced: none on its way, none whose fate
 * is unknown. There can be two of them, when one that was on its way while a newer one was written came back: the first place is kept.
 */
async function replaceWaiting(db: Kysely<Tables>, rows: readonly Row[]): Promise<readonly Row[]> {
  const superseding = rows.filter(({ supersedes }) => supersedes !== null);
  const waiting = await db
    .selectFrom('outbox')
    .select(['position', 'lane', 'supersedes'])
    .where('lane', 'in', [...new Set(superseding.map(({ lane }) => lane))])
    .where('supersedes', 'is not', null)
    .where('failed_at', 'is', null)
    .where('lease_until', 'is', null)
    .where('ambiguous', '=', false)
    .orderBy('position')
    .forUpdate()
    .execute();
  const fresh: Row[] = [];
  for (const row of rows) {
    const same = row.supersedes === null ? [] : waiting.filter((one) => isSameKey(one, row));
    const [first, ...others] = same.map(({ position }) => position);
    if (first === undefined) {
      fresh.push(row);
      continue;
    }
    if (others.length > 0) await db.deleteFrom('outbox').where('position', 'in', others).execute();
    await db
      .updateTable('outbox')
      .set({
        id: row.id,
        notice: storableJson(row.notice),
        created_at: sql<Date>`now()`,
        urgency: sql`least(urgency, ${row.urgency})`,
      })
      .where('position', '=', first)
      .execute();
  }
  return fresh;
}

/** `owner` names this publisher among the others of the same database. */
export function outboxOver(
  db: Kysely<Tables>,
  given: {
    readonly owner: string;
    readonly ask: Ask;
    /** Renewals go this way: they must not wait for a connection behind the work that they keep. */
    readonly front: Kysely<Tables>;
    readonly wake: Wake;
    /** True once the store is about to close: nothing new is leased. */
    readonly resting: () => boolean;
  },
): Outbox {
  const { owner, ask, wake, resting, front } = given;
  return {
    leaseMs,

    claim: (limit) =>
      ask('outbox.claim', async () => {
        if (resting()) return [];
        // A lease that ran out without a report may have reached the outside: the publisher must look before it repeats.
        const { rows } = await sql<ClaimedRow>`
          update outbox set owner = ${owner}, lease_until = ${leaseEnd}, attempt = attempt + 1,
            ambiguous = ambiguous or lease_until is not null
          where position in (
            select position from outbox head
            where failed_at is null and due_at <= now() and (lease_until is null or lease_until <= now())
              and not exists (
                select 1 from outbox earlier
                where earlier.lane = head.lane and earlier.position < head.position and earlier.failed_at is null
              )
            order by urgency, position limit ${limit} for update skip locked
          )
          returning position, id, lane, urgency, notice, attempt, ambiguous, created_at,
            ${ageMs(sql.ref('created_at'))} as waited_ms`.execute(db);
        return rows
          .toSorted((a, b) => a.urgency - b.urgency || Number(a.position) - Number(b.position))
          .map((row) => ({
            id: row.id,
            lane: row.lane,
            notice: row.notice,
            urgency: row.urgency,
            attempt: row.attempt,
            createdAt: row.created_at.getTime(),
            waitedMs: row.waited_ms,
            ambiguous: row.ambiguous,
          }));
      }),

    renew: (ids) =>
      ask('outbox.renew', async () => {
        if (ids.length === 0) return [];
        const rows = await front
          .updateTable('outbox')
          .set({ lease_until: leaseEnd })
          .where(sql<boolean>`id = any(${[...ids]}::text[])`)
          .where('owner', '=', owner)
          .returning('id')
          .execute();
        return rows.map((row) => row.id);
      }),

    sent: (id) =>
      ask('outbox.sent', async () => {
        await db.deleteFrom('outbox').where('id', '=', id).execute();
        wake.now();
      }),

    retry: (id, afterMs, why, ambiguous) =>
      ask('outbox.retry', async () => {
        await db
          .updateTable('outbox')
          .set({
            owner: null,
            lease_until: null,
            due_at: sql<Date>`now() + make_interval(secs => ${afterMs / 1_000})`,
            ambiguous: sql<boolean>`ambiguous or ${ambiguous}`,
            why: storableText(why),
          })
          .where('id', '=', id)
          .where('owner', '=', owner)
          .execute();
        wake.after(afterMs);
      }),

    failed: (id, why) =>
      ask('outbox.failed', async () => {
        await db
          .updateTable('outbox')
          .set({ owner: null, lease_until: null, failed_at: sql<Date>`now()`, why: storableText(why) })
          .where('id', '=', id)
          .where('owner', '=', owner)
          .execute();
        wake.now();
      }),

    onWake: (listener) => wake.listen(listener),

    backlog: () =>
      ask('outbox.backlog', async () => {
        const row = await db
          .selectFrom('outbox')
          .select(({ fn }) => [
            fn.countAll<string>().filterWhere('failed_at', 'is', null).as('waiting'),
            ageMs(sql`min(created_at) filter (where failed_at is null)`).as('oldestMs'),
            fn.countAll<string>().filterWhere('failed_at', 'is not', null).as('failed'),
          ])
          .executeTakeFirstOrThrow();
        return { waiting: Number(row.waiting), oldestMs: row.oldestMs, failed: Number(row.failed) };
      }),
  };
}

/** Ms since a time by the database's clock; 0 where there is none. */
function ageMs(time: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`coalesce(greatest(0, round(extract(epoch from now() - ${time}) * 1000)), 0)::double precision`;
}

interface ClaimedRow {
  readonly position: string;
  readonly id: string;
  readonly lane: string;
  readonly urgency: number;
  readonly notice: Notice;
  readonly attempt: number;
  readonly created_at: Date;
  readonly waited_ms: number;
  readonly ambiguous: boolean;
}
