// What really went to Redis: every write of an action passes a proxy, which notes it from outside of the bot.

import { startTcpProxy } from '../support/tcp-proxy.ts';

export type WriteKind = 'redis.maxmemory-policy' | 'redis.flushdb';

export interface Write {
  readonly kind: WriteKind;
  /** Epoch ms. */
  readonly at: number;
}

export interface RedisWrites {
  /** For `systems.redis.actionsUrl`. */
  readonly url: string;
  /** In the order in which they passed. */
  readonly all: readonly Write[];
  count(kind: WriteKind): number;
  /** Resolves when one more write passes, or after so many ms. `holdAnswer`: the bot hears nothing of Redis from then on, until `letGo`. */
  next(withinMs: number, how?: { readonly holdAnswer: boolean }): Promise<void>;
  letGo(): Promise<void>;
  stop(): Promise<void>;
}

const commands: readonly { readonly kind: WriteKind; readonly sent: RegExp }[] = [
  { kind: 'redis.maxmemory-policy', sent: /\$6\r\nconfig\r\n\$3\r\nset\r\n\$16\r\nmaxmemory-policy\r\n/gi },
  { kind: 'redis.flushdb', sent: /\$7\r\nflushdb\r\n/gi },
];
/** A command that came in two pieces is found with the second. */
const overlap = 80;

export async function watchRedisWrites(redisUrl: string): Promise<RedisWrites> {
  const all: Write[] = [];
  const waiting = new Set<() => void>();
  let tail = '';
  const hear = (piece: Buffer): void => {
    const seen = tail + piece.toString('latin1');
    for (const { kind, sent } of commands) {
      for (const match of seen.matchAll(sent)) {
        // What ends inside the old tail was noted then.
        if (match.index + match[0].length <= tail.length) continue;
        all.push({ kind, at: Date.now() });
        for (const tell of waiting) tell();
      }
    }
    tail = seen.slice(-overlap);
  };
  const proxy = await startTcpProxy(Number(new URL(redisUrl).port), hear);
  const url = new URL(redisUrl);
  url.port = String(proxy.port);
  return {
    url: url.href,
    all,
    count: (kind) => all.filter((write) => write.kind === kind).length,
    async next(withinMs, { holdAnswer } = { holdAnswer: false }) {
      const passed = Promise.withResolvers<void>();
      const notice = (): void => {
        // In force before the write goes on to Redis.
        if (holdAnswer) void proxy.set({ toClient: { pause: true } });
        passed.resolve();
      };
      waiting.add(notice);
      const late = setTimeout(passed.resolve, withinMs);
      await passed.promise;
      clearTimeout(late);
      waiting.delete(notice);
    },
    letGo: () => proxy.set({}),
    stop: () => proxy.stop(),
  };
}
