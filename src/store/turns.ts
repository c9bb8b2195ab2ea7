// The book of turns that all replicas on one PostgreSQL share, by the database's clock.

import { type Kysely, sql } from 'kysely';
import { type Allowance, freeTurns, grantTurn, type Turns, type TurnsTaken, type Wish } from '../core/turn.ts';
import type { Ask } from './ask.ts';
import type { Tables } from './tables.ts';
import { together } from './together.ts';
import { type Book, bookOf, RememberedTurns, type TurnRow } from './turn-book.ts';

/** No allowance looks back as far as this. */
const keptHours = 1;

/** Of one statement. */
const takenTogether = 100;

export function turnsOver(db: Kysely<Tables>, ask: Ask): Turns {
  const remembered = new RememberedTurns();

  /** Undefined when the book is to be read again: somebody else wrote in one of these rows since. */
  const takeBy = async (
    book: Book,
    wishes: readonly Wish[],
    isRemembered: boolean,
  ): Promise<readonly number[] | undefined> => {
    const { waits, after, refused } = grant(book, wishes);
    // Nobody is sent away by what may be outdated.
    if (isRemembered && refused > 0) return undefined;
    if (after.size === 0) return waits;
    const written = await write(db, book, after);
    remembered.saw(written);
    return written.length > 0 ? waits : undefined;
  };

  const takeAll = (wishes: readonly Wish[]) =>
    ask('turns.take', async () => {
      const keys = [...new Set(wishes.flatMap(({ allowances }) => keysOf(allowances)))];
      const known = remembered.recall(keys);
      const quick = known === undefined ? undefined : await takeBy(known, wishes, true);
      if (quick !== undefined) return quick;
      for (;;) {
        const rows = await readForTaking(db, keys);
        remembered.saw(rows);
        const waits = await takeBy(bookOf(rows), wishes, false);
        if (waits !== undefined) return waits;
      }
    });
  const take = together(takeAll, takenTogether);

  return {
    take: (allowances, patienceMs) => take({ allowances, patienceMs }),

    pause: (key, ms) =>
      ask('turns.pause', async () => {
        const until = sql<number>`extract(epoch from now()) * 1000 + ${ms}`;
        remembered.forget([key]);
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

/** PostgreSQL notes in every row who wrote it last. */
const version = sql<string>`xmin::text`;
const now = sql<number>`extract(epoch from clock_timestamp())::double precision * 1000`;

/** What each has to wait, one after another, and the turns of the keys that somebody took one of. */
function grant(
  book: Book,
  wishes: readonly Wish[],
): {
  readonly waits: readonly number[];
  readonly after: ReadonlyMap<string, readonly number[]>;
  readonly refused: number;
} {
  const after = new Map<string, readonly number[]>();
  let refused = 0;
  const of = (key: string): TurnsTaken => ({ ...book.of(key), taken: after.get(key) ?? book.of(key).taken });
  const waits = wishes.map((wish) => {
    const { wait, taken } = grantTurn(of, wish, book.now);
    if (taken.length === 0) refused += 1;
    for (const [key, turns] of taken) after.set(key, turns);
    return wait;
  });
  return { waits, after, refused };
}

/** All or nothing: nothing when somebody else wrote in one of these rows since. Returns the rows as they are now. */
async function write(
  db: Kysely<Tables>,
  book: Book,
  after: ReadonlyMap<string, readonly number[]>,
): Promise<readonly TurnRow[]> {
  const rows = [...after].map(([key, turns]) => ({ key, version: book.versionOf(key), turns }));
  // Locked in order of keys, so that nobody waits in a ring.
  const { rows: written } = await sql<Pick<TurnRow, 'key' | 'version' | 'now'>>`
    with asked as materialized (
        select key, version, turns
        from json_to_recordset(${JSON.stringify(rows)}::json) as (key text, version text, turns double precision[])
      ),
      locked as materialized (
        select key, ${version} as version from turn where key in (select key from asked) order by key for update
      ),
      unchanged as (
        select count(*) as rows from locked join asked using (key, version)
      )
    update turn set taken = asked.turns, used_at = now()
    from asked, unchanged where turn.key = asked.key and unchanged.rows = ${rows.length}
    returning turn.key, turn.${version} as version, ${now} as now`.execute(db);
  return written.map((row) => ({
    ...row,
    taken: after.get(row.key) ?? [],
    paused_until: book.of(row.key).pausedUntil,
  }));
}

/** Rows that are missing are made, so that there is something to hold the book against. */
async function readForTaking(db: Kysely<Tables>, keys: readonly string[]): Promise<readonly TurnRow[]> {
  const found = await rowsOf(db, keys).execute();
  if (found.length === keys.length) return found;
  await db
    .insertInto('turn')
    .values([...keys].sort().map((key) => ({ key })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return rowsOf(db, keys).execute();
}

function keysOf(allowances: readonly Allowance[]): readonly string[] {
  return allowances.map(({ key }) => key);
}

function rowsOf(db: Kysely<Tables>, keys: readonly string[]) {
  return db
    .selectFrom('turn')
    .select(['key', 'taken', 'paused_until', version.as('version'), now.as('now')])
    .where(sql<boolean>`key = any(${[...keys]}::text[])`);
}
