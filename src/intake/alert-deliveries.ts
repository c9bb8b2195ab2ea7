// Deliveries of alerts: stored before they are answered, worked one after the other, taken over when a process died with them.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '../core/alert.ts';
import type { DeliveryOutcome } from '../core/meter.ts';
import { AlreadySettled, type Clock, type Ids, type Inbox, type Log, StoreUnavailable } from '../core/ports.ts';
import { storedAlerts } from './alertmanager-body.ts';
import { within } from './within.ts';

export interface AlertDeliveries {
  /** `unavailable` when it is not sure that it is stored: whoever sent it must repeat it. */
  take(alerts: readonly Alert[]): Promise<DeliveryOutcome>;
  start(): void;
  /** Takes nothing more, finishes the delivery in hand within `withinMs` and gives back the others. */
  stop(withinMs: number): Promise<void>;
}

const kind = 'alert';
const storeWithinMs = 2_200;
/** More writes at once would stand in front of what people do at this moment; more that wait would cost memory. */
const storedAtOnce = 2;
const waitingAtMost = 32;
/** More deliveries than this wait in the inbox alone, where a storm costs no memory. */
const keptInMemory = 64;
/** Several looks in the time of a lease, as for the deliveries of people. */
const lookEveryMs = 3_000;

interface Waiting {
  readonly key: string;
  readonly alerts: readonly Alert[];
}

export function createAlertDeliveries(given: {
  readonly inbox: Inbox;
  /** The effect, with the settling of the delivery in the same transaction. */
  readonly work: (alerts: readonly Alert[], delivery: string) => Promise<void>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}): AlertDeliveries {
  const { inbox, work, clock, ids, log } = given;
  const waiting: Waiting[] = [];
  const stopping = new AbortController();
  let inHand: Waiting | undefined;
  let arriving = 0;
  const storing = inTurn(storedAtOnce);
  let wake: () => void = () => {};
  let loop: Promise<void> = Promise.resolve();

  const enqueue = (delivery: Waiting): void => {
    if (waiting.length >= keptInMemory) return;
    waiting.push(delivery);
    wake();
  };

  const workOne = async ({ key, alerts }: Waiting): Promise<void> => {
    try {
      await work(alerts, key);
    } catch (error) {
      if (error instanceof AlreadySettled) return;
      const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      // Still in the inbox: found again when its lease is over.
      if (error instanceof StoreUnavailable) return log.warn({ key, why }, 'a delivery of alerts waits for the store');
      log.error({ key, why, stack: error instanceof Error ? error.stack : undefined }, 'a delivery of alerts failed');
      await inbox.settle(key, 'failed').catch(() => undefined);
    }
  };

  const workLeftOver = async (): Promise<void> => {
    const room = keptInMemory - waiting.length;
    if (room <= 0) return;
    for (const { key, payload } of await inbox.leftOver(room, [kind])) {
      const read = storedAlerts.safeParse(payload);
      if (read.success) enqueue({ key, alerts: read.data as readonly Alert[] });
      else {
        log.error({ key }, 'a left-over delivery of alerts cannot be read');
        await inbox.settle(key, 'unreadable');
      }
    }
  };

  const held = (): readonly string[] => [...waiting, ...(inHand === undefined ? [] : [inHand])].map(({ key }) => key);

  const look = (): Promise<void> =>
    inbox
      .renew(held())
      .then(workLeftOver)
      .catch((error: unknown) => log.warn({ why: String(error) }, 'the inbox cannot be read for alerts'));

  const run = async (): Promise<void> => {
    let lookedAt = Number.NEGATIVE_INFINITY;
    while (!stopping.signal.aborted) {
      if (performance.now() - lookedAt >= lookEveryMs) {
        await look();
        lookedAt = performance.now();
      }
      inHand = waiting.shift();
      if (inHand !== undefined) await workOne(inHand);
      else await idle(lookedAt + lookEveryMs - performance.now());
      inHand = undefined;
      // The embedded store answers without leaving the turn of the event loop: people's requests would wait for all of them.
      await nextTurn();
    }
  };

  const idle = async (ms: number): Promise<void> => {
    const woken = new AbortController();
    wake = () => woken.abort();
    const signal = AbortSignal.any([woken.signal, stopping.signal]);
    await sleep(Math.max(0, ms), undefined, { signal, ref: false }).catch(() => undefined);
  };

  return {
    async take(alerts) {
      if (stopping.signal.aborted || arriving >= waitingAtMost) return 'unavailable';
      const key = `alerts:${ids.next()}`;
      arriving += 1;
      const delivery = { key, kind, payload: alerts, receivedAt: clock.now() };
      const stored = storing(() => inbox.take(delivery)).finally(() => {
        arriving -= 1;
      });
      const outcome = await within(stored, storeWithinMs).catch((error: unknown) => {
        log.error({ why: String(error) }, 'alerts could not be stored; Alertmanager is told to repeat them');
        return undefined;
      });
      // It may be stored after all, and is then found as left over; a repeat of it changes nothing.
      if (outcome === undefined) return 'unavailable';
      enqueue({ key, alerts });
      return outcome;
    },
    start() {
      loop = run();
    },
    async stop(withinMs) {
      stopping.abort();
      await within(loop, withinMs);
      await within(inbox.release(held()), withinMs).catch(() => undefined);
    },
  };
}

/** Runs what it is given, so many at once and the others in the order of their coming. */
function inTurn(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => queue.push(resolve));
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      queue.shift()?.();
    }
  };
}
