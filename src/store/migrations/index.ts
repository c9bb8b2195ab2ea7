// Brings the schema up to date. Migrations only go forward, and a released one is never edited.

import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Tables } from '../tables.ts';
import { up as record } from './0001-record.ts';
import { up as actions } from './0002-actions.ts';
import { up as turns } from './0003-turns.ts';

/** False when something is still to be applied, which only a bot that starts does. */
export async function isUpToDate(db: Kysely<Tables>): Promise<boolean> {
  return (await migratorOf(db).getMigrations()).every(({ executedAt }) => executedAt !== undefined);
}

/**
 * Applies what is missing. Two replicas may call it at once: one applies, the other waits and finds nothing to do.
 * Rejects with the database's own error.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const { error } = await migratorOf(db).migrateToLatest();
  if (error !== undefined) throw error;
}

function migratorOf(db: Kysely<Tables>): Migrator {
  return new Migrator({
    db,
    provider: {
      getMigrations: async () => ({
        '0001-record': { up: record },
        '0002-actions': { up: actions },
        '0003-turns': { up: turns },
      }),
    },
  });
}
