// The thread of the embedded engine: PostgreSQL compiled to WebAssembly, away from the one that acknowledges and draws. See pglite-thread.ts.

import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { messageOf, textOf } from './failure.ts';
import type { Ask, EngineFault, Opening, Reply, Request, ThreadData } from './pglite-thread.ts';

// One process with one connection needs no large buffers; the WAL is kept short so that a start after kill -9 is quick.
const smallBuffers = [
  ...['-c', 'shared_buffers=8MB', '-c', 'wal_buffers=1MB', '-c', 'max_connections=10'],
  ...['-c', 'max_wal_size=64MB', '-c', 'min_wal_size=32MB'],
];

/** What is told of an error besides its message. A detail can hold the words of people. */
const toldOfErrors = ['name', 'stack', 'severity', 'code', 'constraint'] as const;

const { compileCache } = workerData as ThreadData;
if (compileCache !== undefined) enableCompileCache(compileCache);
if (parentPort !== null) serve(parentPort);

function serve(port: MessagePort): void {
  const tell = (reply: Reply) => port.postMessage(reply);
  let engine: PGlite | undefined;

  const answer = async (ask: Ask): Promise<unknown> => {
    if (ask.kind === 'open') {
      const opened = await open(ask.opening, ask.code);
      engine = opened.pglite;
      return opened.durable;
    }
    if (engine === undefined) throw new Error('the embedded engine is not open');
    switch (ask.kind) {
      case 'query': {
        const { rows, affectedRows } = await engine.query(ask.text, [...ask.values]);
        return { rows, affectedRows };
      }
      case 'exec':
        return { rows: (await engine.exec(ask.text)).flatMap(({ rows }) => rows) };
      case 'listen':
        await engine.listen(ask.channel, (payload) => tell({ heard: ask.channel, payload }));
        return undefined;
      case 'close':
        return engine.close();
    }
  };

  // One after the other, in the order in which they were asked.
  let last: Promise<void> = Promise.resolve();
  port.on('message', ({ id, ask }: Request) => {
    last = last
      .then(() => answer(ask))
      .then(
        (given) => tell({ id, given }),
        (error: unknown) => tell({ id, fault: faultOf(error) }),
      );
  });
}

async function open(
  opening: Opening,
  code: WebAssembly.Module,
): Promise<{ readonly pglite: PGlite; readonly durable: boolean }> {
  const { PGlite, types } = await import('@electric-sql/pglite');
  // 64-bit integers and decimals as text, as pg gives them; everything else is alike already.
  const parsers = { [types.INT8]: String, [types.NUMERIC]: String };
  const params = [...PGlite.defaultStartParams, ...smallBuffers];
  const engine = { pgliteWasmModule: code, parsers };
  if (opening.kind !== 'directory') {
    const where = opening.kind === 'copy' ? { dataDir: opening.path } : {};
    const pglite = new PGlite({ ...engine, ...where, startParams: params });
    await pglite.waitReady;
    return { pglite, durable: false };
  }
  const { DurableFiles, isDurable, synced } = await import('./durable-files.ts');
  const files = new DurableFiles(join(opening.path, 'data'));
  const pglite = new PGlite({ ...engine, fs: files, startParams: synced(params) });
  await pglite.waitReady;
  return { pglite, durable: await isDurable(pglite, files) };
}

function faultOf(error: unknown): EngineFault {
  const told = toldOfErrors.map((key) => [key, textOf(error, key)] as const).filter(([, value]) => value !== '');
  return { ...Object.fromEntries(told), message: messageOf(error) };
}
