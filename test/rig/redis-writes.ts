// What really went to Redis: every write of an action passes a proxy, which counts it from outside of the bot.

import { setTimeout as sleep } from 'node:timers/promises';
import { startTcpProxy } from '../support/tcp-proxy.ts';

export interface Writes {
  readonly policies: number;
  readonly flushes: number;
}

export interface RedisWrites {
  /** For `systems.redis.actionsUrl`. */
  readonly url: string;
  count(): Writes;
  /** Resolves when one more write has passed, or after so many ms. */
  next(withinMs: number): Promise<void>;
  stop(): Promise<void>;
}

const policy = /\$6\r\nconfig\r\n\$3\r\nset\r\n\$16\r\nmaxmemory-policy\r\n/gi;
const flush = /\$7\r\nflushdb\r\n/gi;
/** A command that came in two pieces is found in the second look. */
const overlap = 80;

export async function watchRedisWrites(redisUrl: string): Promise<RedisWrites> {
  const proxy = await startTcpProxy(Number(new URL(redisUrl).port));
  const url = new URL(redisUrl);
  url.port = String(proxy.port);
  let [policies, flushes, read] = [0, 0, 0];
  let tail = '';
  const look = (): Writes => {
    const { text, bytes } = proxy.toServer;
    const fresh = bytes === read ? '' : text.slice(-(bytes - read));
    read = bytes;
    const seen = tail + fresh;
    // What ends inside the old tail was counted then.
    const found = (pattern: RegExp): number =>
      [...seen.matchAll(pattern)].filter((match) => match.index + match[0].length > tail.length).length;
    policies += found(policy);
    flushes += found(flush);
    tail = seen.slice(-overlap);
    return { policies, flushes };
  };
  const timer = setInterval(look, 500);
  return {
    url: url.href,
    count: look,
    async next(withinMs) {
      const before = look();
      const end = Date.now() + withinMs;
      while (Date.now() < end) {
        const now = look();
        if (now.policies + now.flushes > before.policies + before.flushes) return;
        await sleep(2);
      }
    },
    async stop() {
      clearInterval(timer);
      await proxy.stop();
    },
  };
}
