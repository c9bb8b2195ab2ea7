// The one connection of the embedded engine, shared by all: whoever Slack waits for has it next, and a transaction keeps it to its end.

import type { PostgresPool } from 'kysely';
import type pg from 'pg';
import type { ConstructorOptions } from 'pg-boss';
import { preparing } from './prepared.ts';

/** From what must not wait to what may: deliveries, turns at what is shared, work. */
const lanes = ['front', 'turns', 'work'] as const;
export type Lane = (typeof lanes)[number];

/** Every statement of the store, and some that differ with the number of their parameters. */
const textsAtMost = 250;

export class OneConnection {
  readonly #client: pg.Client;
  readonly #query: ReturnType<ReturnType<typeof preparing>>;
  readonly #waiting: Readonly<Record<Lane, (() => void)[]>> = { front: [], turns: [], work: [] };
  #taken = false;

  constructor(client: pg.Client) {
    this.#client = client;
    this.#query = preparing(textsAtMost)(client);
  }

  /** As Kysely wants to see a pool. It ends nothing: the connection belongs to whoever opened it. */
  pool(lane: Lane): PostgresPool {
    return {
      connect: async () => {
        await this.#take(lane);
        return { query: this.#query, release: () => this.#handOver() };
      },
      end: async () => {},
      options: {},
    };
  }

  /** As pg-boss wants to see a database. */
  boss(): ConstructorOptions {
    return {
      backend: 'pglite',
      db: {
        executeSql: (text, values = []) => this.#use(() => this.#bossQuery(text, values)),
        listen: async (channel, heard, subscribed) => {
          this.#client.on('notification', (told) => {
            if (told.channel === channel) heard(told.payload ?? '');
          });
          await this.#use(() => this.#client.query(`listen ${this.#client.escapeIdentifier(channel)}`));
          subscribed();
          return { close: async () => {} };
        },
      },
    };
  }

  /** It sends whole transactions as one text, and expects a connection that forgets one which failed. */
  async #bossQuery(text: string, values: readonly unknown[]): Promise<{ rows: unknown[] }> {
    try {
      const results = [await this.#query(text, values)].flat();
      return { rows: results.flatMap(({ rows }) => rows) };
    } catch (error) {
      await this.#client.query('rollback').catch(() => {});
      throw error;
    }
  }

  /** Runs `work` while nobody else asks the engine anything. */
  async #use<T>(work: () => Promise<T>): Promise<T> {
    await this.#take('work');
    try {
      return await work();
    } finally {
      this.#handOver();
    }
  }

  async #take(lane: Lane): Promise<void> {
    if (this.#taken) await new Promise<void>((mine) => this.#waiting[lane].push(mine));
    this.#taken = true;
  }

  #handOver(): void {
    const next = lanes.map((lane) => this.#waiting[lane]).find((waiting) => waiting.length > 0);
    if (next === undefined) this.#taken = false;
    else next.shift()?.();
  }
}
