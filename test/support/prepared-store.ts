// A store that is ready in half a second: its database is made once, and every test starts from a copy.

import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Ids, Log, Store } from '../../src/core/ports.ts';
import { type EmbeddedEngine, openCopy } from '../../src/store/embedded.ts';
import { openStore } from '../../src/store/index.ts';
import { storeOver } from '../../src/store/store.ts';

export interface GivenToStore {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** The machine's clock, random ids, and a log that keeps quiet. */
export function givenToStore(): GivenToStore {
  const quiet = () => {};
  return {
    clock: { now: () => Date.now() },
    ids: { next: () => randomBytes(16).toString('hex') },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  };
}

/** An empty store that nobody else knows, gone when it is closed. */
export async function openCopiedStore(given: GivenToStore = givenToStore()): Promise<Store> {
  return storeOver(await openCopiedEngine(given.log), given);
}

/** The engine of such a store: without syncing, and without the memory that one in memory would hold its files in. */
export async function openCopiedEngine(log: Log = givenToStore().log): Promise<EmbeddedEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'acgs-copied-store-'));
  await prepareDirectory(directory);
  const engine = await openCopy(join(directory, 'data'), log);
  return {
    ...engine,
    async close() {
      await engine.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Lays the data of an empty store into a directory that `openStore` will open, as if an earlier start had made it. */
export async function prepareDirectory(path: string): Promise<void> {
  const template = join(tmpdir(), `acgs-prepared-store-${schemaDigest()}`);
  if (!existsSync(template)) {
    const half = `${template}.${process.pid}`;
    const store = await openStore({ kind: 'embedded', path: half }, givenToStore());
    await store.close();
    try {
      renameSync(half, template);
    } catch {
      // Another test process was faster.
      rmSync(half, { recursive: true, force: true });
    }
  }
  cpSync(template, path, { recursive: true });
}

function schemaDigest(): string {
  const migrations = join(import.meta.dirname, '../../src/store/migrations');
  const files = readdirSync(migrations)
    .sort()
    .map((name) => join(migrations, name));
  const sources = [
    ...files,
    join(import.meta.dirname, '../../src/store/jobs.ts'),
    join(import.meta.dirname, '../../package.json'),
  ];
  const hash = createHash('sha256');
  for (const source of sources) hash.update(readFileSync(source));
  return hash.digest('hex').slice(0, 16);
}
