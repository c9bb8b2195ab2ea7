// Writers of one stream queue up in the database, so that whoever lost a race for it wins the next one.

import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/**
 * Waits for its turn and keeps it until the transaction ends. Who lost a race queues up before anything is read; everybody else before
 * appending: nobody can then append between the two, however long the reading takes and however many others come.
 */
export async function queueUp(db: Kysely<Tables>, stream: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`stream ${stream}`}, 0))`.execute(db);
}
