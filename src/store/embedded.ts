// The embedded engine: PostgreSQL compiled to WebAssembly inside this process, in a directory or in memory.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { Kysely, PGliteDialect } from 'kysely';
import { fromPglite } from 'pg-boss';
import { type Log, StoreUnavailable } from '../core/ports.ts';
import { ConsideratePglite } from './considerate-pglite.ts';
import { damaged } from './damage.ts';
import { lockDirectory } from './directory-lock.ts';
import { watchRoom } from './disk-room.ts';
import { assertDurable, DurableFiles } from './durable-files.ts';
import type { Engine } from './engine.ts';
import { loggable } from './failure.ts';
import type { Tables } from './tables.ts';

const tidyEveryMs = 5 * 60_000;
const deadRowsWorthClearing = 200;

// One process with one connection needs no large buffers; the WAL is kept short so that a start after kill -9 is quick.
const smallBuffers = [
  ...['-c', 'shared_buffers=8MB', '-c', 'wal_buffers=1MB', '-c', 'max_connections=10'],
  ...['-c', 'max_wal_size=64MB', '-c', 'min_wal_size=32MB'],
];
// The other sync methods are stubs in the WebAssembly build.
const realSync = ['-c', 'fsync=on', '-c', 'wal_sync_method=fsync'];

/** 64-bit integers and decimals as text, as pg gives them; everything else is alike already. */
const parsers = { [types.INT8]: String, [types.NUMERIC]: String };

export interface EmbeddedEngine extends Engine {
  readonly pglite: PGlite;
  /** Clears dead rows and shortens the log; also runs by itself every few minutes. */
  tidy(): Promise<void>;
}

/**
 * Opens the directory, or an empty database in memory for `:memory:`. `startFrom` is the dump of a data directory that one in memory
 * starts from: making one takes seconds. Rejects with `StoreUnavailable`.
 */
export async function openEmbedded(path: string, log: Log, startFrom?: Blob): Promise<EmbeddedEngine> {
  if (path === ':memory:') {
    return openUnsynced(startFrom === undefined ? {} : { loadDataDir: startFrom }, log);
  }
  const lock = lockDirectory(path);
  try {
    assertWhole(path);
    const files = new DurableFiles(join(path, 'data'));
    const durable = PGlite.defaultStartParams.filter((param) => param !== '-F');
    const pglite = new ConsideratePglite({
      fs: files,
      startParams: [...durable, ...realSync, ...smallBuffers],
      parsers,
    });
    await pglite.waitReady;
    await assertDurable(pglite, files);
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

/** Opens the copy of a data directory, which nobody else knows. */
export async function openCopy(directory: string, log: Log): Promise<EmbeddedEngine> {
  return openUnsynced({ dataDir: directory }, log);
}

/** Without a lock, without syncing to disk, and without a watch over its room. */
async function openUnsynced(
  from: { readonly dataDir?: string; readonly loadDataDir?: Blob },
  log: Log,
): Promise<EmbeddedEngine> {
  const pglite = new ConsideratePglite({
    ...from,
    startParams: [...PGlite.defaultStartParams, ...smallBuffers],
    parsers,
  });
  await pglite.waitReady;
  return engineOver(
    pglite,
    log,
    () => undefined,
    () => {},
  );
}

function engineOver(pglite: PGlite, log: Log, noRoom: Engine['noRoom'], afterClose: () => void): EmbeddedEngine {
  const tidying = setInterval(() => {
    tidy(pglite).catch((error) => log.warn(loggable(error), 'the embedded store could not be tidied'));
  }, tidyEveryMs).unref();
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  return {
    kind: 'embedded',
    pglite,
    db,
    front: db,
    turns: db,
    noRoom,
    boss: { db: fromPglite(pglite), backend: 'pglite' },
    shared: false,
    tidy: () => tidy(pglite),
    async close() {
      clearInterval(tidying);
      try {
        // Waits for an open transaction, and makes the next start quick.
        await pglite.query('checkpoint').catch((error) => log.warn(loggable(error), 'the last checkpoint failed'));
        await pglite.close();
      } finally {
        afterClose();
      }
    },
  };
}

/** Does what the background processes of a server would do: there is no checkpointer and no autovacuum in this engine. */
async function tidy(pglite: PGlite): Promise<void> {
  // Table by table and only where it pays: every statement holds up the whole process while it runs.
  const { rows } = await pglite.query<{ name: string }>(
    `select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables where n_dead_tup > $1`,
    [deadRowsWorthClearing],
  );
  for (const { name } of rows) await pglite.query(`vacuum (analyze) ${name}`);
  await pglite.query('checkpoint');
}
