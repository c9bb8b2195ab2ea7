// The connections to PostgreSQL that the first incident of a night needs are there before it, stay, and come back.

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/store/index.ts';
import { givenToStore } from '../../support/prepared-store.ts';
import { onPostgres, until } from './engines.ts';

/** `pg` ends what was idle for 10 s. */
const longIdleMs = 11_000;
/** For work five, for deliveries two, for turns one. */
const asManyAsOne = 8;

onPostgres('connections', (server) => {
  it('as many as an incident uses are opened after the start, stay while it is quiet, and are opened anew when they end', async () => {
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
      await until(async () => (await open()).length >= asManyAsOne);
      const before = await open();
      await sleep(longIdleMs);
      const stayed = (await open()).filter((pid) => before.includes(pid));
      expect(stayed.length).toBeGreaterThanOrEqual(asManyAsOne);
      await watcher.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [before]);
      await until(async () => (await open()).filter((pid) => !before.includes(pid)).length >= asManyAsOne, 30_000);
    } finally {
      await watcher.end();
      await store.close();
    }
  });
});
