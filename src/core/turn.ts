// Turns at something that may be done only so often: how long the next one is away, and a book of turns for one process.

/** At most `calls` in any `windowMs`. */
export interface Allowance {
  readonly key: string;
  readonly calls: number;
  readonly windowMs: number;
}

export interface Turns {
  /**
   * Ms to wait for the next turn that every one of the allowances grants. It is taken when the wait is at most `patienceMs`;
   * otherwise nothing is.
   */
  take(allowances: readonly Allowance[], patienceMs: number): Promise<number>;
  /** No turn of this key for so long. */
  pause(key: string, ms: number): Promise<void>;
  /** How much of each allowance is free now, from 0 (nothing, or a pause) to 1. */
  free(allowances: readonly Allowance[]): Promise<readonly number[]>;
}

/** What is known of one key. Times are ms of one clock; `taken` ascends and may lie ahead. */
export interface TurnsTaken {
  readonly taken: readonly number[];
  readonly pausedUntil: number;
}

export const noneTaken: TurnsTaken = { taken: [], pausedUntil: Number.NEGATIVE_INFINITY };

/** Ms until the next free turn. */
function waitForTurn({ taken, pausedUntil }: TurnsTaken, { calls, windowMs }: Allowance, now: number): number {
  const recent = within(taken, windowMs, now);
  const blocking = recent.length < calls ? undefined : recent[recent.length - calls];
  return Math.max(0, pausedUntil - now, blocking === undefined ? 0 : blocking + windowMs - now);
}

/** The free share of the allowance, 0 to 1. */
export function freeTurns({ taken, pausedUntil }: TurnsTaken, { calls, windowMs }: Allowance, now: number): number {
  return pausedUntil > now ? 0 : Math.max(0, 1 - within(taken, windowMs, now).length / calls);
}

export interface Wish {
  readonly allowances: readonly Allowance[];
  readonly patienceMs: number;
}

/** As `Turns.take`, out of what is known: the wait, and the turns of each key when it is taken. */
export function grantTurn(
  of: (key: string) => TurnsTaken,
  { allowances, patienceMs }: Wish,
  now: number,
): { readonly wait: number; readonly taken: readonly (readonly [key: string, turns: readonly number[]])[] } {
  const wait = Math.max(...allowances.map((allowance) => waitForTurn(of(allowance.key), allowance, now)));
  if (wait > patienceMs) return { wait, taken: [] };
  const taken = allowances.map((one) => [one.key, withTurn(of(one.key), one, now + wait, now)] as const);
  return { wait, taken };
}

/** With a turn at `at` added, and without those that no longer count. */
function withTurn({ taken }: TurnsTaken, { windowMs }: Allowance, at: number, now: number): readonly number[] {
  return [...within(taken, windowMs, now), at].sort((a, b) => a - b);
}

function within(taken: readonly number[], windowMs: number, now: number): readonly number[] {
  return taken.filter((at) => at > now - windowMs);
}

/** For one process that shares its allowances with nobody. `now` reads a stopwatch. */
export function turnsInMemory(now: () => number): Turns {
  const book = new Map<string, TurnsTaken>();
  const of = (key: string): TurnsTaken => book.get(key) ?? noneTaken;
  return {
    async take(allowances, patienceMs) {
      const { wait, taken } = grantTurn(of, { allowances, patienceMs }, now());
      for (const [key, turns] of taken) book.set(key, { ...of(key), taken: turns });
      return wait;
    },
    async pause(key, ms) {
      const known = of(key);
      book.set(key, { ...known, pausedUntil: Math.max(known.pausedUntil, now() + ms) });
    },
    async free(allowances) {
      const at = now();
      return allowances.map((allowance) => freeTurns(of(allowance.key), allowance, at));
    },
  };
}
