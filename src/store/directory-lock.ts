// Makes sure that one process at a time uses a data directory; two would silently overwrite each other's rows.

import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '../core/ports.ts';

/** Another process, or this one, has the directory open. */
export class DirectoryInUse extends StoreUnavailable {}

/**
 * Makes the directory (for its owner only) and locks it. The lock is an open SQLite transaction: the operating system drops it
 * with the process, also after kill -9. Throws `DirectoryInUse`, or `StoreUnavailable` where it cannot be used.
 */
export function lockDirectory(directory: string): { release(): void } {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
    lock = new DatabaseSync(join(directory, 'lock'));
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
    const held = lock;
    return { release: () => held.close() };
  } catch (error) {
    lock?.close();
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes('locked')) {
      throw new DirectoryInUse(
        `The data directory ${directory} is in use by another process. Stop that process, or give this one a directory of its own.`,
        { cause: error },
      );
    }
    throw new StoreUnavailable(`The data directory ${directory} cannot be used: ${message}`, { cause: error });
  }
}
