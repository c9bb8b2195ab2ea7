// Starts a real Redis on a free loopback port, with an empty memory and a folder of its own.
import { spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startServer } from './real-server.ts';

const START_DEADLINE_MS = 10_000;
const PORT_TRIES = 5;

export interface RealRedis {
  /** For example `redis://127.0.0.1:40123/0`, without credentials. */
  readonly url: string;
  readonly port: number;
  /** Stops the process in its tracks, its connections open, until `thaw`. */
  freeze(): Promise<void>;
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
  const server = await startServer({
    program: 'redis-server',
    args: [...own, ...args],
    home,
    readyWithinMs: START_DEADLINE_MS,
    ready: (output) => /Ready to accept connections/.test(output) || undefined,
  });
  return {
    url: `redis://127.0.0.1:${port}/0`,
    port,
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    stop: server.stop,
  };
}
