// The engines that the store's contract is told over: embedded in memory, embedded in a directory, and a real PostgreSQL.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import type { NewEvent } from '../../../src/core/event.ts';
import type { Store } from '../../../src/core/ports.ts';
import { openEmbedded } from '../../../src/store/embedded.ts';
import type { Engine } from '../../../src/store/engine.ts';
import { openPostgres } from '../../../src/store/postgres.ts';
import { storeOver } from '../../../src/store/store.ts';
import { givenToStore, prepareDirectory } from '../../support/prepared-store.ts';
import { type RealPostgres, startRealPostgres, whyNoPostgres } from '../../support/real-postgres.ts';

export interface Bench {
  readonly store: Store;
  /** The engine under the store, for raw SQL around it. */
  readonly engine: Engine;
}

/** Runs the suite once for each engine, on one store that is emptied of waiting work before every test. */
export function onEveryEngine(name: string, suite: (bench: () => Bench) => void): void {
  for (const engine of ['embedded in memory', 'embedded in a directory'] as const) {
    describe(`${name}, ${engine}`, () => {
      const directory = mkdtempSync(join(tmpdir(), 'acgs-store-'));
      benchmarked(suite, async () => {
        const { log } = givenToStore();
        if (engine === 'embedded in memory') return openEmbedded(':memory:', log);
        await prepareDirectory(directory);
        return openEmbedded(directory, log);
      });
      afterAll(() => rmSync(directory, { recursive: true, force: true }));
    });
  }
  onPostgres(name, (server) => {
    benchmarked(suite, async () => openPostgres(server().url, givenToStore().log));
  });
}

/** Runs the suite with a PostgreSQL server of its own, or skips it with the reason in its name. */
export function onPostgres(name: string, suite: (server: () => RealPostgres) => void): void {
  const missing = whyNoPostgres();
  if (missing !== undefined) {
    describe.skip(`${name}, PostgreSQL (${missing})`, () => suite(() => Promise.reject as never));
    return;
  }
  describe(`${name}, PostgreSQL`, () => {
    let server: RealPostgres;
    beforeAll(async () => {
      server = await startRealPostgres();
    });
    suite(() => server);
    afterAll(() => server.stop());
  });
}

function benchmarked(suite: (bench: () => Bench) => void, open: () => Promise<Engine>): void {
  let bench: Bench;
  beforeAll(async () => {
    const engine = await open();
    bench = { engine, store: await storeOver(engine, givenToStore()) };
  });
  beforeEach(async () => {
    await sql`delete from outbox`.execute(bench.engine.db);
    await sql`delete from inbox`.execute(bench.engine.db);
  });
  suite(() => bench);
  afterAll(() => bench.store.close());
}

let incidents = 0;

/** A `declared` event of a runbook and scope that no other test uses, unless told otherwise. */
export function declared(number: number, changes: object = {}): NewEvent {
  incidents += 1;
  return {
    at: Date.UTC(2026, 10, 24, 2, 14, 0, 123),
    actor: { kind: 'person', id: 'U0RESPONDER' },
    event: {
      type: 'declared',
      number,
      runbook: 'latency',
      title: 'Latency is high',
      scope: `scope-${incidents}`,
      severity: 'critical',
      headline: 'p99',
      checks: ['p99'],
      separate: false,
      ...changes,
    },
  };
}

/** Declares an incident and returns its id. */
export function declare(store: Store, changes: object = {}): Promise<string> {
  return store.transact(async (tx) => {
    const number = await tx.nextIncidentNumber();
    await tx.append(`INC-${number}`, 0, [declared(number, changes)]);
    return `INC-${number}`;
  });
}

export function noted(text: string, by = 'U0RESPONDER'): NewEvent {
  const at = Date.UTC(2026, 10, 24, 2, 20);
  return { at, actor: { kind: 'person', id: by }, event: { type: 'noted', text: { private: text }, happenedAt: at } };
}

/** Resolves when `condition` holds; rejects after `withinMs`. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it did not happen within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
