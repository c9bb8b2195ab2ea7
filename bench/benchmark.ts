// What a benchmark is: a name, a sentence on what is compared, and a run that gives rows.

import type { Absolute, Row } from './pairs.ts';

export interface Asked {
  readonly pairs: number;
  /** One tiny pair that only proves that the benchmark itself works. */
  readonly quick: boolean;
  /** Address of an empty database on a real PostgreSQL, for each call a new one; undefined where there is no server. */
  readonly freshDatabase: (() => Promise<string>) | undefined;
  say(line: string): void;
}

export interface Results {
  readonly rows: readonly Row[];
  readonly absolutes: readonly Absolute[];
}

export interface Benchmark {
  readonly name: string;
  readonly about: string;
  readonly pairs: number;
  run(asked: Asked): Promise<Results>;
}

/** The stores that a benchmark runs on here. */
export type StoreKind = 'embedded' | 'postgres';

export function storesHere(asked: Asked): readonly StoreKind[] {
  return asked.freshDatabase === undefined ? ['embedded'] : ['postgres', 'embedded'];
}
