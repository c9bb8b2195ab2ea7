// The one connection of the embedded engine, shared by all: whoever Slack waits for has it next, and a transaction keeps it to its end.

import type { PGliteDialectConfig } from 'kysely';
import type { ConstructorOptions } from 'pg-boss';
import type { PgliteThread } from './pglite-thread.ts';

/** From what must not wait to what may: deliveries, turns at what is shared, work. */
const lanes = ['front', 'turns', 'work'] as const;
export type Lane = (typeof lanes)[number];

type Door = Exclude<PGliteDialectConfig['pglite'], (...given: never[]) => unknown>;

export class OneConnection {
  readonly #pglite: PgliteThread;
  readonly #waiting: Readonly<Record<Lane, (() => void)[]>> = { front: [], turns: [], work: [] };
  #taken = false;

  constructor(pglite: PgliteThread) {
    this.#pglite = pglite;
  }

  /** As Kysely wants to see an engine. It closes nothing: the engine belongs to whoever opened it. */
  door(lane: Lane): Door {
    const query = <T>(text: string, values: readonly unknown[] = []) =>
      this.#pglite.query<T>(text, values).then((found) => ({ fields: [], ...found }));
    return {
      ready: true,
      waitReady: Promise.resolve(),
      closed: false,
      close: async () => {},
      query: <T>(text: string, values?: readonly unknown[]) => this.use(lane, () => query<T>(text, values)),
      transaction: (work) =>
        this.use(lane, async () => {
          const tried = { failed: false };
          // The first statement does not wait for the answer to this one: the thread keeps the order.
          const begun = query('BEGIN');
          begun.catch(() => {});
          try {
            const result = await work({
              query: <T>(text: string, values?: readonly unknown[]) =>
                query<T>(text, values).catch((error: unknown) => {
                  tried.failed = true;
                  throw error;
                }),
              rollback: async () => {
                tried.failed = true;
              },
            });
            await begun;
            // The engine would take the COMMIT, do a ROLLBACK, and not call that a failure.
            if (tried.failed) throw Object.assign(new Error('the transaction was aborted'), { code: '25P02' });
            await query('COMMIT');
            return result;
          } catch (error) {
            await query('ROLLBACK').catch(() => {});
            throw error;
          }
        }),
    };
  }

  /** As pg-boss does. */
  boss(): ConstructorOptions {
    return {
      backend: 'pglite',
      db: {
        executeSql: (text, values = []) =>
          this.use('work', () =>
            (values.length > 0 ? this.#pglite.query(text, values) : this.#pglite.exec(text)).catch(
              async (error: unknown) => {
                // It sends whole transactions as one text, and expects a connection that forgets one which failed.
                await this.#pglite.query('ROLLBACK').catch(() => {});
                throw error;
              },
            ),
          ),
        listen: async (channel, heard, subscribed) => {
          await this.use('work', () => this.#pglite.listen(channel, heard));
          subscribed();
          return { close: async () => {} };
        },
      },
    };
  }

  /** Runs `work` while nobody else asks the engine anything. */
  async use<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    if (this.#taken) await new Promise<void>((mine) => this.#waiting[lane].push(mine));
    this.#taken = true;
    try {
      return await work();
    } finally {
      this.#handOver();
    }
  }

  #handOver(): void {
    const next = lanes.map((lane) => this.#waiting[lane]).find((waiting) => waiting.length > 0);
    if (next === undefined) this.#taken = false;
    else next.shift()?.();
  }
}
