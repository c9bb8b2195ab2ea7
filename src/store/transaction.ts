// One open transaction of the store: reads, and everything that is written together with the events.

import { type Kysely, sql } from 'kysely';
import type { Head } from '../core/audit.ts';
import type { Incident } from '../core/incident.ts';
import { AlreadySettled, type Clock, type Ids, type Transaction } from '../core/ports.ts';
import { askInTransaction } from './ask.ts';
import type { DeferredWrites } from './deferred-writes.ts';
import { appendEvents, headOf } from './event-log.ts';
import { writeFaceRefs } from './face-refs.ts';
import { settleDelivery } from './inbox.ts';
import { project } from './projection.ts';
import { readsOver } from './reads.ts';
import { queueUp } from './stream-queue.ts';
import type { Tables } from './tables.ts';

/** What the transaction did that others must hear of after its commit, and where it lost a race. */
export interface Traces {
  sent: boolean;
  contested: string | undefined;
}

/** How a stream ends for the transaction that appended to it: nobody else can until it is over. */
interface End {
  readonly head: Head | undefined;
  readonly projected: Incident | undefined;
}

export function transactionOver(
  db: Kysely<Tables>,
  given: {
    readonly clock: Clock;
    readonly ids: Ids;
    readonly traces: Traces;
    readonly deferred: DeferredWrites;
    /** True when several processes share the database: then its clock counts, and not that of any of them. */
    readonly shared: boolean;
  },
): Transaction {
  const { traces, deferred } = given;
  const reads = readsOver(db, askInTransaction);
  const ends = new Map<string, End>();
  return {
    ...reads,

    now: async () => {
      if (!given.shared) return given.clock.now();
      const read = sql<{ now: string }>`select round(extract(epoch from clock_timestamp()) * 1000) as now`;
      return askInTransaction('now', async () => Number((await read.execute(db)).rows[0]?.now));
    },

    append: (stream, after, events) =>
      askInTransaction('append', async () => {
        traces.contested = stream;
        const end = ends.get(stream);
        // Where there is one connection only, nobody comes in between; nor does anybody once this transaction has its turn.
        if (given.shared && end === undefined) await queueUp(db, stream);
        const last = end === undefined ? await headOf(db, stream) : end.head;
        const { recorded, sealed } = await appendEvents(db, given, { stream, after, last }, events);
        ends.set(stream, {
          head: sealed.at(-1) ?? last,
          projected: await project(db, stream, sealed, end?.projected),
        });
        traces.contested = undefined;
        return recorded;
      }),

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

    setFaceRef: (subject, key, value) =>
      askInTransaction('setFaceRef', () => writeFaceRefs(db, subject, { [key]: value })),
  };
}
