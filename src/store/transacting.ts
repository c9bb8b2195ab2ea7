// Runs work in transactions, and runs it again when it lost a race against another transaction.

import { type Clock, type Ids, StaleStream, type Transaction } from '../core/ports.ts';
import { Appends } from './appends.ts';
import { DeferredWrites } from './deferred-writes.ts';
import type { Engine } from './engine.ts';
import { isSerializationFailure, mayHaveHappened, unavailable } from './failure.ts';
import type { Jobs } from './jobs.ts';
import type { OneTransaction } from './one-transaction.ts';
import { queueUp } from './stream-queue.ts';
import { transactionOver } from './transaction.ts';
import type { Wake } from './wake.ts';

const tries = 5;

type Transact = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;

interface Given {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly jobs: Jobs;
  readonly wake: Wake;
  readonly oneTransaction: OneTransaction;
  /** Who hears of its own notices without a word of the database. */
  readonly owner: string;
}

/** Another transaction was faster, at a stream where that is known. */
interface Lost {
  readonly to: unknown;
  readonly at: string | undefined;
}

export function transactingOver(engine: Engine, given: Given): Transact {
  return async (work) => {
    let lost: Lost | undefined;
    for (let tried = 1; tried <= tries; tried += 1) {
      const outcome = await attempt(engine, given, lost?.at, work);
      if ('result' in outcome) {
        if (outcome.sends) given.wake.now();
        return outcome.result;
      }
      lost = outcome.lost;
    }
    throw lost?.to instanceof StaleStream ? lost.to : unavailable('settle a conflict', lost?.to);
  };
}

/** `contested` is a stream at which this work lost a race before: this time it waits for its turn there. */
async function attempt<T>(
  engine: Engine,
  given: Given,
  contested: string | undefined,
  work: (tx: Transaction) => Promise<T>,
): Promise<{ readonly result: T; readonly sends: boolean } | { readonly lost: Lost }> {
  const shared = { ...given, shared: engine.shared };
  const deferred = new DeferredWrites(given.ids);
  let appends: Appends | undefined;
  let rejection: { readonly error: unknown } | undefined;
  let committing = false;
  try {
    const result = await engine.db.transaction().execute(async (db) => {
      if (contested !== undefined) await queueUp(db, contested);
      const appending = new Appends(db, shared);
      appends = appending;
      const tx = transactionOver(db, { ...shared, appends: appending, deferred });
      const worked = await given.oneTransaction
        .within(async () => {
          const done = await work(tx);
          await appending.write();
          await deferred.write(db, shared);
          return done;
        })
        .catch((error: unknown) => {
          rejection = { error };
          throw error;
        });
      committing = true;
      return worked;
    });
    return { result, sends: deferred.sends };
  } catch (error) {
    if (error instanceof StaleStream || isSerializationFailure(error)) {
      return { lost: { to: error, at: appends?.contested ?? contested } };
    }
    if (rejection?.error === error) throw error;
    if (!committing) throw unavailable('carry out a transaction', error);
    throw unavailable('say whether a transaction was committed', error, mayHaveHappened(error));
  }
}
