// How late this process itself was: time measured while it was busy says nothing about the other side.

const tickMs = 1;

export interface OwnLateness {
  /** Milliseconds that the event loop was late at worst since the last call; 0 when it ran on time. */
  sinceLastMs(): number;
  stop(): void;
}

/** Ticks every millisecond until stopped, so keep it as short as a measurement. */
export function watchOwnLateness(): OwnLateness {
  let last = performance.now();
  let worst = 0;
  const note = () => {
    const now = performance.now();
    worst = Math.max(worst, now - last - tickMs);
    last = now;
  };
  const timer = setInterval(note, tickMs);
  return {
    sinceLastMs() {
      // The block may just have ended, with its tick still waiting behind the reply that is being timed.
      note();
      const seen = Math.max(0, worst);
      worst = 0;
      return seen;
    },
    stop: () => clearInterval(timer),
  };
}
