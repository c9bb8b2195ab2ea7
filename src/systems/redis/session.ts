// One short connection to Redis per check: nothing is queued, resent or retried, and it never outlives its budget.

import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { answered, type Failure, failed, oneLine, timedOut, unreachable, withoutSecrets } from '../failure.ts';

const connectTimeoutMs = 3_000;
const commandTimeoutMs = 3_000;

/** A tenth of a second, which a start does not wait for. */
export const loadRedis = () => import('ioredis');

export interface RedisDeps {
  readonly url: string;
  readonly caFile?: string | undefined;
}

/** Host, port and database as people may see them. */
export function addressOf(deps: RedisDeps): string {
  const url = new URL(deps.url);
  return `${url.hostname}:${url.port || '6379'} db ${url.pathname.replace('/', '') || '0'}`;
}

/** `neverSent`: the connection was not even good for a PING, so nothing of the work can have reached Redis. */
export type RedisAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure; readonly neverSent: boolean };

/** Connects, does the work, disconnects. What goes wrong comes back by its own name (WRONGPASS, LOADING …). */
export async function withRedis<T>(
  deps: RedisDeps,
  request: string,
  signal: AbortSignal,
  work: (redis: Redis) => Promise<T>,
): Promise<RedisAnswer<T>> {
  let ca: string | undefined;
  try {
    ca = deps.caFile === undefined ? undefined : readFileSync(deps.caFile, 'utf8');
  } catch {
    const key = 'systems.redis.caFile';
    const unreadable = failed('failed', `redis: ${key} cannot be read`, `Point ${key} at a readable PEM file.`);
    return { ...unreadable, neverSent: true };
  }
  let neverSent = true;
  const began = performance.now();
  const library = await loadRedis();
  const redis = new library.Redis(deps.url, {
    lazyConnect: true,
    // The library's defaults queue commands while Redis is away and send unanswered ones again.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableReadyCheck: false,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // RESP2 needs neither HELLO nor CLIENT SETINFO, which old servers and narrow accounts refuse.
    protocol: 2,
    disableClientInfo: true,
    connectionName: 'acgs-chatops',
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  // A wrong password makes commands fail with "Connection is closed" only; the cause arrives here.
  let lastError: unknown;
  redis.on('error', (error: unknown) => {
    lastError = error;
  });
  const end = () => redis.disconnect();
  signal.addEventListener('abort', end, { once: true });
  try {
    signal.throwIfAborted();
    await redis.connect();
    // INFO, CONFIG and SLOWLOG answer from a server that is still loading, or whose master is down: only half of it is there. PING does not.
    await redis.ping();
    neverSent = false;
    return answered(await work(redis));
  } catch (error) {
    if (signal.aborted)
      return { ok: false, neverSent, failure: timedOut({ system: 'redis', request }, performance.now() - began) };
    const cause = isConnectionClosed(error) ? (lastError ?? error) : error;
    return { ok: false, neverSent, failure: failureOf(cause, request, performance.now() - began, secretsOf(deps.url)) };
  } finally {
    signal.removeEventListener('abort', end);
    redis.disconnect();
  }
}

function secretsOf(url: string): readonly string[] {
  const { password } = new URL(url);
  return [password, decodeURIComponent(password)];
}

function isConnectionClosed(error: unknown): boolean {
  return error instanceof Error && /connection is closed|isn't writeable|max retries/i.test(error.message);
}

/** What the first word of a Redis error means, and what to do about it. */
const named: Readonly<Record<string, Omit<Failure, 'detail'> & { readonly says: string }>> = {
  WRONGPASS: {
    reason: 'unauthorized',
    says: 'user or password is wrong',
    remedy: 'Correct user and password in systems.redis.url.',
  },
  NOAUTH: {
    reason: 'unauthorized',
    says: 'it needs a password',
    remedy: 'Put user and password into systems.redis.url.',
  },
  NOPERM: {
    reason: 'unauthorized',
    says: 'the account may not do this',
    remedy: 'Grant the command to this account with ACL SETUSER; docs name what the checks need.',
  },
  LOADING: {
    reason: 'unreachable',
    says: 'it is still loading its data',
    remedy: 'Wait until Redis has loaded its data, then check again.',
  },
  MASTERDOWN: {
    reason: 'unreachable',
    says: 'its master is down',
    remedy: 'Look at replication: this replica serves no data.',
  },
  READONLY: { reason: 'rejected', says: 'it is a read-only replica', remedy: 'Point systems.redis.url at the master.' },
  MOVED: {
    reason: 'rejected',
    says: 'it is a cluster and the data are elsewhere',
    remedy: 'Point systems.redis.url at a node that is no cluster member; clusters are not supported.',
  },
  BUSY: {
    reason: 'unreachable',
    says: 'it is busy running a script',
    remedy: 'A script blocks Redis: find it with SLOWLOG or end it with SCRIPT KILL.',
  },
  OOM: { reason: 'rejected', says: 'it is out of memory', remedy: 'Look at maxmemory and its policy.' },
};

function failureOf(error: unknown, request: string, tookMs: number, secrets: readonly string[]): Failure {
  const message = error instanceof Error ? withoutSecrets(error.message, secrets) : '';
  const known = named[message.split(' ')[0] ?? ''];
  if (known !== undefined)
    return {
      reason: known.reason,
      detail: `redis: ${request}: ${known.says} (${oneLine(message)})`,
      remedy: known.remedy,
    };
  if (/invalid password|without any password configured|invalid username/i.test(message))
    return {
      reason: 'unauthorized',
      detail: `redis: ${request}: ${oneLine(message)}`,
      remedy: 'Correct user and password in systems.redis.url.',
    };
  if (/max number of clients/i.test(message))
    return {
      reason: 'unreachable',
      detail: `redis: ${request}: it accepts no more clients (maxclients reached)`,
      remedy:
        'Find who holds the connections (CLIENT LIST on the server itself); raising maxclients only hides a leak.',
    };
  if (/timed out|ETIMEDOUT/i.test(message)) return timedOut({ system: 'redis', request }, tookMs);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === 'ECONNRESET' || code === 'EPIPE' || (code === undefined && isConnectionClosed(error)))
    return {
      ...unreachable({ system: 'redis', request }, 'ECONNRESET'),
      // A full server hangs up at once, often before its own words about that can be read.
      remedy: 'Check that Redis runs, and whether it is full: at maxclients it hangs up on every new connection.',
    };
  if (code !== undefined) return unreachable({ system: 'redis', request }, code);
  if (error instanceof Error && (error.name === 'ReplyError' || /^ERR\b/.test(message)))
    return {
      reason: 'rejected',
      detail: `redis: ${request}: ${oneLine(message)}`,
      remedy: 'Check that this server is a Redis that knows the command.',
    };
  return {
    reason: 'malformed',
    detail: `redis: ${request} was answered with something that is not the Redis protocol`,
    remedy: 'Check that systems.redis.url leads to Redis itself.',
  };
}
