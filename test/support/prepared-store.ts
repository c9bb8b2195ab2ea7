// A store in memory that is ready in half a second: its database is made once, and every test starts from a copy.

import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Ids, Log, Store } from '../../src/core/ports.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
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

/** An empty store in memory. */
export async function openMemoryStore(given: GivenToStore = givenToStore()): Promise<Store> {
  return openStore({ kind: 'embedded', path: ':memory:', startFrom: await preparedDatabase() }, given);
}

/** The data directory of an empty store with its schema, kept beside other temporary files until the schema changes. */
export async function preparedDatabase(): Promise<Blob> {
  const file = join(tmpdir(), `acgs-prepared-store-${schemaDigest()}.tar`);
  if (!existsSync(file)) {
    const engine = await openEmbedded(':memory:', givenToStore().log);
    const store = await storeOver(engine, givenToStore());
    const dump = await engine.pglite.dumpDataDir();
    await store.close();
    // Written beside and renamed, because two test processes may do this at once.
    const half = `${file}.${process.pid}`;
    writeFileSync(half, new Uint8Array(await dump.arrayBuffer()), { mode: 0o600 });
    renameSync(half, file);
  }
  return new Blob([readFileSync(file)]);
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
