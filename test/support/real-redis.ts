// Starts a real Redis on a free loopback port, with an empty memory and a folder of its own.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_DEADLINE_MS = 10_000;
const STOP_DEADLINE_MS = 5_000;
const PORT_TRIES = 5;

export interface RealRedis {
  /** For example `redis://127.0.0.1:40123/0`, without credentials. */
  readonly url: string;
  readonly port: number;
  /** Stops the process in its tracks, its connections open, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Ends the process, frozen or not, and removes its data. Safe to call twice. */
  stop(): Promise<void>;
}

/** Names the binary that is missing on this machine, for a test to skip by name; `undefined` when it is here. */
export function whyNoRedis(): string | undefined {
  return spawnSync('redis-server', ['--version']).error === undefined
    ? undefined
    : 'needs redis-server (npm run setup:servers)';
}

/**
 * Starts Redis without persistence.
 *
 * @param args more of its command line, for example `['--requirepass', 'secret']`.
 * @throws Error with Redis's own output, when it refuses.
 */
export async function startRealRedis({ args = [] }: { readonly args?: readonly string[] } = {}): Promise<RealRedis> {
  // Redis takes no port 0; another process may take the free port before it does.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(await freePort(), args);
    } catch (error) {
      if (attempt === PORT_TRIES || !/Address already in use/.test(String(error))) throw error;
    }
  }
}

async function launch(port: number, args: readonly string[]): Promise<RealRedis> {
  const home = await mkdtemp(join(tmpdir(), 'real-redis-'));
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', home, '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', [...own, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      log += String(error);
      resolve();
    });
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  const stop = async () => {
    if (!hasEnded()) {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(STOP_DEADLINE_MS, undefined, { ref: false })]);
      if (!hasEnded()) child.kill('SIGKILL');
    }
    await ended;
    await rm(home, { recursive: true, force: true });
  };

  const deadline = performance.now() + START_DEADLINE_MS;
  while (performance.now() < deadline && !hasEnded()) {
    if (/Ready to accept connections/.test(log))
      return {
        url: `redis://127.0.0.1:${port}/0`,
        port,
        freeze: () => void child.kill('SIGSTOP'),
        thaw: () => void child.kill('SIGCONT'),
        stop,
      };
    await sleep(10);
  }
  await stop();
  throw new Error(`Redis did not become ready:\n${log}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
