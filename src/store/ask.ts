// The one way in which the store asks its database: a database's failure becomes one of the errors that the ports name.

import { StaleStream, StoreUnavailable, TargetBusy } from '../core/ports.ts';
import { isSerializationFailure, isStreamTaken, isTargetTaken, mayHaveHappened, unavailable } from './failure.ts';

/** Runs `work`, which asks the database, on behalf of the store's method `called`. */
export type Ask = <T>(called: string, work: () => Promise<T>) => Promise<T>;

/**
 * Passes on `StaleStream`, serialization failures (the transaction is then run again) and errors of our own code; a target that is taken
 * is `TargetBusy`, and everything else that comes out of `work` is `StoreUnavailable`.
 */
export const askDatabase: Ask = asking(mayHaveHappened);

/** Inside a transaction nothing has happened before its commit. */
export const askInTransaction: Ask = asking(() => false);

function asking(doubtful: (error: unknown) => boolean): Ask {
  return async (called, work) => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof StaleStream || error instanceof StoreUnavailable) throw error;
      if (error instanceof TypeError || isSerializationFailure(error)) throw error;
      if (isStreamTaken(error)) throw new StaleStream('somebody recorded something here at the same moment');
      if (isTargetTaken(error)) throw new TargetBusy('another action is in flight on this target');
      throw unavailable(`answer ${called}`, error, doubtful(error));
    }
  };
}
