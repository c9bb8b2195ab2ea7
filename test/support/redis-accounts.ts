// A real Redis with the two accounts of deploy/redis/accounts.conf, as an operator includes them.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRealRedis } from './real-redis.ts';

const password = 'a-password-of-this-test';

export interface RedisWithAccounts {
  readonly port: number;
  /** The default user, who may do everything. */
  readonly admin: Redis;
  readonly checksUrl: string;
  readonly actionsUrl: string;
  /** A connection with one of those addresses. */
  as(url: string): Promise<Redis>;
  stop(): Promise<void>;
}

export async function startRedisWithAccounts(...args: string[]): Promise<RedisWithAccounts> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-accounts-'));
  const file = await readFile(join(import.meta.dirname, '../../deploy/redis/accounts.conf'), 'utf8');
  const included = join(folder, 'accounts.conf');
  await writeFile(included, file.replaceAll('PASSWORD', password));
  const server = await startRealRedis({ args: ['--include', included, ...args] });
  const connections: Redis[] = [];
  const as = async (url: string): Promise<Redis> => {
    const redis = new Redis(url, {
      lazyConnect: true,
      retryStrategy: () => null,
      enableReadyCheck: false,
      protocol: 2,
    });
    redis.on('error', () => undefined);
    connections.push(redis);
    await redis.connect();
    return redis;
  };
  const urlOf = (account: string) => `redis://${account}:${password}@127.0.0.1:${server.port}/0`;
  return {
    port: server.port,
    admin: await as(server.url),
    checksUrl: urlOf('acgs-chatops'),
    actionsUrl: urlOf('acgs-chatops-actions'),
    as,
    async stop() {
      for (const one of connections) one.disconnect();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
