// What the Redis actions share: the account that may change things, the names of the server, failures in words of an action.

import type { Redis } from 'ioredis';
import type { Fact } from '../../core/action/action.ts';
import type { Performed } from '../../core/action/port.ts';
import { type Outcome, refused } from '../../core/fault.ts';
import { spellValue } from '../../core/spell.ts';
import { type Failure, failed, oneLine } from '../failure.ts';
import { cannotShow } from '../writing.ts';
import type { RedisConfig } from './config.ts';
import { infoOf } from './info.ts';
import { addressOf, type RedisAnswer, type RedisDeps, withRedis } from './session.ts';

/** `redis-prod:6379 db 0`, the same for every action on this database. */
export function targetOf(config: RedisConfig): string {
  return `redis ${addressOf({ url: config.actionsUrl ?? config.url })}`;
}

/** What a person types: `FLUSHDB redis-prod/0`. */
export function typedOf(verb: string, config: RedisConfig): string {
  const url = new URL(config.actionsUrl ?? config.url);
  return `${verb} ${url.hostname}/${url.pathname.replace('/', '') || '0'}`;
}

/** A connection of the account for actions. Without one no action can run, whatever the other account may do. */
export async function withWriter<T>(
  config: RedisConfig,
  request: string,
  signal: AbortSignal,
  work: (redis: Redis) => Promise<T>,
): Promise<RedisAnswer<T>> {
  if (config.actionsUrl === undefined) {
    const missing = failed(
      'not_configured',
      'redis: there is no account for actions',
      'Set systems.redis.actionsUrl to an account like the one of deploy/redis/accounts.conf.',
    );
    return { ...missing, neverSent: true };
  }
  const deps: RedisDeps = { url: config.actionsUrl, caFile: config.caFile };
  return withRedis(deps, request, signal, work);
}

export function spellKeys(count: number): string {
  return `${spellValue(count, 'count')} ${count === 1 ? 'key' : 'keys'}`;
}

/** What an approval on this server is tied to: another run id is another process, and after a failover another role. */
export async function serverFacts(redis: Redis, config: RedisConfig): Promise<readonly Fact[]> {
  const [server, replication] = [await infoOf(redis, 'server'), await infoOf(redis, 'replication')];
  return [
    { name: 'server', value: addressOf({ url: config.actionsUrl ?? config.url }) },
    { name: 'run id', value: server.get('run_id') ?? 'not known' },
    { name: 'role', value: replication.get('role') ?? 'not known' },
    { name: 'mode', value: server.get('redis_mode') ?? 'not known' },
  ];
}

/** The refusal of a server that would take a change in part or not at all: a replica, or one node of a cluster. */
export function unfitServer(config: RedisConfig, facts: readonly Fact[]): Outcome<never> | undefined {
  const factOf = (name: string) => facts.find((fact) => fact.name === name)?.value;
  const role = factOf('role');
  if (role !== 'master') {
    return refused({
      whose: 'operator',
      code: 'not-master',
      message: `${targetOf(config)} has the role ${role}, so nothing is changed on it.`,
      remedy: 'Point systems.redis.actionsUrl at the master.',
    });
  }
  if (factOf('mode') !== 'cluster') return undefined;
  return refused({
    whose: 'operator',
    code: 'cluster-node',
    message: `${targetOf(config)} is one node of a cluster: the change would reach its own keys and settings only.`,
    remedy: 'Do it with a client that knows all nodes; the bot changes single servers only.',
  });
}

export function refusedBecause(failure: Failure) {
  return cannotShow('redis', failure);
}

/**
 * How a write ended that got no good answer. Redis answers an error before it does anything, so a named error had no effect, and nor had
 * what was never sent; a lost connection or a missing answer may have come after it.
 */
export function writeFailure({ failure, neverSent }: Extract<RedisAnswer<unknown>, { ok: false }>): Performed {
  const summary = oneLine(failure.detail);
  const surelyNot = ['unauthorized', 'rejected', 'not_configured', 'failed'].includes(failure.reason);
  const refusedByName = /\((LOADING|BUSY|MASTERDOWN|READONLY|MOVED|OOM|NOAUTH|NOPERM|WRONGPASS)\b/.test(failure.detail);
  return { kind: surelyNot || refusedByName || neverSent ? 'failed' : 'unknown', summary };
}
