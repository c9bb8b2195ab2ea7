// Yields promises' results in batches as they arrive, so that one write can record several answers.

/** Each batch holds everything that settled since the last one. The promises must not reject. */
export async function* settled<T>(promises: readonly Promise<T>[]): AsyncGenerator<readonly T[]> {
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
    const batch = ready;
    ready = [];
    open -= batch.length;
    yield batch;
  }
}
