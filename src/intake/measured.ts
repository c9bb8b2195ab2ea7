// Puts a stopwatch around what the bot asks of its systems, its store and its jobs, without their knowing.

import type { Job, Store } from '../core/ports.ts';
import type { Ask } from '../response/given.ts';
import type { Metrics, StoreOperation } from './metrics.ts';
import type { Readiness } from './readiness.ts';

export function measuredAsk(ask: Ask, metrics: Metrics, readiness: Readiness): Ask {
  return async (definition) => {
    const finding = await ask(definition);
    metrics.checked(definition, finding);
    readiness.answered(finding.observation);
    return finding;
  };
}

/** The operations that tell how the store is doing; everything else goes straight through. */
export function measuredStore(store: Store, metrics: Metrics): Store {
  const timed = async <T>(operation: StoreOperation, work: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    try {
      const result = await work();
      metrics.stored(operation, true, performance.now() - startedAt);
      return result;
    } catch (error) {
      metrics.stored(operation, false, performance.now() - startedAt);
      throw error;
    }
  };
  return {
    ...store,
    transact: (work) => timed('transact', () => store.transact(work)),
    ping: () => timed('ping', () => store.ping()),
    inbox: { ...store.inbox, take: (delivery) => timed('take', () => store.inbox.take(delivery)) },
    outbox: { ...store.outbox, claim: (limit) => timed('claim', () => store.outbox.claim(limit)) },
  };
}

type Handler = (job: Job, signal: AbortSignal) => Promise<void>;

export function measuredJobs(handler: Handler, metrics: Metrics): Handler {
  return async (job, signal) => {
    const startedAt = performance.now();
    let well = false;
    try {
      await handler(job, signal);
      well = true;
    } finally {
      metrics.ran(job.kind, well, performance.now() - startedAt);
    }
  };
}
