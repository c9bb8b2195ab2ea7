// Storing a delivery before it is acknowledged, and making sure that what was told as not accepted is never done.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryOutcome, Meter } from '../core/meter.ts';
import { type Clock, type Delivery, type Inbox, type Log, StoreUnavailable } from '../core/ports.ts';
import type { Ask, Keyed } from './asks.ts';

export interface Taking {
  /** `unavailable`: the person must be told that nothing was accepted, and nothing will start. */
  take(keyed: Keyed<Ask>, deadline: AbortSignal): Promise<DeliveryOutcome>;
  /** Rejects with `StoreUnavailable` instead, because Slack delivers an event again that was not acknowledged. */
  takeEvent(keyed: Keyed<Ask>, deadline: AbortSignal): Promise<DeliveryOutcome>;
  /** Deliveries that were told as not accepted, until it is sure that they are not in the inbox. */
  readonly refused: ReadonlyMap<string, Promise<void>>;
  /** Resolves when nothing has come in for a moment, and at the latest after so long. */
  idle(withinMs: number): Promise<void>;
}

const forgetAgainMs = 1_000;
/** Deliveries of a flood come closer together than this, however slow the machine reads them. */
const quietMs = 20;
/** Of the event loop: a connection is accepted in one, read in the next, and its request is parsed in the one after. */
const loopTurns = 3;

export function createTaking(given: {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  readonly stopping: AbortSignal;
}): Taking {
  const { inbox, clock, log, meter, stopping } = given;
  const refused = new Map<string, Promise<void>>();

  let begun = 0;
  let underway = 0;

  // No two at one ms: a repeat that could not be stored is told apart from the delivery that it repeats.
  let lastReceivedAt = 0;
  const received = ({ ask, key }: Keyed<Ask>): Delivery => {
    lastReceivedAt = Math.max(clock.now(), lastReceivedAt + 1);
    return { key, kind: ask.kind, payload: ask, receivedAt: lastReceivedAt };
  };

  const put = async (delivery: Delivery): Promise<'taken' | 'duplicate'> => {
    begun += 1;
    underway += 1;
    try {
      return await inbox.take(delivery);
    } finally {
      underway -= 1;
    }
  };

  const store = async (keyed: Keyed<Ask>, deadline: AbortSignal): Promise<DeliveryOutcome> => {
    const { ask, key } = keyed;
    const delivery = received(keyed);
    if (stopping.aborted) return 'unavailable';
    // Slack gives a form's second try the same key: it must not meet the late row of the first one and pass for a repeat.
    const taking = (refused.get(key) ?? Promise.resolve()).then(() => put(delivery));
    const outcome = await within(taking, deadline).catch((error: unknown) => {
      log.error({ kind: ask.kind, why: String(error) }, 'a delivery could not be stored; the person is told so');
      return 'failed' as const;
    });
    if (outcome === 'taken' || outcome === 'duplicate') return outcome;
    // It may be stored after all; the person was told that nothing started, so nothing may start.
    const forgotten = taking.then(
      (late) => (late === 'taken' ? forget(delivery) : undefined),
      () => forget(delivery),
    );
    refused.set(key, forgotten);
    void forgotten.then(() => {
      if (refused.get(key) === forgotten) refused.delete(key);
    });
    return 'unavailable';
  };

  /** Tries until the store answers: until then the row, if there is one, is leased to this process. */
  const forget = async (delivery: Delivery): Promise<void> => {
    while (!stopping.aborted) {
      const done = await inbox.forget(delivery).then(
        () => true,
        () => false,
      );
      if (done) return;
      await sleep(forgetAgainMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);
    }
    await inbox
      .forget(delivery)
      .catch(() => log.warn({ key: delivery.key }, 'a delivery told as not accepted may be in the inbox'));
  };

  const storeEvent = async (keyed: Keyed<Ask>, deadline: AbortSignal): Promise<DeliveryOutcome> => {
    if (stopping.aborted) throw new StoreUnavailable('the bot is stopping');
    const outcome = await within(put(received(keyed)), deadline);
    // Stored late all the same, it is done when its lease has run out, and Slack's next try is a repeat.
    if (outcome === 'late') throw new StoreUnavailable('the inbox did not answer in time');
    return outcome;
  };

  return {
    refused,
    async idle(withinMs) {
      const end = performance.now() + withinMs;
      let before: number;
      do {
        before = begun;
        await sleep(quietMs, undefined, { ref: false });
        // After a stall the timer is due before anything that came in meanwhile was looked at.
        for (let turn = 0; turn < loopTurns; turn += 1) await nextTurn();
      } while ((underway > 0 || begun !== before) && performance.now() < end);
    },
    async take(keyed, deadline) {
      const outcome = await store(keyed, deadline);
      // A pin that is taken this way came by the menu of a message, which Slack treats as a click.
      meter.delivered(keyed.ask.kind === 'pin' ? 'click' : keyed.ask.kind, outcome);
      return outcome;
    },
    async takeEvent(keyed, deadline) {
      const outcome = await storeEvent(keyed, deadline).catch((error: unknown) => {
        meter.delivered('event', 'unavailable');
        throw error;
      });
      meter.delivered('event', outcome);
      return outcome;
    },
  };
}

/** A promise that loses against the deadline goes on, and its rejection is nobody's. */
export async function within<T>(promise: Promise<T>, deadline: AbortSignal): Promise<T | 'late'> {
  const late = new Promise<'late'>((resolve) => {
    if (deadline.aborted) resolve('late');
    else deadline.addEventListener('abort', () => resolve('late'), { once: true });
  });
  return Promise.race([promise, late]);
}
