// Yields promises' results in batches as they arrive, so that one write can record several answers.

import { setTimeout as sleep } from 'node:timers/promises';

/** Shorter than anybody notices, and longer than it takes near systems to answer everything: then one write records all of it. */
const gatherMs = 250;

/**
 * Each batch holds what settled since the last one: it is gathered for a moment, because the writes would else be what the last answer
 * waits for. The last batch comes at once. The promises must not reject.
 */
export async function* settled<T>(promises: readonly Promise<T>[]): AsyncGenerator<readonly T[]> {
  const all = Promise.allSettled(promises);
  let ready: T[] = [];
  let wake: () => void = () => {};
  for (const promise of promises) {
    void promise.then((value) => {
      ready.push(value);
      wake();
    });
  }
  for (let open = promises.length; open > 0; ) {
    if (ready.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const gathered = new AbortController();
    await Promise.race([all, sleep(gatherMs, undefined, { signal: gathered.signal }).catch(() => {})]);
    gathered.abort();
    const batch = ready;
    ready = [];
    open -= batch.length;
    yield batch;
  }
}
