// The embedded engine: PostgreSQL compiled to WebAssembly in a thread of this process, in a directory or in memory.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { type Log, StoreUnavailable } from '../core/ports.ts';
import { damaged } from './damage.ts';
import { lockDirectory } from './directory-lock.ts';
import { watchRoom } from './disk-room.ts';
import type { Engine } from './engine.ts';
import { EngineSocket } from './engine-socket.ts';
import { loggable } from './failure.ts';
import { type Lane, OneConnection } from './one-connection.ts';
import { PgliteThread, type ThreadOptions } from './pglite-thread.ts';
import type { Tables } from './tables.ts';

const tidyEveryMs = 5 * 60_000;
const deadRowsWorthClearing = 200;

export interface EmbeddedEngine extends Engine {
  /** The data directory as a tar file. */
  dump(): Promise<Blob>;
  /** Clears dead rows and shortens the log; also runs by itself every few minutes. */
  tidy(): Promise<void>;
}

/**
 * Opens the directory, or an empty database in memory for `:memory:`. `startFrom` is the dump of a data directory that one in memory
 * starts from: making one takes seconds. Rejects with `StoreUnavailable`.
 */
export async function openEmbedded(path: string, log: Log, startFrom?: Blob): Promise<EmbeddedEngine> {
  if (path === ':memory:') {
    const { pglite } = await PgliteThread.open(
      { kind: 'memory', ...(startFrom === undefined ? {} : { startFrom }) },
      endingWith(log),
    );
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
    return await engineOver(pglite, log, watchRoom(path), () => lock.release());
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

async function engineOver(
  pglite: PgliteThread,
  log: Log,
  noRoom: Engine['noRoom'],
  afterClose: () => void,
): Promise<EmbeddedEngine> {
  const client = await connected(pglite);
  const connection = new OneConnection(client);
  const open = (lane: Lane) => new Kysely<Tables>({ dialect: new PostgresDialect({ pool: connection.pool(lane) }) });
  const db = open('work');
  const tidying = setInterval(() => {
    tidy(db).catch((error) => log.warn(loggable(error), 'the embedded store could not be tidied'));
  }, tidyEveryMs).unref();
  return {
    kind: 'embedded',
    db,
    front: open('front'),
    turns: open('turns'),
    noRoom,
    boss: connection.boss(),
    shared: false,
    // Nothing tells a prepared statement that its table has grown since it was planned: it would read the whole of it for ever. Not
    // before, because a start runs much that is prepared in the database itself, and would take 0.1 s longer.
    started: async () => void (await sql`set plan_cache_mode = force_custom_plan`.execute(db)),
    dump: () => pglite.dumpDataDir(),
    tidy: () => tidy(db),
    async close() {
      clearInterval(tidying);
      try {
        // Waits for an open transaction, and makes the next start quick.
        await sql`checkpoint`.execute(db).catch((error) => log.warn(loggable(error), 'the last checkpoint failed'));
        await client.end();
        await pglite.close();
      } finally {
        afterClose();
      }
    },
  };
}

async function connected(pglite: PgliteThread): Promise<pg.Client> {
  // Named, so that what the environment says of some server is not asked for here.
  const client = new pg.Client({
    user: 'postgres',
    database: 'postgres',
    ssl: false,
    stream: () => new EngineSocket((messages) => pglite.say(messages)),
  });
  // Every statement fails then, and the loss of the engine is told by its thread.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Does what the background processes of a server would do: there is no checkpointer and no autovacuum in this engine. */
async function tidy(db: Kysely<Tables>): Promise<void> {
  // Table by table and only where it pays: every statement holds up all others while it runs.
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', schemaname, relname) as name
    from pg_stat_user_tables where n_dead_tup > ${deadRowsWorthClearing}`.execute(db);
  for (const { name } of rows) await sql.raw(`vacuum (analyze) ${name}`).execute(db);
  await sql`checkpoint`.execute(db);
}
