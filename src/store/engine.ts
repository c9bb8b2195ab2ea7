// What the store needs from a database engine: queries, a job engine's door, and a way to close.

import type { Kysely } from 'kysely';
import type { ConstructorOptions } from 'pg-boss';
import type { Tables } from './tables.ts';

export interface Engine {
  readonly kind: 'embedded' | 'postgres';
  readonly db: Kysely<Tables>;
  /** For what must not queue behind work: taking deliveries, which Slack waits 3 s for, and signs of life. */
  readonly front: Kysely<Tables>;
  /** For turns at what is shared: short transactions that wait for each other and must not make anything else wait. */
  readonly turns: Kysely<Tables>;
  /** How pg-boss reaches the same database. */
  readonly boss: ConstructorOptions;
  /** True when other processes may write to the same database, so that they must be told and heard. */
  readonly shared: boolean;
  /** Why nothing may be written now, where this process can see it. */
  noRoom(): string | undefined;
  /** Ends all connections, after the queries that are under way. */
  close(): Promise<void>;
}
