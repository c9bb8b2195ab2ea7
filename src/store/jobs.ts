// Jobs and timers as rows of pg-boss, added in the same transaction as the events that ask for them.

import { randomUUID } from 'node:crypto';
import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import { type Kysely, sql } from 'kysely';
import { fromKysely, PgBoss, systemClock } from 'pg-boss';
import { type Job, type JobRequest, type Log, StoreRefusesWrites, StoreUnavailable } from '../core/ports.ts';
import type { Engine } from './engine.ts';
import { loggable } from './failure.ts';
import { storable } from './storable.ts';
import type { Tables } from './tables.ts';

const queue = 'acgs';
const pollSeconds = 0.5;
const atOnce = 4;
const retries = 25;
const stopWithinMs = 8_000;
/** A worker that was killed is noticed after its heartbeat and at most two rounds of supervision: within 16 s. */
const heartbeatSeconds = 10;
const beatSeconds = 3;
const superviseSeconds = 3;
/** A worker that cannot reach the database any more still holds its job for so long: its last heartbeat was at most one beat ago. */
const stillHeldMs = (heartbeatSeconds - beatSeconds) * 1_000;
const againAfterMs = 500;
/** pg-boss measures its rounds by the clock it is given; with the machine's, setting that back by an hour would stop them for an hour. */
const steadyClock = { ...systemClock, now: () => performance.timeOrigin + performance.now() };

type Handler = (job: Job, signal: AbortSignal) => Promise<void>;

export interface Jobs {
  /** Adds jobs inside the caller's transaction. */
  schedule(db: Kysely<Tables>, requests: readonly JobRequest[]): Promise<void>;
  /** See `Store.work`. */
  work(handler: Handler): Promise<() => Promise<void>>;
  /** See `Store.jobs`. */
  backlog(): Promise<{ readonly waiting: number; readonly oldestMs: number; readonly failed: number }>;
  /** Calls `heard` on every notification of the channel with its words, and without after every time when some may have been missed. */
  listen(channel: string, heard: (words?: string) => void): Promise<void>;
  /** Waits for running handlers, at most 8 s. */
  stop(): Promise<void>;
}

/** Installs or migrates pg-boss's own schema and starts its supervision. */
export async function openJobs(engine: Engine, log: Log): Promise<Jobs> {
  const boss = new PgBoss({
    ...engine.boss,
    useListenNotify: true,
    clock: steadyClock,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
    schedule: false,
    registerInstance: false,
  });
  boss.on('error', (error) => log.warn(loggable(error), 'the job engine reports an error'));
  boss.on('warning', (warning) => log.warn({ warning: warning.message }, 'the job engine warns'));
  try {
    await boss.start();
    await boss.createQueue(queue, {
      // One waiting job for each key; a job that is running does not count, so that it can schedule its own successor.
      policy: 'short',
      notify: true,
      heartbeatSeconds,
      expireInSeconds: 300,
      retryLimit: retries,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 60,
      deleteAfterSeconds: 3_600,
    });
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => {});
    throw error;
  }

  const listening: { close(): Promise<void> }[] = [];
  const stopping = new AbortController();
  return {
    async schedule(db, requests) {
      const waiting = await waitingAmong(
        db,
        requests.flatMap(({ once }) => once ?? []),
      );
      const wanted = requests.filter(({ once }) => once === undefined || !waiting.has(once));
      if (wanted.length === 0) return;
      const rows = wanted.map(({ job, afterMs, once }) => ({
        data: storable(job),
        singletonKey: once ?? randomUUID(),
        ...(afterMs === undefined ? {} : { startAfter: afterMs / 1_000 }),
      }));
      await boss.insert(queue, rows, { db: fromKysely(db) });
    },

    work: (handler) => startWorking(boss, handler, log, stopping.signal),

    async backlog() {
      const { rows } = await sql<{ waiting: string; failed: string; oldest: string | null }>`
        select count(*) filter (where due) as waiting, count(*) filter (where state = 'failed') as failed,
          extract(epoch from now() - min(start_after) filter (where due)) * 1000 as oldest
        from (
          select state, start_after, state < 'active' and start_after <= now() as due
          from pgboss.job where name = ${queue} and state in ('created', 'retry', 'failed')
        ) unfinished`.execute(engine.db);
      const [row] = rows;
      return {
        waiting: Number(row?.waiting ?? 0),
        oldestMs: Math.round(Number(row?.oldest ?? 0)),
        failed: Number(row?.failed ?? 0),
      };
    },

    async listen(channel, heard) {
      const handle = await boss.getDb().listen?.(channel, heard, () => heard());
      if (handle !== undefined) listening.push(handle);
    },

    async stop() {
      for (const handle of listening) await handle.close();
      const late = setTimeout(() => stopping.abort(), stopWithinMs);
      await boss.stop({ graceful: true, timeout: stopWithinMs });
      clearTimeout(late);
      stopping.abort();
    },
  };
}

/** The queue's own rule does not count jobs that wait for another try. */
async function waitingAmong(db: Kysely<Tables>, keys: readonly string[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const { rows } = await sql<{ key: string }>`
    select singleton_key as key from pgboss.job
    where name = ${queue} and state < 'active' and singleton_key = any(${keys}::text[])`.execute(db);
  return new Set(rows.map(({ key }) => key));
}

/**
 * A database that is away cannot note that a job failed, either: the job would count as running until its heartbeat is missed. The worker
 * runs it again itself. After a database that hung before it failed another one may do so, too, as after any standstill.
 */
function whileStoreIsAway(): ReturnType<typeof retry> {
  let until: number | undefined;
  const isAway = handleWhen((error) => {
    if (!(error instanceof StoreUnavailable) || error instanceof StoreRefusesWrites) return false;
    until ??= performance.now() + stillHeldMs;
    return performance.now() < until;
  });
  return retry(isAway, { backoff: new ConstantBackoff(againAfterMs) });
}

async function startWorking(
  boss: PgBoss,
  handler: Handler,
  log: Log,
  storeStops: AbortSignal,
): Promise<() => Promise<void>> {
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  const run = async (job: Job, attempt: number, signal: AbortSignal): Promise<void> => {
    try {
      const untilStopped = AbortSignal.any([signal, stopping.signal, storeStops]);
      await whileStoreIsAway().execute(() => handler(job, untilStopped), untilStopped);
    } catch (error) {
      const about = { job: job.kind, attempt, ...loggable(error) };
      if (attempt > retries) log.error(about, 'a job failed for the last time');
      else log.warn(about, 'a job failed and will be tried again');
      // pg-boss keeps the error as a row: it gets no words of people.
      throw new Error('the handler rejected');
    }
  };

  const id = await boss.work<Job>(
    queue,
    {
      pollingIntervalSeconds: pollSeconds,
      notifyPollingIntervalSeconds: pollSeconds,
      localConcurrency: atOnce,
      heartbeatRefreshSeconds: beatSeconds,
    },
    async ([job]) => {
      if (job === undefined) return;
      const done = run(job.data, job.retryCount + 1, job.signal);
      running.add(done);
      await done.finally(() => running.delete(done));
    },
  );

  return async () => {
    await boss.offWork(queue, { id, wait: false });
    const deadline = Promise.withResolvers<void>();
    const late = setTimeout(deadline.resolve, stopWithinMs);
    await Promise.race([Promise.allSettled(running), deadline.promise]);
    clearTimeout(late);
    stopping.abort();
  };
}
