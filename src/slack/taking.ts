// Whether a delivery is on record: taken, a repeat, surely not, or not certain yet; whoever asked hears which, and nothing else happens.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryOutcome, Meter } from '../core/meter.ts';
import { type Clock, type Delivery, type Inbox, type Log, StoreUnavailable } from '../core/ports.ts';
import type { Ask, Keyed } from './asks.ts';

/** What became of it in the end. `forgotten`: a form that is not on record now; what was sent of it may still arrive. */
type Fate = 'taken' | 'duplicate' | 'refused' | 'forgotten';

export interface Taking {
  /** Never rejects. `uncertain`: the store did not say by the deadline; the work starts, or the person is told, when it does. */
  take(keyed: Keyed<Ask>, deadline: AbortSignal): Promise<DeliveryOutcome>;
  /** Rejects with `StoreUnavailable` instead, because Slack delivers an event again that was not acknowledged. */
  takeEvent(keyed: Keyed<Ask>, deadline: AbortSignal): Promise<DeliveryOutcome>;
  isUncertain(key: string): boolean;
  /** Resolves when nothing is uncertain any more. */
  settled(): Promise<void>;
  /**
   * Resolves when nothing has come in for a moment, at the latest after so long, and soon when a stop begins; at once where only
   * one delivery came in for a while.
   */
  idle(withinMs: number): Promise<void>;
}

export const notAccepted = 'Not accepted, nothing started. Try again in a minute.';
export const notCertain =
  'Not certain yet whether this was accepted: the store does not answer. If it was, it is done once; look before you try again.';
const formNotCertain = 'Perhaps not accepted: the store does not answer. Send it again in a minute; it counts once.';

const decideAgainMs = 300;
/** Deliveries of a flood come closer together than this, however slow the machine reads them. */
const quietMs = 20;
/** Nobody has typed anything else in this time: that is no flood, and not the beginning of one but for its first delivery. */
const aloneMs = 200;
/** Of the event loop: a connection is accepted in one, read in the next, and its request is parsed in the one after. */
const loopTurns = 3;

export function problemOf(outcome: DeliveryOutcome): string | undefined {
  if (outcome === 'unavailable') return notAccepted;
  return outcome === 'uncertain' ? notCertain : undefined;
}

/** A form stays open and is sent again with the same key. */
export function formProblemOf(outcome: DeliveryOutcome): string | undefined {
  return outcome === 'uncertain' ? formNotCertain : problemOf(outcome);
}

export function createTaking(given: {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  readonly stopping: AbortSignal;
  /** It was taken after the person was told that it is not certain. */
  readonly taken: (keyed: Keyed<Ask>) => void;
  /** It was not. */
  readonly refused: (keyed: Keyed<Ask>) => Promise<void>;
}): Taking {
  const { inbox, clock, log, meter, stopping } = given;
  const uncertain = new Map<string, Promise<void>>();

  let begun = 0;
  let underway = 0;
  /** Of the last two deliveries that came in, by our stopwatch. */
  let came = { last: Number.NEGATIVE_INFINITY, before: Number.NEGATIVE_INFINITY };

  // No two at one ms: a repeat that could not be stored is told apart from the delivery that it repeats.
  let lastReceivedAt = 0;
  const received = ({ ask, key }: Keyed<Ask>): Delivery => {
    lastReceivedAt = Math.max(clock.now(), lastReceivedAt + 1);
    return { key, kind: ask.kind, payload: ask, receivedAt: lastReceivedAt };
  };

  const put = async (delivery: Delivery): Promise<'taken' | 'duplicate'> => {
    begun += 1;
    underway += 1;
    came = { last: performance.now(), before: came.last };
    try {
      return await inbox.take(delivery);
    } finally {
      underway -= 1;
    }
  };

  const store = async (keyed: Keyed<Ask>, deadline: AbortSignal): Promise<DeliveryOutcome> => {
    if (stopping.aborted) return 'unavailable';
    const delivery = received(keyed);
    const fate = fateOf(keyed, delivery);
    const outcome = await within(fate, deadline);
    if (outcome === 'taken' || outcome === 'duplicate') return outcome;
    if (outcome === 'refused') return 'unavailable';
    if (outcome === 'forgotten') return 'uncertain';
    log.error({ kind: keyed.ask.kind }, 'the store does not say whether it took a delivery; the person is told so');
    const settled = fate.then((late) => afterAll(keyed, delivery, late));
    uncertain.set(keyed.key, settled);
    void settled.finally(() => {
      if (uncertain.get(keyed.key) === settled) uncertain.delete(keyed.key);
    });
    return 'uncertain';
  };

  /** Never rejects. Takes as long as the store is silent. */
  const fateOf = async (keyed: Keyed<Ask>, delivery: Delivery): Promise<Fate> => {
    const { ask, key } = keyed;
    // Slack gives a form's second try the same key: it must not meet the late row of the first one and pass for a repeat.
    await uncertain.get(key);
    try {
      return await put(delivery);
    } catch (error) {
      log.error({ kind: ask.kind, why: String(error) }, 'a delivery could not be stored');
      if (error instanceof StoreUnavailable && !error.doubtful) return 'refused';
    }
    // A form that was not accepted stays open and is sent again with the same key, so its key must stay free.
    const decide =
      ask.kind === 'submission'
        ? () => inbox.forget(delivery).then(() => 'forgotten' as const)
        : () => inbox.refuse(key);
    const decided = await untilAnswered(decide);
    if (decided !== undefined) return decided;
    log.warn({ key }, 'whether a delivery is in the inbox is not known; if it is, another process works it');
    return 'duplicate';
  };

  /** The person was told that it is not certain; now it is. */
  const afterAll = async (keyed: Keyed<Ask>, delivery: Delivery, fate: Fate): Promise<void> => {
    if (keyed.ask.kind === 'submission') {
      if (fate === 'taken') await untilAnswered(() => inbox.forget(delivery));
    } else if (fate === 'taken') {
      given.taken(keyed);
    } else if (fate === 'refused') {
      await given.refused(keyed);
    }
  };

  /** Undefined when the store was still silent at the stop. */
  const untilAnswered = async <T>(ask: () => Promise<T>): Promise<T | undefined> => {
    for (;;) {
      try {
        return await ask();
      } catch {
        if (stopping.aborted) return undefined;
        await sleep(decideAgainMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);
      }
    }
  };

  const storeEvent = async (keyed: Keyed<Ask>, deadline: AbortSignal): Promise<DeliveryOutcome> => {
    if (stopping.aborted) throw new StoreUnavailable('the bot is stopping');
    const outcome = await within(put(received(keyed)), deadline);
    // Stored late all the same, it is done when its lease has run out, and Slack's next try is a repeat.
    if (outcome === 'late') throw new StoreUnavailable('the inbox did not answer in time');
    return outcome;
  };

  return {
    isUncertain: (key) => uncertain.has(key),
    async settled() {
      await Promise.all(uncertain.values());
    },
    async idle(withinMs) {
      if (underway === 0 && came.last - came.before > aloneMs) return;
      const end = performance.now() + withinMs;
      let before: number;
      do {
        before = begun;
        await sleep(quietMs, undefined, { ref: false });
        // After a stall the timer is due before anything that came in meanwhile was looked at.
        for (let turn = 0; turn < loopTurns; turn += 1) await nextTurn();
      } while ((underway > 0 || begun !== before) && performance.now() < end && !stopping.aborted);
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
