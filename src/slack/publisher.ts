// Drains the outbox into Slack: lanes side by side, each in order, no row twice, nothing given up while Slack is only away.

import { setTimeout as sleep } from 'node:timers/promises';
import type { OutboxRow } from '../core/ports.ts';
import { whileHeld } from './held-api.ts';
import { deliver } from './notices/deliver.ts';
import { type Attempt, createPosting } from './posting.ts';
import type { Publishing } from './publishing.ts';
import { createSetbacks } from './setbacks.ts';

export interface Publisher {
  start(): void;
  /** Claims nothing more and waits for the rows in hand, at most `withinMs`; what is left returns with its lease. */
  stop(withinMs: number): Promise<void>;
}

interface InHand {
  /** By our stopwatch: no call is begun after this, so that one on its way has arrived before anybody else may look for it. */
  untilMs: number;
  done: Promise<void>;
}

const lanesAtOnce = 8;
/** The store wakes us; this is for what it cannot know, such as a lease that ran out. */
const pollMs = 1_000;
/** Leases are renewed so often in their time. */
const renewals = 4;
/** The last part of a lease in which no call is begun. */
const arrivesWithinMs = 4_000;

export function createPublisher(p: Publishing): Publisher {
  const { outbox } = p.store;
  const inHand = new Map<string, InHand>();
  const setbacks = createSetbacks(p);
  let running = false;
  let wake: () => void = () => undefined;
  let loop: Promise<void> = Promise.resolve();
  let unsubscribe: () => void = () => undefined;
  let renewing: NodeJS.Timeout | undefined;

  const work = async (row: OutboxRow, held: () => boolean): Promise<void> => {
    const attempt: Attempt = { row, touched: false };
    const api = whileHeld(p.api, held);
    try {
      await deliver({ ...p, api, posting: createPosting({ api, main: p.config.channel, log: p.log }) }, attempt);
      await outbox.sent(row.id);
      setbacks.over(row);
    } catch (error) {
      await setbacks.after(attempt, error).catch((storeError: unknown) => {
        // The lease runs out and the row comes back marked as doubtful.
        p.log.warn({ row: row.id, why: String(storeError) }, 'the outcome of a delivery could not be stored');
      });
    }
  };

  /** True when there may be more. What becomes due later wakes us. */
  const claimMore = async (): Promise<boolean> => {
    const room = lanesAtOnce - inHand.size;
    if (room <= 0) return false;
    const untilMs = performance.now() + outbox.leaseMs - arrivesWithinMs;
    const rows = await outbox.claim(room);
    for (const row of rows) {
      const one: InHand = { untilMs, done: Promise.resolve() };
      inHand.set(row.id, one);
      one.done = work(row, () => performance.now() < one.untilMs).finally(() => {
        const full = inHand.size >= lanesAtOnce;
        inHand.delete(row.id);
        // Whatever follows in its lane woke us already, when the outbox heard what became of it.
        if (full) wake();
      });
    }
    return rows.length === room;
  };

  const renew = async (): Promise<void> => {
    const asked = [...inHand];
    const untilMs = performance.now() + outbox.leaseMs - arrivesWithinMs;
    const ours = new Set(await outbox.renew(asked.map(([id]) => id)));
    for (const [id, one] of asked) one.untilMs = ours.has(id) ? untilMs : 0;
  };

  const run = async (): Promise<void> => {
    while (running) {
      const woken = Promise.withResolvers<void>();
      wake = woken.resolve;
      const more = await claimMore().catch((error: unknown) => {
        p.log.warn({ why: error instanceof Error ? error.message : String(error) }, 'the outbox cannot be read');
        return false;
      });
      if (more || !running) continue;
      const poll = setTimeout(woken.resolve, pollMs).unref();
      await woken.promise;
      clearTimeout(poll);
    }
  };

  return {
    start() {
      if (running) return;
      running = true;
      unsubscribe = outbox.onWake(() => wake());
      renewing = setInterval(() => {
        renew().catch((error: unknown) => p.log.warn({ why: String(error) }, 'the leases of notices were not renewed'));
      }, outbox.leaseMs / renewals).unref();
      loop = run();
    },
    async stop(withinMs) {
      running = false;
      unsubscribe();
      wake();
      const finished = loop.then(() => Promise.all([...inHand.values()].map((one) => one.done)));
      await Promise.race([finished, sleep(withinMs, undefined, { ref: false })]);
      clearInterval(renewing);
    },
  };
}
