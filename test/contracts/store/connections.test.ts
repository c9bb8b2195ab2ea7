// The connections to PostgreSQL that the first incident of a night needs are there before it, and stay.

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/store/index.ts';
import { givenToStore } from '../../support/prepared-store.ts';
import { onPostgres, until } from './engines.ts';

/** `pg` ends what was idle for 10 s. */
const longIdleMs = 11_000;

onPostgres('connections', (server) => {
  it('as many as an incident uses are opened after the start, and are the same after a quiet while', async () => {
    const url = await server().freshDatabase();
    const store = await openStore({ kind: 'postgres', url }, givenToStore());
    const watcher = new pg.Client({ connectionString: url });
    await watcher.connect();
    const open = async (): Promise<readonly number[]> => {
      const { rows } = await watcher.query<{ pid: number }>(
        `select pid from pg_stat_activity
         where datname = current_database() and application_name = 'acgs' order by pid`,
      );
      return rows.map(({ pid }) => pid);
    };
    try {
      await until(async () => (await open()).length >= 8);
      const before = await open();
      await sleep(longIdleMs);
      expect(await open()).toEqual(before);
    } finally {
      await watcher.end();
      await store.close();
    }
  });
});
