// Drains the outbox into Slack: lanes side by side, each in order, no row twice, nothing given up while Slack is only away.

import { setTimeout as sleep } from 'node:timers/promises';
import type { OutboxRow } from '../core/ports.ts';
import { deliver } from './notices/deliver.ts';
import type { Attempt } from './posting.ts';
import type { Publishing } from './publishing.ts';
import { createSetbacks } from './setbacks.ts';

export interface Publisher {
  start(): void;
  /** Claims nothing more and waits for the rows in hand, at most `withinMs`; what is left returns with its lease. */
  stop(withinMs: number): Promise<void>;
}

const lanesAtOnce = 8;
/** The store wakes us; this is for what it cannot know, such as a lease that ran out. */
const pollMs = 1_000;
/** A row's lease is 30 s; after this long no new message of the row is begun. */
const attemptMs = 15_000;

export function createPublisher(p: Publishing): Publisher {
  const inHand = new Map<string, Promise<void>>();
  const setbacks = createSetbacks(p);
  let running = false;
  let wake: () => void = () => undefined;
  let loop: Promise<void> = Promise.resolve();
  let unsubscribe: () => void = () => undefined;

  const work = async (row: OutboxRow): Promise<void> => {
    const attempt: Attempt = { row, touched: false, until: p.clock.now() + attemptMs };
    try {
      await deliver(p, attempt);
      await p.store.outbox.sent(row.id);
      setbacks.over(row);
    } catch (error) {
      await setbacks.after(attempt, error).catch((storeError: unknown) => {
        // The lease runs out and the row comes back marked as doubtful.
        p.log.warn({ row: row.id, why: String(storeError) }, 'the outcome of a delivery could not be stored');
      });
    }
  };

  const claimMore = async (): Promise<boolean> => {
    const room = lanesAtOnce - inHand.size;
    if (room <= 0) return false;
    const rows = await p.store.outbox.claim(room);
    for (const row of rows) {
      const done = work(row).finally(() => {
        inHand.delete(row.id);
        wake();
      });
      inHand.set(row.id, done);
    }
    return rows.length > 0;
  };

  const run = async (): Promise<void> => {
    while (running) {
      const idle = new AbortController();
      wake = () => idle.abort();
      const found = await claimMore().catch((error: unknown) => {
        p.log.warn({ why: error instanceof Error ? error.message : String(error) }, 'the outbox cannot be read');
        return false;
      });
      if (!found && running) await sleep(pollMs, undefined, { signal: idle.signal, ref: false }).catch(() => undefined);
    }
  };

  return {
    start() {
      if (running) return;
      running = true;
      unsubscribe = p.store.outbox.onWake(() => wake());
      loop = run();
    },
    async stop(withinMs) {
      running = false;
      unsubscribe();
      wake();
      const finished = loop.then(() => Promise.all(inHand.values()));
      await Promise.race([finished, sleep(withinMs, undefined, { ref: false })]);
    },
  };
}
