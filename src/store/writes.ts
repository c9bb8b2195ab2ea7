// Whether the database takes writes: a full disk is noticed at the first write that it refuses, said once, and looked at until it is over.

import { randomBytes } from 'node:crypto';
import { type Log, StoreRefusesWrites, StoreUnavailable } from '../core/ports.ts';
import type { Engine } from './engine.ts';
import { loggable } from './failure.ts';

/** disk_full, and read_only_sql_transaction, which is what a standby says after a failover. */
const refusals = new Set(['53100', '25006']);
const lookEveryMs = 5_000;
/** More than any free place in the pages that are there. */
const probeBytes = 65_536;

export interface Writes {
  /** Runs a write. Rejects with `StoreRefusesWrites`, which is never doubtful, where there is no room for it. */
  through<T>(write: () => Promise<T>): Promise<T>;
  /** Throws `StoreRefusesWrites` while the database takes none. */
  check(): void;
  stop(): void;
}

export function watchWrites(engine: Engine, log: Log): Writes {
  let refused: string | undefined;
  let looking: NodeJS.Timeout | undefined;

  const refuse = (why: string): void => {
    if (refused === undefined) {
      log.error({ why }, 'the store refuses writes: nothing new is accepted until it has room again');
      looking = setInterval(() => void look(), lookEveryMs).unref();
    }
    refused = why;
  };

  const look = async (): Promise<void> => {
    if (engine.noRoom() !== undefined || !(await hasRoom(engine))) return;
    clearInterval(looking);
    refused = undefined;
    log.warn({}, 'the store takes writes again');
  };

  const check = (): void => {
    const full = engine.noRoom();
    if (full !== undefined) refuse(full);
    if (refused !== undefined) throw new StoreRefusesWrites(`The store refuses writes: ${refused}`);
  };

  return {
    check,
    async through(write) {
      const full = engine.noRoom();
      if (full !== undefined) check();
      try {
        return await write();
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || error.doubtful || !isRefusal(error.cause)) throw error;
        refuse(loggable(error.cause).error);
        throw new StoreRefusesWrites(error.message, { cause: error.cause });
      }
    },
    stop: () => clearInterval(looking),
  };
}

function isRefusal(cause: unknown): boolean {
  return refusals.has(loggable(cause).code ?? '');
}

/** Writes something that needs new room, and takes it back. */
async function hasRoom({ db }: Engine): Promise<boolean> {
  const back = new Error('only a look');
  const body = randomBytes(probeBytes);
  const id = `probe ${body.toString('hex', 0, 16)}`;
  try {
    await db.transaction().execute(async (tx) => {
      await tx
        .insertInto('evidence')
        .values({ id, digest: '', kind: 'probe', media_type: 'application/octet-stream', body })
        .execute();
      throw back;
    });
  } catch (error) {
    return error === back;
  }
  return true;
}
