// One open transaction of the store: reads, and everything that is written together with the events.

import { type Kysely, sql } from 'kysely';
import { AlreadySettled, type Clock, type Ids, type Transaction } from '../core/ports.ts';
import type { Appends } from './appends.ts';
import { askInTransaction } from './ask.ts';
import type { DeferredWrites } from './deferred-writes.ts';
import { writeFaceRefs } from './face-refs.ts';
import { settleDelivery } from './inbox.ts';
import { readsOver } from './reads.ts';
import type { Tables } from './tables.ts';

export function transactionOver(
  db: Kysely<Tables>,
  given: {
    readonly clock: Clock;
    readonly ids: Ids;
    readonly appends: Appends;
    readonly deferred: DeferredWrites;
    /** True when several processes share the database: then its clock counts, and not that of any of them. */
    readonly shared: boolean;
  },
): Transaction {
  const { deferred, appends } = given;
  const reads = readsOver(db, async (called, work) => {
    // What is read is as if everything had been written at once.
    await appends.write();
    return askInTransaction(called, work);
  });
  return {
    ...reads,

    now: async () => {
      if (!given.shared) return given.clock.now();
      const read = sql<{ now: string }>`select round(extract(epoch from clock_timestamp()) * 1000) as now`;
      return askInTransaction('now', async () => Number((await read.execute(db)).rows[0]?.now));
    },

    append: (stream, after, events) => appends.append(stream, after, events),

    nextIncidentNumber: () =>
      askInTransaction('nextIncidentNumber', async () => {
        const row = await db
          .updateTable('counter')
          .set((update) => ({ value: update('value', '+', 1) }))
          .where('name', '=', 'incident')
          .returning('value')
          .executeTakeFirstOrThrow();
        return row.value;
      }),

    send: async (message) => deferred.send(message),
    schedule: async (request) => deferred.schedule(request),
    keep: async (evidence) => deferred.keep(evidence),
    evidence: async (id) => deferred.kept(id) ?? reads.evidence(id),

    keepSample: (stream, { signal, at, value, verdict }) =>
      askInTransaction('keepSample', async () => {
        await db
          .insertInto('sample')
          .values({ stream, signal, at: new Date(at), value, verdict })
          .onConflict((conflict) => conflict.columns(['stream', 'signal', 'at']).doNothing())
          .execute();
      }),

    settle: async (key, outcome) => {
      const settled = await askInTransaction('settle', () => settleDelivery(db, key, outcome));
      if (!settled) throw new AlreadySettled('what this delivery asks was done already, or it was never taken');
    },

    setFaceRefs: (subject, refs) => askInTransaction('setFaceRefs', () => writeFaceRefs(db, subject, refs)),
  };
}
