// A job that runs when the database goes away is done when it is back, and does not wait until its worker is taken for dead.

import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/store/index.ts';
import { givenToStore } from '../../support/prepared-store.ts';
import { onPostgres, until } from './engines.ts';

onPostgres('jobs over an outage', (server) => {
  it('F56: runs again in the same try', { timeout: 60_000 }, async () => {
    const url = await server().freshDatabase();
    const store = await openStore({ kind: 'postgres', url }, givenToStore());
    const begun = Promise.withResolvers<void>();
    const away = Promise.withResolvers<void>();
    let runs = 0;
    const stop = await store.work(async () => {
      runs += 1;
      begun.resolve();
      await away.promise;
      await store.ping();
    });
    const watcher = new pg.Client({ connectionString: url });
    try {
      await store.transact((tx) => tx.schedule({ job: { kind: 'watch-recovery', incident: 'INC-1' } }));
      await begun.promise;
      const back = server().restart(1_500);
      await sleep(500);
      away.resolve();
      await back;
      await watcher.connect();
      const jobs = async () => (await watcher.query('select state, retry_count from pgboss.job')).rows;
      await until(async () => (await jobs()).every(({ state }) => state === 'completed'), 20_000);
      expect(await jobs()).toEqual([{ state: 'completed', retry_count: 0 }]);
      expect(runs).toBeGreaterThan(1);
    } finally {
      await watcher.end();
      await stop();
      await store.close();
    }
  });
});
