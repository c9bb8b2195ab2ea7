// Runs work in transactions, and runs it again when it lost a race against another transaction.

import { type Clock, type Ids, StaleStream, type Transaction } from '../core/ports.ts';
import { Appends } from './appends.ts';
import { DeferredWrites } from './deferred-writes.ts';
import type { Engine } from './engine.ts';
import { isSerializationFailure, mayHaveHappened, unavailable } from './failure.ts';
import type { Jobs } from './jobs.ts';
import type { OneTransaction } from './one-transaction.ts';
import { queueUp } from './stream-queue.ts';
import { type Traces, transactionOver, writeAppends } from './transaction.ts';
import type { Wake } from './wake.ts';

const tries = 5;

type Transact = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

export function transactingOver(
  engine: Engine,
  given: {
    readonly clock: Clock;
    readonly ids: Ids;
    readonly jobs: Jobs;
    readonly wake: Wake;
    readonly oneTransaction: OneTransaction;
    /** Who hears of its own notices without a word of the database. */
    readonly owner: string;
  },
): Transact {
  return async (work) => {
    let contested: string | undefined;
    for (let tried = 1; ; tried += 1) {
      const traces: Traces = { sent: false, contested };
      try {
        const result = await attempt(engine, given, traces, work);
        if (traces.sent) given.wake.now();
        return result;
      } catch (error) {
        const lostRace = error instanceof StaleStream || isSerializationFailure(error);
        if (!lostRace) throw error;
        if (tried === tries) throw error instanceof StaleStream ? error : unavailable('settle a conflict', error);
        contested = traces.contested;
      }
    }
  };
}

async function attempt<T>(
  engine: Engine,
  given: Parameters<typeof transactingOver>[1],
  traces: Traces,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const contested = traces.contested;
  let rejection: { readonly error: unknown } | undefined;
  let committing = false;
  try {
    return await engine.db.transaction().execute(async (db) => {
      if (contested !== undefined) await queueUp(db, contested);
      const deferred = new DeferredWrites(given.ids);
      const shared = { ...given, shared: engine.shared };
      const appends = new Appends(db, shared);
      const tx = transactionOver(db, { ...shared, traces, appends, deferred });
      const result = await given.oneTransaction
        .within(async () => {
          const worked = await work(tx);
          await writeAppends(appends, traces);
          await deferred.write(db, shared);
          traces.sent = deferred.sends;
          return worked;
        })
        .catch((error: unknown) => {
          rejection = { error };
          throw error;
        });
      committing = true;
      return result;
    });
  } catch (error) {
    if (rejection?.error === error || isSerializationFailure(error)) throw error;
    if (!committing) throw unavailable('carry out a transaction', error);
    throw unavailable('say whether a transaction was committed', error, mayHaveHappened(error));
  }
}
