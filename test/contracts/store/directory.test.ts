// What the embedded store promises about its directory: one process, real syncs, nothing lost by a kill, kept small.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Job, StoreUnavailable } from '../../../src/core/ports.ts';
import { DurableFiles, isDurable } from '../../../src/store/durable-files.ts';
import { openEmbedded } from '../../../src/store/embedded.ts';
import { openStore } from '../../../src/store/index.ts';
import { storeOver } from '../../../src/store/store.ts';
import { givenToStore, prepareDirectory } from '../../support/prepared-store.ts';
import { declare, noted, until } from './engines.ts';

describe('the embedded store in a directory', () => {
  let directory: string;
  let children: ChildProcessByStdio<null, Readable, Readable>[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'acgs-store-'));
    await prepareDirectory(join(directory, 'made'));
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children = [];
    rmSync(directory, { recursive: true, force: true });
  });

  const open = () => openStore({ kind: 'embedded', path: join(directory, 'made') }, givenToStore());

  /** Runs code in another process, with `open` for the same directory. */
  const otherProcess = (code: string) => {
    const moduleOf = (path: string) => pathToFileURL(join(import.meta.dirname, path)).href;
    const script = `
      import { openStore } from '${moduleOf('../../../src/store/index.ts')}';
      import { givenToStore } from '${moduleOf('../../support/prepared-store.ts')}';
      const open = () => openStore({ kind: 'embedded', path: ${JSON.stringify(join(directory, 'made'))} }, givenToStore());
      ${code}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    const heard = { text: '', code: undefined as number | null | undefined };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        heard.text += chunk.toString();
      });
    }
    child.on('exit', (code) => {
      heard.code = code;
    });
    return { child, heard };
  };

  it('keeps everything over a close and a new start, jobs and notices included', async () => {
    const first = await open();
    const id = await declare(first, { note: { private: 'kept' } });
    await first.inbox.take({ key: 'k', kind: 'click', payload: { a: 1 }, receivedAt: 5 });
    const evidence = await first.transact(async (tx) => {
      await tx.send({ lane: id, notice: { kind: 'post-card', incident: id } });
      await tx.schedule({ job: { kind: 'draft-postmortem', incident: id } });
      return tx.keep({ kind: 'series', mediaType: 'application/json', body: new Uint8Array([1, 2, 3]) });
    });
    const events = await first.events(id);
    await first.close();

    const second = await open();
    expect(await second.events(id)).toEqual(events);
    expect(await second.incident(id)).toMatchObject({ note: { private: 'kept' } });
    expect(await second.outbox.claim(5)).toMatchObject([{ lane: id }]);
    expect(await second.inbox.leftOver(5)).toEqual([{ key: 'k', kind: 'click', payload: { a: 1 }, receivedAt: 5 }]);
    expect((await second.evidence(evidence.id))?.body).toEqual(new Uint8Array([1, 2, 3]));
    const ran: Job[] = [];
    await second.work(async (job) => {
      ran.push(job);
    });
    await until(() => ran.length === 1);
    expect(await second.verify(id)).toEqual({ ok: true });
    await second.close();
  });

  it('is made when it is missing, for its owner only', async () => {
    const path = join(directory, 'not', 'there');
    const store = await openStore({ kind: 'embedded', path }, givenToStore());
    expect(statSync(path).mode & 0o777).toBe(0o700);
    const id = await declare(store);
    expect(await store.verify(id)).toEqual({ ok: true });
    await store.close();
  });

  it('refuses a second process, and the same process, with the directory and a remedy in the message', async () => {
    const store = await open();
    await expect(open()).rejects.toThrow(StoreUnavailable);
    await expect(open()).rejects.toThrow(`${join(directory, 'made')} is in use by another process. Stop that process`);
    const { heard } = otherProcess('await open().catch((error) => { console.log(error.message); process.exit(3); });');
    await until(() => heard.code !== undefined, 20_000);
    expect(heard.text).toContain('is in use by another process');
    expect(heard.code).toBe(3);
    const id = await declare(store);
    expect(await store.events(id)).toHaveLength(1);
    await store.close();
    await (await open()).close();
  });

  it('loses nothing that was acknowledged when the process is killed, and opens again', async () => {
    const { child, heard } = otherProcess(`
      const store = await open();
      await store.transact((tx) => tx.append('S', 0, [{ at: 1, actor: { kind: 'bot' }, event: { type: 'escalation-exhausted' } }]));
      await store.transact((tx) => tx.send({ lane: 'S', notice: { kind: 'announce', incident: 'S' } }));
      await store.outbox.claim(1);
      for (let seq = 1; ; seq += 1) {
        await store.transact((tx) => tx.append('S', seq, [
          { at: 1, actor: { kind: 'person', id: 'U' + seq }, event: { type: 'noted', text: { private: 'n' + seq }, happenedAt: 1 } },
        ]));
        console.log('stored ' + (seq + 1));
      }`);
    await until(() => heard.text.includes('stored 40\n'), 30_000);
    child.kill('SIGKILL');
    await until(() => heard.code !== undefined);
    const acknowledged = Number(heard.text.trim().split('stored ').at(-1));

    const store = await open();
    // Its lease does not have to run out: nobody else can be alive here.
    expect(await store.outbox.claim(1)).toMatchObject([{ attempt: 2, ambiguous: true }]);
    const events = await store.events('S');
    expect(events.length).toBeGreaterThanOrEqual(acknowledged);
    expect(events.length).toBeLessThanOrEqual(acknowledged + 1);
    expect(await store.verify('S')).toEqual({ ok: true });
    await store.transact((tx) => tx.append('S', events.length, [noted('goes on')]));
    await store.close();
  });

  it('syncs to disk on every commit', async () => {
    const engine = await openEmbedded(join(directory, 'made'), givenToStore().log);
    const { rows } = await engine.pglite.query(
      `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'wal_sync_method') order by name`,
    );
    expect(rows).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'synchronous_commit', setting: 'on' },
      { name: 'wal_sync_method', setting: 'fsync' },
    ]);
    await engine.close();
  });

  it('is not opened by an engine that does not sync', async () => {
    const files = new DurableFiles(join(directory, 'made', 'data'));
    const pglite = await PGlite.create({ fs: files });
    expect(await isDurable(pglite, files)).toBe(false);
    await pglite.close();
  });

  it('is tidied: dead rows are cleared and the log is cut', async () => {
    const engine = await openEmbedded(join(directory, 'made'), givenToStore().log);
    const store = await storeOver(engine, givenToStore());
    for (let n = 0; n < 300; n += 1) await store.transact((tx) => tx.setFaceRefs('INC-1', { card: `ts-${n}` }));
    const dead = async () => {
      await engine.pglite.query('select pg_stat_force_next_flush()');
      const { rows } = await engine.pglite.query<{ dead: number }>(
        `select n_dead_tup::int as dead from pg_stat_user_tables where relname = 'face_ref'`,
      );
      return rows[0]?.dead ?? Number.NaN;
    };
    expect(await dead()).toBeGreaterThan(100);
    await engine.tidy();
    expect(await dead()).toBeLessThan(10);
    await store.close();
  });

  it('is closed once, and says so afterwards', async () => {
    const store = await open();
    await Promise.all([store.close(), store.close()]);
    await expect(store.ping()).rejects.toThrow(StoreUnavailable);
    await expect(store.transact(async () => 1)).rejects.toThrow('The store is closed.');
  });
});
