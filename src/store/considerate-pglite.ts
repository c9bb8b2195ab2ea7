// PGlite that lets the rest of the process have its turn: its statements run on the main thread, one chained to the next.

import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';

/** Shorter than a person or a timer notices; a single statement with its sync to disk may take longer. */
const atOnceMs = 5;

/**
 * A statement that waits starts right when the one before it has ended, in a microtask: while many wait, no request is read, no timer
 * runs and no answer leaves. Here they give way every few milliseconds, still in their order and inside their transaction.
 */
export class ConsideratePglite extends PGlite {
  #since = performance.now();

  override async execProtocol(...args: Parameters<PGlite['execProtocol']>): ReturnType<PGlite['execProtocol']> {
    await this.#giveWay();
    return super.execProtocol(...args);
  }

  override async execProtocolStream(
    ...args: Parameters<PGlite['execProtocolStream']>
  ): ReturnType<PGlite['execProtocolStream']> {
    await this.#giveWay();
    return super.execProtocolStream(...args);
  }

  async #giveWay(): Promise<void> {
    if (performance.now() - this.#since < atOnceMs) return;
    await turnOfOthers();
    this.#since = performance.now();
  }
}
