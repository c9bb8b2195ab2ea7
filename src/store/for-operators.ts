// Opens the record for an operator: to look only, which writes nothing at all, to erase, or to work on it without a bot.

import { constants, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql, type Transaction } from 'kysely';
import { type Eraser, NoRecordThere, type RecordReader } from '../core/audit.ts';
import { type Log, type Store, StoreUnavailable } from '../core/ports.ts';
import { orDamaged } from './damage.ts';
import { DirectoryInUse, lockDirectory } from './directory-lock.ts';
import { assertWhole, notOpened, openCopy, openEmbedded } from './embedded.ts';
import type { Engine } from './engine.ts';
import { eraserOver } from './erasing.ts';
import { loggable, unavailable } from './failure.ts';
import type { StoreOptions } from './index.ts';
import { isUpToDate } from './migrations/index.ts';
import { pagesOf } from './pages.ts';
import { openPostgres } from './postgres.ts';
import { type Given, storeOver } from './store.ts';
import type { Tables } from './tables.ts';
import { verifyRecord } from './verify.ts';

/** undefined_table, invalid_catalog_name: the database answers, and knows nothing of a record. */
const noRecordCodes = new Set(['42P01', '3D000']);

/**
 * Rejects with `NoRecordThere` where there is none, and with `StoreUnavailable` where it cannot be looked at: also while a bot has the
 * embedded store.
 */
export async function openForReading(options: StoreOptions, log: Log): Promise<RecordReader> {
  const { engine, dispose } =
    options.kind === 'embedded'
      ? await copied(options.path, log)
      : { engine: openPostgres(options.url, log), dispose: () => {} };
  const close = async (): Promise<void> => {
    await engine.close().catch(() => {});
    dispose();
  };
  try {
    await engine.db.selectFrom('event').select('seq').limit(1).execute();
  } catch (error) {
    await close();
    if (noRecordCodes.has(loggable(error).code ?? '')) {
      throw new NoRecordThere('The database holds no record of this bot: no bot of this release has run on it yet.', {
        cause: error,
      });
    }
    throw unavailable('be read', orDamaged(error));
  }
  return {
    verify: (heads) => inOneView(engine.db, (db) => verifyRecord(db, heads)),
    async *events(stream) {
      // Not in one view: a reader that stops in the middle of it would leave the view open.
      try {
        for await (const page of pagesOf(engine.db, stream)) yield* page;
      } catch (error) {
        throw unavailable('be read', orDamaged(error));
      }
    },
    close,
  };
}

/**
 * Opens the record for erasing, which an operator does from outside of the bot. Rejects as `openForReading` does; a record of an older
 * release is not brought up to date by the way.
 */
export async function openForErasing(options: StoreOptions, given: Given): Promise<Eraser> {
  return eraserOver(await openUpToDate(options, given.log), given);
}

/** Opens the store as a bot has it, for somebody who works on the record without one. Rejects as `openForErasing` does. */
export async function openForWork(options: StoreOptions, given: Given): Promise<Store> {
  return storeOver(await openUpToDate(options, given.log), given);
}

async function openUpToDate(options: StoreOptions, log: Log): Promise<Engine> {
  const engine = await openAsItIs(options, log);
  try {
    if (await isUpToDate(engine.db)) return engine;
  } catch (error) {
    await engine.close().catch(() => {});
    throw unavailable('be opened', orDamaged(error));
  }
  await engine.close();
  throw new StoreUnavailable(
    'The record was made by an older release, or by no bot at all. Start the bot of this release once, and do this then.',
  );
}

async function openAsItIs(options: StoreOptions, log: Log): Promise<Engine> {
  if (options.kind === 'postgres') return openPostgres(options.url, log);
  assertStoreIn(options.path);
  return openEmbedded(options.path, log).catch((error: unknown) => {
    throw error instanceof DirectoryInUse ? botHasIt(options.path) : error;
  });
}

/** All that `work` asks is answered from one moment, and the database itself refuses to write. */
async function inOneView<T>(db: Kysely<Tables>, work: (db: Transaction<Tables>) => Promise<T>): Promise<T> {
  try {
    return await db.transaction().execute(async (tx) => {
      await sql`set transaction isolation level repeatable read, read only`.execute(tx);
      return work(tx);
    });
  } catch (error) {
    throw unavailable('be read', orDamaged(error));
  }
}

/**
 * A copy of the directory, because opening one makes the engine finish what it was at when it was stopped, and write. The copy is for
 * its owner only and gone after `dispose`. While it is made no bot may start.
 */
async function copied(path: string, log: Log): Promise<{ readonly engine: Engine; readonly dispose: () => void }> {
  assertStoreIn(path);
  const copy = mkdtempSync(join(tmpdir(), 'acgs-record-'));
  const dispose = () => rmSync(copy, { recursive: true, force: true });
  process.once('exit', dispose);
  try {
    const lock = lockDirectory(path);
    try {
      cpSync(join(path, 'data'), join(copy, 'data'), { recursive: true, mode: constants.COPYFILE_FICLONE });
    } finally {
      lock.release();
    }
    const engine = await openCopy(join(copy, 'data'), log);
    // By the index a torn table is an error; from its first to its last page it would only seem shorter.
    await sql`set enable_seqscan = off`.execute(engine.db);
    await sql`set enable_bitmapscan = off`.execute(engine.db);
    return {
      engine,
      dispose: () => {
        process.off('exit', dispose);
        dispose();
      },
    };
  } catch (error) {
    dispose();
    if (error instanceof DirectoryInUse) throw botHasIt(path);
    throw notOpened(path, error);
  }
}

function assertStoreIn(path: string): void {
  if (path === ':memory:' || !existsSync(join(path, 'data'))) {
    throw new NoRecordThere(`There is no embedded store in ${path}.`);
  }
  assertWhole(path);
}

function botHasIt(path: string): StoreUnavailable {
  return new StoreUnavailable(
    `A bot runs on the embedded store in ${path}, and only one process can have it open. Stop the bot, run this again, and start the bot.`,
  );
}
