// The store over an engine: how its parts are put together, kept going and brought to an orderly end.

import { sql } from 'kysely';
import { type Clock, type Ids, type Log, type Store, StoreUnavailable } from '../core/ports.ts';
import { turnsInMemory } from '../core/turn.ts';
import { claimsOver } from './action-rows.ts';
import { type Ask, askDatabase } from './ask.ts';
import { assertSound, orDamaged } from './damage.ts';
import type { Engine } from './engine.ts';
import { writeFaceRefs } from './face-refs.ts';
import { loggable, unavailable } from './failure.ts';
import { inboxOver } from './inbox.ts';
import { openJobs } from './jobs.ts';
import { migrate } from './migrations/index.ts';
import { OneTransaction } from './one-transaction.ts';
import { outboxChannel, outboxOver } from './outbox.ts';
import { rebuild } from './projection.ts';
import { readsOver } from './reads.ts';
import { transactingOver } from './transacting.ts';
import { forgetTurns, turnsOver } from './turns.ts';
import { verifyRecord } from './verify.ts';
import { Wake } from './wake.ts';
import { watchWrites } from './writes.ts';

export interface Given {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

const beatMs = 5_000;
const forgetEveryMs = 60 * 60_000;
const rememberDeliveriesDays = 14;

/** Migrates the engine's database and opens the store on it. The store owns the engine from then on, also when this rejects. */
export async function storeOver(engine: Engine, given: Given): Promise<Store> {
  const { db } = engine;
  const { clock, ids, log } = given;
  const opening = async () => {
    await migrate(db);
    await assertSound(db, !engine.shared, log);
    // Nobody else can be alive in a directory that is ours: what a killed process had leased need not wait.
    if (!engine.shared) await endLeases(db);
    return openJobs(engine, log);
  };
  const jobs = await opening().catch(async (error) => {
    await engine.close().catch(() => {});
    throw unavailable('be opened', orDamaged(error));
  });

  const wake = new Wake(beatMs);
  const owner = ids.next();
  if (engine.shared) {
    await jobs
      .listen(outboxChannel, (who) => {
        if (who !== owner) wake.now();
      })
      .catch((error) => log.warn(loggable(error), 'notices of other replicas are seen every few seconds only'));
  }
  const oneTransaction = new OneTransaction();
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

  const transact = transactingOver(engine, { clock, ids, jobs, wake, oneTransaction, owner });
  const writes = watchWrites(engine, log);
  const inbox = inboxOver(engine.front, { owner, ask });

  const forget = setInterval(() => {
    db.deleteFrom('inbox')
      .where('settled_at', '<', sql<Date>`now() - make_interval(days => ${rememberDeliveriesDays})`)
      .execute()
      .catch((error) => log.warn(loggable(error), 'old deliveries could not be removed'));
    forgetTurns(db).catch((error) => log.warn(loggable(error), 'old turns could not be removed'));
  }, forgetEveryMs).unref();

  const close = async (): Promise<void> => {
    clearInterval(forget);
    writes.stop();
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
      return writes.through(() => transact(work));
    },
    outbox: outboxOver(db, { owner, ask, front: engine.front, wake, resting: () => closing !== undefined }),
    inbox: { ...inbox, take: (delivery) => writes.through(() => inbox.take(delivery)) },
    jobs: { backlog: () => ask('jobs.backlog', () => jobs.backlog()) },
    claims: claimsOver(db, ask),
    turns: engine.shared ? turnsOver(engine.turns, ask) : turnsInMemory(() => performance.now()),
    work: (handler) => ask('work', () => jobs.work(handler)),
    verify: (stream) =>
      ask('verify', async () => {
        const [fault] = (await verifyRecord(db, [], stream)).faults;
        return fault === undefined ? { ok: true } : { ok: false, seq: fault.seq, why: fault.why };
      }),
    audit: (heads) => ask('audit', () => verifyRecord(db, heads)),
    rebuildProjections: () => ask('rebuildProjections', () => db.transaction().execute(rebuild)),
    setFaceRefs: (subject, refs) => writes.through(() => ask('setFaceRefs', () => writeFaceRefs(db, subject, refs))),
    ping: () =>
      ask('ping', async () => {
        await sql`select 1`.execute(db);
        writes.check();
      }),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function endLeases(db: Engine['db']): Promise<void> {
  await sql`update outbox set lease_until = now() where lease_until > now()`.execute(db);
  await sql`update action set lease_until = now() where lease_until > now()`.execute(db);
  await sql`update inbox set lease_until = now() where lease_until > now()`.execute(db);
}
