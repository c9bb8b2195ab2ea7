// The local socket beside an embedded store, over which the terminal asks the running bot: one line of JSON there, one back.

import { chmodSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Head, Verification } from '../core/audit.ts';
import { type Log, StoreUnavailable } from '../core/ports.ts';
import type { Desk } from '../response/desk.ts';
import type { Said } from './answer-text.ts';
import { askAtDesk, type Typed } from './at-desk.ts';
import { verificationSaid } from './audit-verify.ts';

/** Where the bot of an embedded store listens. */
export function socketOf(store: { readonly path: string }): string {
  return join(store.path, 'acgs.sock');
}

/** A hundred thousand heads. */
const longestLine = 16_000_000;
/** A command waits for the store at most this long; an audit reads all of it. */
const answerWithinMs = 20_000;

const typed = z.strictObject({
  words: z.array(z.string().max(8_000)).max(500),
  incident: z.string().max(80).optional(),
  operator: z.string().min(1).max(200),
});
const audit = z.strictObject({
  audit: z.array(z.strictObject({ stream: z.string(), seq: z.int(), hash: z.string() })).max(100_000),
});
const said = z.strictObject({ text: z.string(), exitCode: z.literal([0, 1, 2, 3]) });

/** What the terminal may ask of a running bot. */
export interface Asked {
  readonly desk: Desk;
  audit(heads: readonly Head[]): Promise<Verification>;
}

/**
 * Listens at `path`, for the account of the bot only: whoever may open the socket could open the store itself. A socket that is there
 * already was left by a bot that is dead, because the caller has the directory. Rejects when it cannot listen. Returns the stop.
 */
export async function listenForTerminals(path: string, asked: Asked, log: Log): Promise<() => Promise<void>> {
  rmSync(path, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    socket.setTimeout(answerWithinMs, () => socket.destroy());
    let line = '';
    socket.on('data', (chunk: string) => {
      if (line.includes('\n')) return;
      line += chunk;
      if (line.length > longestLine) socket.destroy();
      if (!line.includes('\n')) return;
      socket.setTimeout(0);
      void answer(asked, line, log).then((given) => socket.end(`${JSON.stringify(given)}\n`));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  server.on('error', (error) => log.warn({ error: error.message }, 'the socket of the terminal broke'));
  return async () => {
    for (const socket of open) socket.end();
    await Promise.race([new Promise((resolve) => server.close(resolve)), sleep(1_000, undefined, { ref: false })]);
    for (const socket of open) socket.destroy();
  };
}

async function answer(asked: Asked, line: string, log: Log): Promise<z.output<typeof said>> {
  try {
    const read = z.union([typed, audit]).parse(JSON.parse(line));
    if ('words' in read) return await askAtDesk(asked.desk, read);
    return verificationSaid(await asked.audit(read.audit), read.audit.length);
  } catch (error) {
    if (error instanceof StoreUnavailable) return { text: `${error.message}\n`, exitCode: 3 };
    log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a command of the terminal broke');
    return { text: 'The bot could not do this; its log says why.\n', exitCode: 1 };
  }
}

/** Asks the running bot; undefined where none listens. */
export function askRunningBot(
  path: string,
  asked: Typed | { readonly audit: readonly Head[] },
): Promise<(Omit<Said, 'exitCode'> & { exitCode: number }) | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let line = '';
    socket.setEncoding('utf8');
    const patienceMs = 'audit' in asked ? 0 : answerWithinMs;
    socket.setTimeout(patienceMs, () => socket.destroy(new StoreUnavailable('The bot that runs does not answer.')));
    socket.on('connect', () => socket.write(`${JSON.stringify(asked)}\n`));
    socket.on('data', (chunk: string) => {
      line += chunk;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else
        reject(
          error instanceof StoreUnavailable
            ? error
            : new StoreUnavailable(`The bot that runs cannot be asked: ${error.message}`),
        );
    });
    socket.on('end', () => {
      if (line === '')
        reject(new StoreUnavailable('The bot stopped before it answered: look at what was done before you repeat it.'));
      else resolve(said.parse(JSON.parse(line)));
    });
  });
}
