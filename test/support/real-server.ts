// A real server as a child process of a test: waits until it is ready, keeps its output for a complaint, and always ends it.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_DEADLINE_MS = 5_000;
const LOOK_EVERY_MS = 20;

export interface ServerCommand<Ready> {
  readonly program: string;
  readonly args: readonly string[];
  /** A folder of its own, removed when the server has ended. */
  readonly home: string;
  readonly readyWithinMs: number;
  /** Looks at what the server has written so far; what it gives once the server is ready. */
  readonly ready: (output: string) => Ready | undefined | Promise<Ready | undefined>;
}

export interface RunningServer<Ready> {
  readonly ready: Ready;
  /** Resolves when every thread of it stands still: a signal alone is only on its way. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Ends the process, frozen or not, and removes its folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** @throws Error with the server's own output, when it ends or does not become ready in time. */
export async function startServer<Ready>(command: ServerCommand<Ready>): Promise<RunningServer<Ready>> {
  const { program, args, home } = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      output += String(error);
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

  const deadline = performance.now() + command.readyWithinMs;
  while (performance.now() < deadline && !hasEnded()) {
    const ready = await command.ready(output);
    if (ready !== undefined) {
      const freeze = async () => {
        child.kill('SIGSTOP');
        while (!hasEnded() && !standsStill(child.pid)) await sleep(LOOK_EVERY_MS);
      };
      return { ready, freeze, thaw: () => void child.kill('SIGCONT'), stop };
    }
    await sleep(LOOK_EVERY_MS);
  }
  await stop();
  throw new Error(`${program} did not become ready:\n${output}`);
}

/** As Linux tells; elsewhere nothing does, and a signal is taken to have arrived. */
function standsStill(pid = 0): boolean {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return true;
  return readdirSync(threads).every((thread) => / [Tt] /.test(stateOf(`${threads}/${thread}/stat`)));
}

/** ` T ` for a thread that was stopped; a thread that is gone stands still, too. */
function stateOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^.*\)/, '').slice(0, 3);
  } catch {
    return ' T ';
  }
}

/** For servers that take no port 0. Another process may take the port before the server does. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
