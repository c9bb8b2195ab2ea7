// The inbox: what was delivered to us, kept from before the acknowledgement until its effect is on record.

import { type Kysely, sql } from 'kysely';
import type { Delivery, Inbox } from '../core/ports.ts';
import type { Ask } from './ask.ts';
import { leaseEnd } from './lease.ts';
import { storableJson, storableText } from './storable.ts';
import type { Tables } from './tables.ts';
import { together } from './together.ts';

/** Rows of one statement, well below what a statement may bind. */
const takenTogether = 100;

/**
 * Marks a delivery as done; false when no unsettled one has this key. Its payload, with the words of people in it, is dropped;
 * the key stays so that a repeat is noticed.
 */
export async function settleDelivery(db: Kysely<Tables>, key: string, outcome: string): Promise<boolean> {
  const result = await db
    .updateTable('inbox')
    .set({
      settled_at: sql<Date>`now()`,
      outcome: storableText(outcome),
      payload: null,
      owner: null,
      lease_until: null,
    })
    .where('key', '=', storableText(key))
    .where('settled_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** The outcome of a delivery that was closed before it could be worked. */
const refusedOutcome = 'refused, not accepted';

export function inboxOver(db: Kysely<Tables>, given: { readonly owner: string; readonly ask: Ask }): Inbox {
  const { owner, ask } = given;

  /** Of two with one key in one statement the first is taken, as if they had come one after the other. */
  const takeAll = (deliveries: readonly Delivery[]) =>
    ask('inbox.take', async () => {
      const rows = deliveries.map(({ key, kind, payload, receivedAt }) => {
        return { key, kind, payload: payload ?? null, received_at: new Date(receivedAt) };
      });
      // Slack waits for this one: one text for any number of rows, with one parameter for all of them.
      const { rows: inserted } = await sql<{ key: string }>`
        insert into inbox (key, kind, payload, received_at, owner, lease_until)
        select key, kind, payload, received_at, ${owner}, ${leaseEnd}
        from json_to_recordset(${storableJson(rows)}::json)
          as (key text, kind text, payload jsonb, received_at timestamptz)
        on conflict (key) do nothing returning key`.execute(db);
      const fresh = new Set(inserted.map(({ key }) => key));
      return rows.map(({ key }) => (fresh.delete(storableText(key)) ? ('taken' as const) : ('duplicate' as const)));
    });

  return {
    take: together((deliveries) => takeAll(deliveries), takenTogether),

    settle: (key, outcome) =>
      ask('inbox.settle', async () => {
        await settleDelivery(db, key, outcome);
      }),

    forget: ({ key, receivedAt }) =>
      ask('inbox.forget', async () => {
        await db
          .deleteFrom('inbox')
          .where('key', '=', storableText(key))
          .where('received_at', '=', new Date(receivedAt))
          .where('owner', '=', owner)
          .where('settled_at', 'is', null)
          .execute();
      }),

    refuse: (key) =>
      ask('inbox.refuse', async () => {
        const now = sql<Date>`now()`;
        await db
          .insertInto('inbox')
          .values({
            key: storableText(key),
            kind: 'refused',
            payload: null,
            received_at: now,
            settled_at: now,
            outcome: refusedOutcome,
          })
          .onConflict((conflict) => conflict.column('key').doNothing())
          .execute();
        const row = await db
          .selectFrom('inbox')
          .select('outcome')
          .where('key', '=', storableText(key))
          .executeTakeFirst();
        return row?.outcome === refusedOutcome ? 'refused' : 'taken';
      }),

    renew: (keys) =>
      ask('inbox.renew', async () => {
        if (keys.length === 0) return;
        await db
          .updateTable('inbox')
          .set({ lease_until: leaseEnd })
          .where(sql<boolean>`key = any(${keys.map(storableText)}::text[])`)
          .where('owner', '=', owner)
          .where('settled_at', 'is', null)
          .execute();
      }),

    release: (keys) =>
      ask('inbox.release', async () => {
        if (keys.length === 0) return;
        await db
          .updateTable('inbox')
          .set({ lease_until: sql<Date>`now()` })
          .where(sql<boolean>`key = any(${keys.map(storableText)}::text[])`)
          .where('owner', '=', owner)
          .where('settled_at', 'is', null)
          .execute();
      }),

    leftOver: (limit, kinds) =>
      ask('inbox.leftOver', async () => {
        const ofKinds = kinds === undefined ? sql`` : sql`and kind in (${sql.join(kinds)})`;
        const { rows } = await sql<LeftOverRow>`
          update inbox set owner = ${owner}, lease_until = ${leaseEnd}
          where key in (
            select key from inbox
            where settled_at is null and (lease_until is null or lease_until <= now()) ${ofKinds}
            order by taken_at limit ${limit} for update skip locked
          )
          returning key, kind, payload, received_at, taken_at`.execute(db);
        return rows
          .toSorted((a, b) => a.taken_at.getTime() - b.taken_at.getTime())
          .map((row) => ({
            key: row.key,
            kind: row.kind,
            payload: row.payload,
            receivedAt: row.received_at.getTime(),
          }));
      }),

    backlog: () =>
      ask('inbox.backlog', async () => {
        const row = await db
          .selectFrom('inbox')
          .select(({ fn }) => [
            fn.countAll<string>().as('waiting'),
            sql<string | null>`extract(epoch from now() - min(taken_at)) * 1000`.as('oldest'),
          ])
          .where('settled_at', 'is', null)
          .executeTakeFirstOrThrow();
        return { waiting: Number(row.waiting), oldestMs: Math.max(0, Math.round(Number(row.oldest ?? 0))) };
      }),
  };
}

interface LeftOverRow {
  readonly key: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly received_at: Date;
  readonly taken_at: Date;
}
