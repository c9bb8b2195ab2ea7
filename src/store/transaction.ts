// One open transaction of the store: reads, and everything that is written together with the events.

import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { AlreadySettled, type Clock, type Ids, type Transaction } from '../core/ports.ts';
import { askInTransaction } from './ask.ts';
import { appendEvents } from './event-log.ts';
import { settleDelivery } from './inbox.ts';
import type { Jobs } from './jobs.ts';
import { enqueue } from './outbox.ts';
import { project } from './projection.ts';
import { readsOver } from './reads.ts';
import { storableText } from './storable.ts';
import { queueUp } from './stream-queue.ts';
import type { Tables } from './tables.ts';

/** What the transaction did that others must hear of after its commit, and where it lost a race. */
export interface Traces {
  sent: boolean;
  contested: string | undefined;
}

export function transactionOver(
  db: Kysely<Tables>,
  given: {
    readonly clock: Clock;
    readonly ids: Ids;
    readonly jobs: Jobs;
    readonly traces: Traces;
    /** True when several processes share the database: then its clock counts, and not that of any of them. */
    readonly shared: boolean;
  },
): Transaction {
  const { ids, jobs, traces } = given;
  return {
    ...readsOver(db, askInTransaction),

    now: async () => {
      if (!given.shared) return given.clock.now();
      const read = sql<{ now: string }>`select round(extract(epoch from clock_timestamp()) * 1000) as now`;
      return askInTransaction('now', async () => Number((await read.execute(db)).rows[0]?.now));
    },

    append: (stream, after, events) =>
      askInTransaction('append', async () => {
        traces.contested = stream;
        // Where there is one connection only, nobody comes in between.
        if (given.shared) await queueUp(db, stream);
        const { recorded, sealed } = await appendEvents(db, given, stream, after, events);
        await project(db, stream, sealed);
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

    send: (message) =>
      askInTransaction('send', async () => {
        await enqueue(db, given, message);
        traces.sent = true;
      }),

    schedule: (request) => askInTransaction('schedule', () => jobs.schedule(db, request)),

    keep: ({ kind, mediaType, body }) =>
      askInTransaction('keep', async () => {
        const reference = { id: ids.next(), digest: createHash('sha256').update(body).digest('hex') };
        await db
          .insertInto('evidence')
          .values({ ...reference, kind, media_type: mediaType, body })
          .execute();
        return reference;
      }),

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
      askInTransaction('setFaceRef', async () => {
        const row = { subject, key, value: storableText(value) };
        await db
          .insertInto('face_ref')
          .values(row)
          .onConflict((conflict) =>
            conflict.columns(['subject', 'key']).doUpdateSet((excluded) => ({
              value: row.value,
              set_at: excluded.ref('excluded.set_at'),
            })),
          )
          .execute();
      }),
  };
}
