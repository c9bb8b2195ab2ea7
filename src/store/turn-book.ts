// What one process remembers of the shared book of turns: each row as it was last read or written, and the time by the database's clock.

import { noneTaken, type TurnsTaken } from '../core/turn.ts';

/** One row of the table, with the database's time at which it was so. */
export interface TurnRow {
  readonly key: string;
  readonly taken: readonly number[];
  readonly paused_until: number;
  /** Which write of the row this is. */
  readonly version: string;
  /** Ms since 1970 by the database's clock. */
  readonly now: number;
}

export interface Book {
  readonly now: number;
  readonly of: (key: string) => TurnsTaken;
  readonly versionOf: (key: string) => string;
}

export function bookOf(rows: readonly TurnRow[], now: number = rows[0]?.now ?? 0): Book {
  const book = new Map(rows.map((row) => [row.key, row]));
  return {
    now,
    of: (key) => {
      const row = book.get(key);
      return row === undefined ? noneTaken : { taken: row.taken, pausedUntil: row.paused_until };
    },
    versionOf: (key) => book.get(key)?.version ?? '',
  };
}

/** Our stopwatch goes on from the database's time for so long. */
const clockHoldsMs = 10_000;
/** Every incident's channel has a row; the newest are asked for. */
const rowsAtMost = 500;

export class RememberedTurns {
  readonly #rows = new Map<string, TurnRow>();
  #clock: { readonly now: number; readonly at: number } | undefined;

  /** What a statement just returned. */
  saw(rows: readonly TurnRow[]): void {
    const [first] = rows;
    if (first === undefined) return;
    if (this.#rows.size + rows.length > rowsAtMost) this.#rows.clear();
    for (const row of rows) this.#rows.set(row.key, row);
    // Later than that by the way of the answer: turns are then thought a little further away than they are, never nearer.
    this.#clock = { now: first.now, at: performance.now() };
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) this.#rows.delete(key);
  }

  /** May be outdated, which a write notices. Undefined when the book is to be read. */
  recall(keys: readonly string[]): Book | undefined {
    const clock = this.#clock;
    const since = performance.now() - (clock?.at ?? 0);
    const rows = keys.flatMap((key) => this.#rows.get(key) ?? []);
    if (clock === undefined || since > clockHoldsMs || rows.length < keys.length) return undefined;
    return bookOf(rows, clock.now + since);
  }
}
