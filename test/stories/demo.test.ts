// `npm run demo` as a program: what it prints, a port that is taken, a reset, and an end that leaves nothing behind.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/real-server.ts';
import { until } from '../support/story.ts';

const patience = 120_000;

interface Program {
  readonly child: ChildProcess;
  output(): string;
  /** The exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

describe('npm run demo', { timeout: patience }, () => {
  let temporary: string;
  let port: number;
  let demo: Program;
  let address: string;

  beforeAll(async () => {
    temporary = mkdtempSync(join(tmpdir(), 'acgs-demo-test-'));
    port = await freePort();
    demo = start();
    await until('the demo to be there', () => demo.output().includes('Ctrl+C ends it.'), patience);
    address = /http:\/\/\S+/.exec(demo.output())?.[0] ?? '';
  }, patience);

  afterAll(() => {
    demo.child.kill('SIGKILL');
    rmSync(temporary, { recursive: true, force: true });
  });

  const start = (): Program => {
    const child = spawn(process.execPath, ['src/simulator/demo.ts', '--no-open', '--port', String(port)], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    return { child, output: () => output, ended };
  };
  const world = async () =>
    (await (await fetch(`${address}/page/world`)).json()) as { run: string; canReset: boolean; isBotThere: boolean };
  const act = (wish: object) => fetch(`${address}/page/do`, { method: 'POST', body: JSON.stringify(wish) });

  test('says where the page is, and the page is there', async () => {
    expect(address).toBe(`http://127.0.0.1:${port}`);
    expect(await (await fetch(address)).text()).toContain('training workspace');
  });

  test('a second one on the same port says that it is taken, and what to do', async () => {
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`Port ${port} is taken`);
    expect(second.output()).toContain(`npm run demo -- --port ${port + 1}`);
  });

  test('the bot answers a command given on the page', async () => {
    await act({ kind: 'command', who: 'rita', channel: 'incidents', text: 'help' });
    await until('the help', async () =>
      (await (await fetch(`${address}/page/snapshot?user=rita`)).text()).includes('What you can do'),
    );
  });

  test('a reset sets company and bot up anew at the same address', async () => {
    const before = await world();
    expect(before.canReset).toBe(true);
    await act({ kind: 'fault', fault: 'cache-cold', on: true });
    await act({ kind: 'reset' });
    await until('the end of the reset', () => demo.output().includes('The company is as new.'), patience);
    expect((await world()).run).not.toBe(before.run);
    await until('the bot behind the page', async () => (await world()).isBotThere);
    expect(JSON.stringify(await world())).not.toContain('"on":true');
    const answer = await act({ kind: 'command', who: 'rita', channel: 'incidents', text: 'help' });
    expect(await answer.json()).toMatchObject({ outcome: 'ok' });
  });

  test('Ctrl+C ends it with code 0 and leaves nothing behind', async () => {
    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
    await expect(fetch(address)).rejects.toThrow();
  });
});
