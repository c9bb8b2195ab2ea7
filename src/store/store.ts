// The store over an engine: transactions that are tried again, outbox, inbox, jobs, and an orderly end.

import { sql } from 'kysely';
import {
  type Clock,
  type Ids,
  type Log,
  StaleStream,
  type Store,
  StoreUnavailable,
  type Transaction,
} from '../core/ports.ts';
import { type Ask, askDatabase } from './ask.ts';
import type { Engine } from './engine.ts';
import { firstFault } from './event-log.ts';
import { isSerializationFailure, loggable, unavailable } from './failure.ts';
import { inboxOver } from './inbox.ts';
import { openJobs } from './jobs.ts';
import { migrate } from './migrations/index.ts';
import { OneTransaction } from './one-transaction.ts';
import { outboxOver } from './outbox.ts';
import { rebuild } from './projection.ts';
import { readsOver } from './reads.ts';
import { type Traces, transactionOver } from './transaction.ts';
import { Wake } from './wake.ts';

export interface Given {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

const tries = 5;
const beatMs = 5_000;
const outboxChannel = 'acgs_outbox';
const forgetEveryMs = 60 * 60_000;
const rememberDeliveriesDays = 14;

/** Migrates the engine's database and opens the store on it. The store owns the engine from then on, also when this rejects. */
export async function storeOver(engine: Engine, given: Given): Promise<Store> {
  const { db } = engine;
  const { clock, ids, log } = given;
  const opening = async () => {
    await migrate(db);
    return openJobs(engine, log);
  };
  const jobs = await opening().catch(async (error) => {
    await engine.close().catch(() => {});
    throw unavailable('be opened', error);
  });

  const wake = new Wake(beatMs);
  if (engine.shared) {
    await jobs
      .listen(outboxChannel, () => wake.now())
      .catch((error) => log.warn(loggable(error), 'notices of other replicas are seen every few seconds only'));
  }
  const oneTransaction = new OneTransaction();
  const owner = ids.next();
  let closing: Promise<void> | undefined;
  let closed = false;

  const refuse = (called: string): void => {
    oneTransaction.refuse(called);
    if (closed) throw new StoreUnavailable('The store is closed.');
  };
  const ask: Ask = async (called, work) => {
    refuse(called);
    return askDatabase(called, work);
  };

  const attempt = async <T>(work: (tx: Transaction) => Promise<T>, traces: Traces): Promise<T> => {
    const contested = traces.contested;
    let rejection: { readonly error: unknown } | undefined;
    let doing = 'begin a transaction';
    try {
      return await db.transaction().execute(async (trx) => {
        // Those who lost a race for a stream line up for it, so that each of them wins in the end.
        if (contested !== undefined) {
          await sql`select pg_advisory_xact_lock(hashtextextended(${`stream ${contested}`}, 0))`.execute(trx);
        }
        const tx = transactionOver(trx, { clock, ids, jobs, traces });
        const result = await oneTransaction
          .within(() => work(tx))
          .catch((error: unknown) => {
            rejection = { error };
            throw error;
          });
        doing = 'say whether a transaction was committed, look before you repeat it';
        if (traces.sent && engine.shared) await sql`select pg_notify(${outboxChannel}, '')`.execute(trx);
        return result;
      });
    } catch (error) {
      if (rejection?.error === error || isSerializationFailure(error)) throw error;
      throw unavailable(doing, error);
    }
  };

  const transact = async <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => {
    let contested: string | undefined;
    for (let tried = 1; ; tried += 1) {
      const traces: Traces = { sent: false, contested };
      try {
        const result = await attempt(work, traces);
        if (traces.sent) wake.now();
        return result;
      } catch (error) {
        const lostRace = error instanceof StaleStream || isSerializationFailure(error);
        if (!lostRace) throw error;
        if (tried === tries) throw error instanceof StaleStream ? error : unavailable('settle a conflict', error);
        contested = traces.contested;
      }
    }
  };

  const forget = setInterval(() => {
    db.deleteFrom('inbox')
      .where('settled_at', '<', sql<Date>`now() - make_interval(days => ${rememberDeliveriesDays})`)
      .execute()
      .catch((error) => log.warn(loggable(error), 'old deliveries could not be removed'));
  }, forgetEveryMs).unref();

  const close = async (): Promise<void> => {
    clearInterval(forget);
    wake.stop();
    // Handlers that still run need the store to finish.
    await jobs.stop();
    closed = true;
    await engine.close();
  };

  return {
    ...readsOver(db, ask),
    transact: async (work) => {
      refuse('transact');
      return transact(work);
    },
    outbox: outboxOver(db, { clock, owner, ask, wake, resting: () => closing !== undefined }),
    inbox: inboxOver(db, { owner, ask }),
    work: (handler) => ask('work', () => jobs.work(handler)),
    verify: (stream) =>
      ask('verify', async () => {
        const fault = await firstFault(db, stream);
        return fault === undefined ? { ok: true } : { ok: false, ...fault };
      }),
    rebuildProjections: () => ask('rebuildProjections', () => db.transaction().execute(rebuild)),
    ping: () =>
      ask('ping', async () => {
        await sql`select 1`.execute(db);
      }),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
