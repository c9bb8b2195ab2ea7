// Lets so many pieces of work run at once; the others wait for their turn, in order.

/** The returned function resolves or rejects as the work does. */
export function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place goes on to the next one, who does not count itself again.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
