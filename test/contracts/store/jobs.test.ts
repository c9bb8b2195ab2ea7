// What jobs promise: they are rows of the same transaction, run when they are due, once, and again when they fail.

import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { type Job, type JobRequest, type Store, StoreUnavailable } from '../../../src/core/ports.ts';
import { onEveryEngine, until } from './engines.ts';

const schedule = (store: Store, ...requests: JobRequest[]) =>
  store.transact(async (tx) => {
    for (const request of requests) await tx.schedule(request);
  });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let jobs = 0;
/** A job that no other test knows. */
function aJob(): Job & { incident: string } {
  jobs += 1;
  return { kind: 'watch-recovery', incident: `INC-job-${jobs}` };
}

onEveryEngine('jobs', (bench) => {
  it('start within a moment of their commit, with their data', async () => {
    const { store } = bench();
    const ran: { job: Job; after: number }[] = [];
    let started = 0;
    const stop = await store.work(async (job) => {
      ran.push({ job, after: performance.now() - started });
    });
    const sent: Job[] = [];
    for (let n = 0; n < 5; n += 1) {
      const job: Job = {
        kind: 'run-review',
        review: `r${n}`,
        name: 'health',
        to: { person: 'U1', reply: 'https://x' },
      };
      sent.push(job);
      started = performance.now();
      await schedule(store, { job });
      await until(() => ran.length === n + 1);
    }
    expect(ran.map(({ job }) => job)).toEqual(sent);
    const median = ran.map(({ after }) => after).sort((a, b) => a - b)[2] ?? Number.NaN;
    // Half a second is what polling alone would take.
    expect(median).toBeLessThan(250);
    await stop();
  });

  it('wait until they are due', async () => {
    const { store } = bench();
    const job = aJob();
    const ranAt: number[] = [];
    const stop = await store.work(async () => {
      ranAt.push(performance.now());
    });
    const started = performance.now();
    await schedule(store, { job, afterMs: 1_200 });
    await until(() => ranAt.length === 1);
    expect((ranAt[0] ?? 0) - started).toBeGreaterThanOrEqual(1_150);
    expect((ranAt[0] ?? 0) - started).toBeLessThan(3_500);
    await stop();
  });

  it('with the same key are added once while one waits, and again while it runs', async () => {
    const { store } = bench();
    const job = aJob();
    const runs: string[] = [];
    const stop = await store.work(async (next) => {
      if (next.kind !== 'watch-recovery') return;
      runs.push(next.incident);
      if (runs.length === 1) await schedule(store, { job, once: job.incident });
    });
    await Promise.all(Array.from({ length: 5 }, () => schedule(store, { job, once: job.incident, afterMs: 700 })));
    await schedule(store, { job, once: job.incident, afterMs: 100 }, { job, once: job.incident, afterMs: 100 });
    await until(() => runs.length >= 2);
    await pause(1_200);
    expect(runs).toHaveLength(2);
    await stop();
  });

  it('that fail are tried again after a pause; one that waits for another try still counts as waiting', async () => {
    const { store } = bench();
    const job = aJob();
    const ranAt: number[] = [];
    const stop = await store.work(async () => {
      ranAt.push(performance.now());
      if (ranAt.length === 1) throw new Error('not yet');
    });
    await schedule(store, { job, once: job.incident });
    await until(() => ranAt.length === 1);
    await pause(200);
    await schedule(store, { job, once: job.incident, afterMs: 300 });
    await until(() => ranAt.length === 2);
    expect((ranAt[1] ?? 0) - (ranAt[0] ?? 0)).toBeGreaterThan(900);
    await pause(1_000);
    expect(ranAt).toHaveLength(2);
    await stop();
  });

  it('that meet a store that is away are run again without being given up', async () => {
    const { store, engine } = bench();
    const job = aJob();
    let runs = 0;
    const stop = await store.work(async () => {
      runs += 1;
      if (runs < 3) throw new StoreUnavailable('The store could not answer: it is away');
    });
    await schedule(store, { job });
    const row = () =>
      sql<{ state: string; retry_count: number }>`
        select state, retry_count from pgboss.job where data->>'incident' = ${job.incident}`.execute(engine.db);
    await until(async () => (await row()).rows[0]?.state === 'completed');
    expect((await row()).rows).toEqual([{ state: 'completed', retry_count: 0 }]);
    expect(runs).toBe(3);
    await stop();
  });

  it('do not wait for each other, and stopping waits for those that run', async () => {
    const { store } = bench();
    const slow = Promise.withResolvers<void>();
    const events: string[] = [];
    const stop = await store.work(async (job, signal) => {
      if (job.kind === 'draft-postmortem') {
        events.push('slow started');
        await slow.promise;
        // The store still answers while it waits for its handlers.
        await store.ping();
        events.push(`slow ended, ${signal.aborted ? 'aborted' : 'in peace'}`);
      } else {
        events.push('quick');
      }
    });
    await schedule(store, { job: { kind: 'draft-postmortem', incident: 'INC-1' } });
    await until(() => events.length === 1);
    await schedule(store, { job: aJob() });
    await until(() => events.length === 2);
    const stopped = stop().then(() => events.push('stopped'));
    await pause(200);
    await schedule(store, { job: aJob() });
    slow.resolve();
    await stopped;
    await pause(700);
    expect(events).toEqual(['slow started', 'quick', 'slow ended, in peace', 'stopped']);

    const left: Job[] = [];
    const stopAgain = await store.work(async (job) => {
      left.push(job);
    });
    await until(() => left.length === 1);
    await stopAgain();
  });

  it('that are due and not begun are counted, with how long the oldest is overdue; those of later are not', async () => {
    const { store, engine } = bench();
    await sql`delete from pgboss.job`.execute(engine.db);
    expect(await store.jobs.backlog()).toEqual({ waiting: 0, oldestMs: 0, failed: 0 });
    await schedule(store, { job: aJob(), afterMs: 60_000 }, { job: aJob() }, { job: aJob() });
    await pause(300);
    const { waiting, oldestMs, failed } = await store.jobs.backlog();
    expect({ waiting, failed }).toEqual({ waiting: 2, failed: 0 });
    expect(oldestMs).toBeGreaterThanOrEqual(250);
    expect(oldestMs).toBeLessThan(60_000);
    await sql`update pgboss.job set state = 'failed' where start_after <= now()`.execute(engine.db);
    expect(await store.jobs.backlog()).toEqual({ waiting: 0, oldestMs: 0, failed: 2 });
    await sql`delete from pgboss.job`.execute(engine.db);
  });
});
