// Turns at what all replicas together may do only so often.

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Unlogged: it is written at every call to Slack, and a server that crashed may forget the last minute. Times are epoch ms.
  await sql
    .raw(`create unlogged table turn (
      key text primary key,
      taken double precision[] not null default '{}',
      paused_until double precision not null default 0,
      used_at timestamptz not null default now()
    )`)
    .execute(db);
}
