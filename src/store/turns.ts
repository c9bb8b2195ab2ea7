// The book of turns that all replicas on one PostgreSQL share, by the database's clock.

import { type Kysely, sql } from 'kysely';
import {
  type Allowance,
  freeTurns,
  noneTaken,
  type Turns,
  type TurnsTaken,
  waitForTurn,
  withTurn,
} from '../core/turn.ts';
import type { Ask } from './ask.ts';
import type { Tables } from './tables.ts';

/** No allowance looks back as far as this. */
const keptHours = 1;

export function turnsOver(db: Kysely<Tables>, ask: Ask): Turns {
  return {
    take: (allowances, patienceMs) =>
      ask('turns.take', () =>
        db.transaction().execute(async (tx) => {
          const { now, of } = await lock(tx, allowances);
          const wait = Math.max(...allowances.map((allowance) => waitForTurn(of(allowance.key), allowance, now)));
          if (wait > patienceMs) return wait;
          const after = allowances.map((allowance) => {
            const taken = withTurn(of(allowance.key), allowance, now + wait, now);
            return sql`(${allowance.key}::text, ${[...taken]}::double precision[])`;
          });
          await sql`
            update turn set taken = after.taken, used_at = now()
            from (values ${sql.join(after)}) as after (key, taken) where turn.key = after.key`.execute(tx);
          return wait;
        }),
      ),

    pause: (key, ms) =>
      ask('turns.pause', async () => {
        const until = sql<number>`extract(epoch from now()) * 1000 + ${ms}`;
        await db
          .insertInto('turn')
          .values({ key, paused_until: until })
          .onConflict((conflict) =>
            conflict.column('key').doUpdateSet((row) => ({
              paused_until: sql<number>`greatest(turn.paused_until, ${row.ref('excluded.paused_until')})`,
              used_at: sql<Date>`now()`,
            })),
          )
          .execute();
      }),

    free: (allowances) =>
      ask('turns.free', async () => {
        const { now, of } = await read(db, allowances);
        return allowances.map((allowance) => freeTurns(of(allowance.key), allowance, now));
      }),
  };
}

/** Removes what no longer counts: every incident's channel has a key of its own. */
export async function forgetTurns(db: Kysely<Tables>): Promise<void> {
  await db.deleteFrom('turn').where('used_at', '<', sql<Date>`now() - make_interval(hours => ${keptHours})`).execute();
}

interface Book {
  readonly now: number;
  readonly of: (key: string) => TurnsTaken;
}

/** The rows as they are once nobody else can change them; those that are missing are made. */
async function lock(tx: Kysely<Tables>, allowances: readonly Allowance[]): Promise<Book> {
  // In order of keys, so that nobody waits in a ring.
  const locked = await rowsOf(tx, allowances).orderBy('key').forUpdate().execute();
  if (locked.length === allowances.length) return bookOf(locked);
  await tx
    .insertInto('turn')
    .values(allowances.map(({ key }) => ({ key })).sort((a, b) => (a.key < b.key ? -1 : 1)))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return bookOf(await rowsOf(tx, allowances).orderBy('key').forUpdate().execute());
}

async function read(db: Kysely<Tables>, allowances: readonly Allowance[]): Promise<Book> {
  return bookOf(await rowsOf(db, allowances).execute());
}

function rowsOf(db: Kysely<Tables>, allowances: readonly Allowance[]) {
  const now = sql<number>`extract(epoch from clock_timestamp())::double precision * 1000`.as('now');
  const keys = allowances.map(({ key }) => key);
  return db.selectFrom('turn').select(['key', 'taken', 'paused_until', now]).where('key', 'in', keys);
}

function bookOf(rows: readonly { key: string; taken: number[]; paused_until: number; now: number }[]): Book {
  const book = new Map(rows.map((row) => [row.key, { taken: row.taken, pausedUntil: row.paused_until }]));
  return { now: rows[0]?.now ?? 0, of: (key) => book.get(key) ?? noneTaken };
}
