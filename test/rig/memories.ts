// Where the bot of a rig remembers: the embedded store in a directory, or a real PostgreSQL; and how to look in while it is dead.

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbedded } from '../../src/store/embedded.ts';
import type { Engine } from '../../src/store/engine.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { givenToStore, prepareDirectory } from '../support/prepared-store.ts';
import { startRealPostgres } from '../support/real-postgres.ts';
import { planted } from './secrets.ts';

export type EngineName = 'embedded' | 'postgres';

export interface Memory {
  readonly engine: EngineName;
  readonly environment: Readonly<Record<string, string>>;
  /** `store` of the configuration. */
  readonly store: object;
  /**
   * Opens what the bot left behind. Of the embedded store a copy, so that the bot's own next start has to recover from the
   * kill; it must not run meanwhile.
   */
  look<T>(read: (engine: Engine) => Promise<T>): Promise<T>;
  /** Takes the database away as a crash would, for so long. Only PostgreSQL can go without the bot. */
  readonly outage?: (awayMs: number) => Promise<void>;
  stop(): Promise<void>;
}

export async function startMemory(engine: EngineName, folder: string): Promise<Memory> {
  return engine === 'embedded' ? embeddedMemory(folder) : postgresMemory();
}

async function embeddedMemory(folder: string): Promise<Memory> {
  const path = join(folder, 'data');
  await prepareDirectory(path);
  return {
    engine: 'embedded',
    environment: {},
    store: { path },
    async look(read) {
      const copy = join(folder, 'look');
      rmSync(copy, { recursive: true, force: true });
      cpSync(path, copy, { recursive: true });
      const engine = await openEmbedded(copy, givenToStore().log);
      try {
        return await read(engine);
      } finally {
        await engine.close();
      }
    },
    stop: async () => undefined,
  };
}

async function postgresMemory(): Promise<Memory> {
  const server = await startRealPostgres();
  const url = server.url.replace('postgres@', `postgres:${planted.databasePassword}@`);
  return {
    engine: 'postgres',
    environment: { DATABASE_URL: url },
    store: {},
    async look(read) {
      const engine = openPostgres(url, givenToStore().log);
      try {
        return await read(engine);
      } finally {
        await engine.close();
      }
    },
    outage: (awayMs) => server.restart(awayMs),
    stop: () => server.stop(),
  };
}
