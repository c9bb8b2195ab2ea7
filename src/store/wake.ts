// Tells listeners that there may be something to do: at once, after a while, and every few seconds in case a call got lost.

export class Wake {
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #beat: NodeJS.Timeout | undefined;

  /** `everyMs` finds what nobody called for: rows whose publisher died, notifications that got lost. */
  constructor(everyMs: number) {
    this.#beat = setInterval(() => this.now(), everyMs).unref();
  }

  now(): void {
    for (const listener of this.#listeners) queueMicrotask(listener);
  }

  after(ms: number): void {
    if (this.#beat === undefined) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.now();
    }, ms);
    this.#timers.add(timer.unref());
  }

  /** Returns the unsubscribe. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): void {
    clearInterval(this.#beat);
    this.#beat = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#listeners.clear();
  }
}
