// The embedded engine: PostgreSQL compiled to WebAssembly in a thread of this process, in a directory or in memory.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, PGliteDialect } from 'kysely';
import { type Log, StoreUnavailable } from '../core/ports.ts';
import { damaged } from './damage.ts';
import { lockDirectory } from './directory-lock.ts';
import { watchRoom } from './disk-room.ts';
import type { Engine } from './engine.ts';
import { loggable } from './failure.ts';
import { type Lane, OneConnection } from './one-connection.ts';
import { PgliteThread, type ThreadOptions } from './pglite-thread.ts';
import type { Tables } from './tables.ts';

const tidyEveryMs = 5 * 60_000;
const deadRowsWorthClearing = 200;

export interface EmbeddedEngine extends Engine {
  readonly pglite: PgliteThread;
  /** Clears dead rows and shortens the log; also runs by itself every few minutes. */
  tidy(): Promise<void>;
}

/** Opens the directory, or an empty database in memory for `:memory:`. Rejects with `StoreUnavailable`. */
export async function openEmbedded(path: string, log: Log): Promise<EmbeddedEngine> {
  if (path === ':memory:') {
    const { pglite } = await PgliteThread.open({ kind: 'memory' }, endingWith(log));
    return engineOver(pglite, log, unwatched, () => {});
  }
  const lock = lockDirectory(path);
  try {
    assertWhole(path);
    const { pglite, durable } = await PgliteThread.open({ kind: 'directory', path }, endingWith(log));
    if (!durable) {
      await pglite.close();
      throw new StoreUnavailable(
        'The embedded database does not sync its files to disk, so a power loss could lose what was recorded.',
      );
    }
    return engineOver(pglite, log, watchRoom(path), () => lock.release());
  } catch (error) {
    lock.release();
    throw notOpened(path, error);
  }
}

/**
 * Without its mark the engine would take a data directory for a new one, and write an empty database over it. Rejects with `DamagedStore`, or
 * with `StoreUnavailable` where another release made it.
 */
export function assertWhole(path: string): void {
  const data = join(path, 'data');
  const mark = join(data, 'PG_VERSION');
  const made = existsSync(mark) ? readFileSync(mark, 'utf8').trim() : undefined;
  if (made === undefined && existsSync(data) && readdirSync(data).length > 0) {
    throw damaged(`the file ${mark} is missing`);
  }
  if (made !== undefined && /^\d+$/.test(made) && made !== engineVersion) {
    throw new StoreUnavailable(
      `The embedded store in ${path} was made by a release with version ${made} of the engine, and this one has ${engineVersion}. Open it with that release.`,
    );
  }
}

/** The major version of the engine, as it marks its directories. */
const engineVersion = '18';

/** All that the engine says of files it cannot start from is that it gave up; it does that on a full disk, too. */
export function notOpened(path: string, error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  const { code = '', error: message } = loggable(error);
  const elsewhere = watchRoom(path)() ?? (/^E[A-Z]+$/.test(code) && code !== 'ENOENT' ? message : undefined);
  if (elsewhere !== undefined) {
    return new StoreUnavailable(`The embedded store in ${path} could not be opened: ${elsewhere}.`, { cause: error });
  }
  return damaged(`the database in ${join(path, 'data')} does not start (${loggable(error).error})`, error);
}

/** Opens the copy of a data directory, which nobody else knows: without a lock, without syncing, without a watch over its room. */
export async function openCopy(directory: string, log: Log): Promise<EmbeddedEngine> {
  const { pglite } = await PgliteThread.open({ kind: 'copy', path: directory }, endingWith(log));
  return engineOver(pglite, log, unwatched, () => {});
}

const unwatched = () => undefined;

/** Nothing can be taken or found any more, and a new process opens the store as after a crash: this one ends as one does. */
function endingWith(log: Log): ThreadOptions {
  return {
    lost(error) {
      log.error(loggable(error), 'the embedded engine is gone, and the process ends with it');
      setImmediate(() => {
        throw error;
      });
    },
  };
}

function engineOver(pglite: PgliteThread, log: Log, noRoom: Engine['noRoom'], afterClose: () => void): EmbeddedEngine {
  const connection = new OneConnection(pglite);
  const tidying = setInterval(() => {
    tidy(connection, pglite).catch((error) => log.warn(loggable(error), 'the embedded store could not be tidied'));
  }, tidyEveryMs).unref();
  const open = (lane: Lane) => new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: connection.door(lane) }) });
  return {
    kind: 'embedded',
    pglite,
    db: open('work'),
    front: open('front'),
    turns: open('turns'),
    noRoom,
    boss: connection.boss(),
    shared: false,
    tidy: () => tidy(connection, pglite),
    async close() {
      clearInterval(tidying);
      try {
        // Waits for an open transaction, and makes the next start quick.
        await connection
          .use('work', () => pglite.query('checkpoint'))
          .catch((error) => log.warn(loggable(error), 'the last checkpoint failed'));
        await pglite.close();
      } finally {
        afterClose();
      }
    },
  };
}

/** Does what the background processes of a server would do: there is no checkpointer and no autovacuum in this engine. */
async function tidy(connection: OneConnection, pglite: PgliteThread): Promise<void> {
  const run = <T>(text: string, values: readonly unknown[] = []) =>
    connection.use('work', () => pglite.query<T>(text, values));
  // Table by table and only where it pays: every statement holds up all others while it runs.
  const { rows } = await run<{ name: string }>(
    `select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables where n_dead_tup > $1`,
    [deadRowsWorthClearing],
  );
  for (const { name } of rows) await run(`vacuum (analyze) ${name}`);
  await run('checkpoint');
}
