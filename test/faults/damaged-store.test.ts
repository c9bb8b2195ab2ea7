// A store that is not whole is not worked on: the start names what is damaged and what to do, and changes nothing of what is left.

import { closeSync, cpSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DamagedStore } from '../../src/core/ports.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { openForReading, openStore } from '../../src/store/index.ts';
import { declare, noted } from '../contracts/store/engines.ts';
import { givenToStore, prepareDirectory } from '../support/prepared-store.ts';

const { log } = givenToStore();
const folder = mkdtempSync(join(tmpdir(), 'acgs-damaged-'));
const whole = join(folder, 'whole');
/** The file of the table of events, from the data directory. */
let events = '';

beforeAll(async () => {
  await prepareDirectory(whole);
  const store = await openStore({ kind: 'embedded', path: whole }, givenToStore());
  for (let number = 1; number <= 2; number += 1) {
    const id = await declare(store);
    for (let n = 1; n < 20; n += 1) await store.transact((tx) => tx.append(id, n, [noted('x'.repeat(300))]));
  }
  const resolved = {
    at: 0,
    actor: { kind: 'bot' },
    event: { type: 'resolved', as: 'resolved', reason: { private: 'ok' } },
  };
  await store.transact((tx) => tx.append('INC-2', 20, [resolved as never]));
  await store.close();
  const engine = await openEmbedded(whole, log);
  const found = await sql<{ path: string }>`select pg_relation_filepath('event') as path`.execute(engine.db);
  events = found.rows[0]?.path ?? '';
  await engine.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the whole store that is then hurt. */
async function hurt(how: (data: string) => unknown): Promise<string> {
  const path = mkdtempSync(join(folder, 'hurt-'));
  cpSync(whole, path, { recursive: true });
  await how(join(path, 'data'));
  return path;
}

async function intrude(path: string, ...statements: readonly string[]): Promise<void> {
  const engine = await openEmbedded(path, log);
  await sql`alter table event disable trigger event_append_only`.execute(engine.db);
  for (const statement of statements) await sql.raw(statement).execute(engine.db);
  await sql`alter table event enable trigger event_append_only`.execute(engine.db);
  await engine.close();
}

const start = (path: string) => openStore({ kind: 'embedded', path }, givenToStore());
const audit = async (path: string) => {
  const record = await openForReading({ kind: 'embedded', path }, log);
  return record.verify([]).finally(() => record.close());
};

function overwrite(file: string, byte: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(8_192, byte), 0, 8_192, 8_192);
  closeSync(handle);
}

describe('F59: the start refuses', () => {
  const files: readonly (readonly [what: string, hurt: (data: string) => unknown, said: RegExp])[] = [
    ['a torn table', (data) => truncateSync(join(data, events), 8_192), /could not read blocks/],
    ['a missing table', (data) => rmSync(join(data, events)), /could not open file/],
    ['a page of rubbish', (data) => overwrite(join(data, events), 0x5a), /invalid page in block 1/],
    ['an empty page', (data) => overwrite(join(data, events), 0), /events of INC-\d are missing/],
    ['no control file', (data) => rmSync(join(data, 'global/pg_control')), /does not start/],
    // The engine would take it for a new directory and write an empty database over it.
    ['no mark of its version', (data) => rmSync(join(data, 'PG_VERSION')), /PG_VERSION is missing/],
  ];
  it.each(files)('%s, and says how to restore', async (_what, how, said) => {
    const path = await hurt(how);
    const error = await start(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DamagedStore);
    expect(String(error)).toMatch(said);
    expect(String(error)).toContain('docs/operations.md, "A damaged store"');
    // The audit of what is left is exact where it can be read, and says that it cannot be read where not.
    const found = await audit(path).then(
      ({ faults }) => faults.length,
      (reason: unknown) => (reason instanceof DamagedStore ? 'damaged' : String(reason)),
    );
    expect(found === 'damaged' || (typeof found === 'number' && found > 0)).toBe(true);
  });

  const rows: readonly (readonly [what: string, statement: string, said: RegExp])[] = [
    [
      'missing events',
      `delete from event where stream = 'INC-2' and seq in (3, 4)`,
      /2 of 21 events of INC-2 are missing/,
    ],
    ['a cut tail', `delete from event where stream = 'INC-2' and seq > 18`, /3 of 21 events of INC-2 are missing/],
    ['a missing incident', `delete from incident where stream = 'INC-2'`, /INC-2 is missing as a whole/],
    [
      'an open incident that was changed',
      `update event set at = now() where stream = 'INC-1' and seq = 7`,
      /INC-1 #7: the event was changed/,
    ],
  ];
  it.each(rows)('%s', async (_what, statement, said) => {
    const path = await hurt(() => undefined);
    await intrude(path, statement);
    await expect(start(path)).rejects.toThrow(said);
  });

  it('and an export of what is torn ends with what is wrong', async () => {
    const path = await hurt((data) => truncateSync(join(data, events), 8_192));
    const record = await openForReading({ kind: 'embedded', path }, log);
    const all = async () => {
      for await (const { stream } of record.events()) expect(stream).toMatch(/^INC-/);
    };
    await expect(all()).rejects.toThrow(DamagedStore);
    await record.close();
  });

  it('nothing on a whole store, and nothing for a closed incident that only the audit is about', async () => {
    const path = await hurt(() => undefined);
    await intrude(path, `update event set at = now() where stream = 'INC-2' and seq = 7`);
    const store = await start(path);
    await store.close();
    expect((await audit(path)).faults).toMatchObject([{ stream: 'INC-2', seq: 7 }]);
  });
});
