// The book of turns that all replicas on one PostgreSQL share, by the database's clock.

import { type Kysely, sql } from 'kysely';
import {
  type Allowance,
  freeTurns,
  grantTurn,
  noneTaken,
  type Turns,
  type TurnsTaken,
  type Wish,
} from '../core/turn.ts';
import type { Ask } from './ask.ts';
import type { Tables } from './tables.ts';
import { together } from './together.ts';

/** No allowance looks back as far as this. */
const keptHours = 1;

/** Of one statement. */
const takenTogether = 100;

export function turnsOver(db: Kysely<Tables>, ask: Ask): Turns {
  const takeAll = (wishes: readonly Wish[]) =>
    ask('turns.take', async () => {
      for (;;) {
        const book = await readForTaking(db, [...new Set(wishes.flatMap(({ allowances }) => keysOf(allowances)))]);
        const { waits, after } = grant(book, wishes);
        if (after.size === 0 || (await write(db, book, after))) return waits;
      }
    });
  const take = together(takeAll, takenTogether);

  return {
    take: (allowances, patienceMs) => take({ allowances, patienceMs }),

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
        const { now, of } = bookOf(await rowsOf(db, keysOf(allowances)).execute());
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
  /** Which write of the row was read. */
  readonly versionOf: (key: string) => string;
}

/** PostgreSQL notes in every row who wrote it last. */
const version = sql<string>`xmin::text`;

/** What each has to wait, one after another, and the turns of the keys that somebody took one of. */
function grant(
  book: Book,
  wishes: readonly Wish[],
): { readonly waits: readonly number[]; readonly after: ReadonlyMap<string, readonly number[]> } {
  const after = new Map<string, readonly number[]>();
  const of = (key: string): TurnsTaken => ({ ...book.of(key), taken: after.get(key) ?? book.of(key).taken });
  const waits = wishes.map((wish) => {
    const { wait, taken } = grantTurn(of, wish, book.now);
    for (const [key, turns] of taken) after.set(key, turns);
    return wait;
  });
  return { waits, after };
}

/** All or nothing: nothing, and false, when somebody else wrote in one of these rows since the book was read. */
async function write(db: Kysely<Tables>, book: Book, after: ReadonlyMap<string, readonly number[]>): Promise<boolean> {
  const rows = [...after].map(([key, taken]) => {
    return sql`(${key}::text, ${book.versionOf(key)}::text, ${[...taken]}::double precision[])`;
  });
  // Locked in order of keys, so that nobody waits in a ring.
  const { rows: written } = await sql<{ key: string }>`
    with asked (key, version, after) as (values ${sql.join(rows)}),
      locked as materialized (
        select key, ${version} as version from turn where key in (select key from asked) order by key for update
      ),
      unchanged as (
        select count(*) as rows from locked join asked using (key, version)
      )
    update turn set taken = asked.after, used_at = now()
    from asked, unchanged where turn.key = asked.key and unchanged.rows = ${rows.length}
    returning turn.key`.execute(db);
  return written.length > 0;
}

/** Rows that are missing are made, so that there is something to hold the book against. */
async function readForTaking(db: Kysely<Tables>, keys: readonly string[]): Promise<Book> {
  const found = await rowsOf(db, keys).execute();
  if (found.length === keys.length) return bookOf(found);
  await db
    .insertInto('turn')
    .values([...keys].sort().map((key) => ({ key })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return bookOf(await rowsOf(db, keys).execute());
}

function keysOf(allowances: readonly Allowance[]): readonly string[] {
  return allowances.map(({ key }) => key);
}

function rowsOf(db: Kysely<Tables>, keys: readonly string[]) {
  const now = sql<number>`extract(epoch from clock_timestamp())::double precision * 1000`.as('now');
  return db
    .selectFrom('turn')
    .select(['key', 'taken', 'paused_until', version.as('version'), now])
    .where('key', 'in', keys);
}

interface TurnRow {
  readonly key: string;
  readonly taken: number[];
  readonly paused_until: number;
  readonly version: string;
  readonly now: number;
}

function bookOf(rows: readonly TurnRow[]): Book {
  const book = new Map(rows.map((row) => [row.key, row]));
  return {
    now: rows[0]?.now ?? 0,
    of: (key) => {
      const row = book.get(key);
      return row === undefined ? noneTaken : { taken: row.taken, pausedUntil: row.paused_until };
    },
    versionOf: (key) => book.get(key)?.version ?? '',
  };
}
