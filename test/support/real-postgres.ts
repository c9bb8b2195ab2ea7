// Starts a real PostgreSQL for a test, on a free loopback port, in a directory that is removed afterwards.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './real-server.ts';

const binaries = '/usr/lib/postgresql/15/bin';
const readyWithinMs = 20_000;

export interface RealPostgres {
  /** Address of an empty database. */
  readonly url: string;
  /** Makes another empty database on the same server and returns its address. */
  freshDatabase(): Promise<string>;
  /** Stops the server at once, breaking its connections, and starts it again on the same data and port `awayMs` later. */
  restart(awayMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** The reason why no PostgreSQL can be started here, for the name of a skipped test. */
export function whyNoPostgres(): string | undefined {
  if (!existsSync(join(binaries, 'postgres'))) return `PostgreSQL 15 is not installed in ${binaries}`;
  if (process.getuid?.() === 0 && accountOfPostgres() === undefined) {
    return 'PostgreSQL refuses to run as root and there is no account named postgres';
  }
  return undefined;
}

/** @param on where its data is; default the machine's folder for temporary files */
export async function startRealPostgres(on = tmpdir()): Promise<RealPostgres> {
  const directory = mkdtempSync(join(on, 'acgs-postgres-'));
  const account = process.getuid?.() === 0 ? accountOfPostgres() : undefined;
  if (account !== undefined) chownSync(directory, account.uid, account.gid);
  const data = join(directory, 'data');
  const options = { cwd: directory, ...(account ?? {}) };
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
    { ...options, stdio: 'pipe' },
  );

  const port = await freePort();
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
  const start = async (): Promise<ChildProcess> => {
    const flags = ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${directory}`, '-c', 'fsync=off'];
    const server = spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
      ...options,
      stdio: 'ignore',
    });
    await answers(url('postgres'), server);
    return server;
  };
  // SIGQUIT ends the server and its connections at once, as a crash would.
  const end = (server: ChildProcess): Promise<void> =>
    new Promise((resolve) => {
      if (server.exitCode !== null || server.signalCode !== null) return resolve();
      server.once('exit', () => resolve());
      server.kill('SIGQUIT');
    });

  let server = await start();
  // Nobody else would end it when the process that asked for it is cut off.
  const notWithoutUs = (): void => void server.kill('SIGQUIT');
  process.once('exit', notWithoutUs);
  let databases = 0;
  const freshDatabase = async (): Promise<string> => {
    databases += 1;
    const name = `test_${databases}`;
    await query(url('postgres'), `create database ${name}`);
    return url(name);
  };
  return {
    url: await freshDatabase(),
    freshDatabase,
    async restart(awayMs = 0) {
      await end(server);
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      server = await start();
    },
    async stop() {
      process.off('exit', notWithoutUs);
      await end(server);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    try {
      await query(url, 'select 1');
      return;
    } catch (error) {
      if (server.exitCode !== null) throw new Error(`PostgreSQL ended with code ${server.exitCode}`);
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function accountOfPostgres(): { uid: number; gid: number } | undefined {
  try {
    const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }).toString());
    return { uid: idOf('-u'), gid: idOf('-g') };
  } catch {
    return undefined;
  }
}
