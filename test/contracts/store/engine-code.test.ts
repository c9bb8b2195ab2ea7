// While the embedded engine is open V8 frees no WebAssembly code: it ended whole processes when two threads met there.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** V8 tells what it frees, and looks for something to free as often as it can. */
const watched = ['--stress-wasm-code-gc', '--trace-wasm-code-gc', '--input-type=module', '--eval'];
const freed = /\[wasm-gc\] Freeing \d+/;

const engineAlone = `
  const { PGlite } = await import('@electric-sql/pglite');
  const pglite = new PGlite();
  await pglite.query('select 1');
  await pglite.close();
`;

const engineOfTheStore = `
  const { PgliteThread } = await import('./src/store/pglite-thread.ts');
  const { pglite } = await PgliteThread.open({ kind: 'memory' }, { lost: (error) => { throw error; } });
  await pglite.query('select 1');
  await pglite.close();
`;

const run = promisify(execFile);

async function toldOf(program: string): Promise<string> {
  return (await run(process.execPath, [...watched, program])).stdout;
}

it('V8 would free code of the engine', async () => {
  expect(await toldOf(engineAlone)).toMatch(freed);
});

it('V8 frees none where the store opened the engine', async () => {
  expect(await toldOf(engineOfTheStore)).not.toMatch(freed);
});
