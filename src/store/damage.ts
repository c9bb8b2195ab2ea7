// Notices a damaged store before anybody works on it: files that cannot be read, events that are missing, open incidents whose chain is broken.

import { type Kysely, sql } from 'kysely';
import { incidentId } from '../core/incident.ts';
import { DamagedStore, type Log, StoreUnavailable } from '../core/ports.ts';
import { loggable } from './failure.ts';
import type { Tables } from './tables.ts';
import { verifyRecord } from './verify.ts';

/** data_corrupted, index_corrupted, undefined_file; undefined_table: the list of migrations says that it was made. */
const damageCodes = new Set(['XX001', 'XX002', '58P01', '42P01']);
/** By the limit for one statement. */
const queryCanceled = '57014';
/** More is for `acgs audit verify`. */
const named = 5;

export function damaged(what: string, cause?: unknown): DamagedStore {
  return new DamagedStore(
    `The store is damaged: ${what}. The bot does not work on it. Keep a copy of it as it is, and restore a backup: docs/operations.md, "A damaged store".`,
    cause === undefined ? {} : { cause },
  );
}

/** The error as a damage where the database says that it is one, else as it came. */
export function orDamaged(error: unknown): unknown {
  if (error instanceof DamagedStore) return error;
  const from = error instanceof StoreUnavailable && error.cause !== undefined ? error.cause : error;
  const { code, error: message } = loggable(from);
  return damageCodes.has(code ?? '') ? damaged(message, from) : error;
}

/**
 * Rejects with `DamagedStore`. `whole` reads every page of the events, which a store of one process can afford; a server looks after its
 * own pages, and a start must not wait until it has read all of a large record.
 */
export async function assertSound(db: Kysely<Tables>, whole: boolean, log: Log): Promise<void> {
  try {
    if (whole) await readEveryPage(db);
    const faults = [...(await holes(db)), ...(await brokenOpenOnes(db))];
    if (faults.length === 0) return;
    const more = faults.length > named ? `; and ${faults.length - named} more, which acgs audit verify names` : '';
    throw damaged(`${faults.slice(0, named).join('; ')}${more}`);
  } catch (error) {
    if (loggable(error).code !== queryCanceled) throw orDamaged(error);
    log.warn({}, 'the record is too large to be looked over at the start; acgs audit verify does it');
  }
}

/** Once by the table and once by its index: either can be torn alone, and a table that was cut off only seems shorter. Pages have checksums. */
async function readEveryPage(db: Kysely<Tables>): Promise<void> {
  const count = async (...without: readonly string[]): Promise<number> =>
    db.transaction().execute(async (tx) => {
      for (const way of without) await sql.raw(`set local ${way} = off`).execute(tx);
      const { rows } = await sql<{ events: string }>`
        select count(*) as events, sum(length(hash)) from event where stream >= ''`.execute(tx);
      return Number(rows[0]?.events ?? 0);
    });
  const table = await count('enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan');
  const index = await count('enable_seqscan', 'enable_bitmapscan');
  if (table !== index) throw damaged(`the table of events holds ${table} of them, and its index ${index}`);
}

/** Events that are not there although later ones are, or the projection of their incident, or a number that was given. */
async function holes(db: Kysely<Tables>): Promise<readonly string[]> {
  const { rows } = await sql<{ stream: string; there: number; wanted: number }>`
    select coalesce(one.stream, incident.stream) as stream, coalesce(one.there, 0)::integer as there,
      greatest(one.last, incident.seq)::integer as wanted
    from (select stream, count(*) as there, max(seq) as last from event group by stream) one
    full join incident on incident.stream = one.stream
    where coalesce(one.there, 0) < greatest(one.last, incident.seq) order by 1`.execute(db);
  const missing = await sql<{ number: number }>`
    select given.number from counter, generate_series(1, counter.value) as given (number)
    where counter.name = 'incident' and not exists (
      select 1 from incident where incident.number = given.number
    ) order by 1`
    .execute(db)
    .then((found) => found.rows.map(({ number }) => `${incidentId(number)} is missing as a whole`));
  return [
    ...rows.map(({ stream, there, wanted }) => `${wanted - there} of ${wanted} events of ${stream} are missing`),
    ...missing,
  ];
}

async function brokenOpenOnes(db: Kysely<Tables>): Promise<readonly string[]> {
  const open = await db
    .selectFrom('incident')
    .select('stream')
    .where('status', '=', 'open')
    .orderBy('number')
    .execute();
  const broken: string[] = [];
  for (const { stream } of open) {
    const { faults } = await verifyRecord(db, [], stream);
    broken.push(...faults.map(({ seq, why }) => `${stream} #${seq}: ${why}`));
  }
  return broken;
}
