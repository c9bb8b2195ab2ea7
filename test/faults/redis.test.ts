// Redis in every state in which it answers something else than what was asked, and behind a broken wire: each is named, none is green.

import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import type { Observation } from '../../src/core/observation.ts';
import { type RealRedis, startRealRedis, whyNoRedis } from '../support/real-redis.ts';
import { until } from '../support/story.ts';
import { testSystems } from '../support/system-checks.ts';
import { type ProxyFaults, startTcpProxy } from '../support/tcp-proxy.ts';

const missing = whyNoRedis();
/** Machines that are busy get this much more than the deadline itself. */
const toleranceMs = 900;
const kinds = ['latency', 'clients', 'slowlog', 'memory'] as const;

describe.skipIf(missing !== undefined)(`Redis${missing === undefined ? '' : ` (${missing})`}`, () => {
  const ending: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });

  async function start(...args: string[]): Promise<RealRedis> {
    const redis = await startRealRedis({ args: ['--enable-debug-command', 'yes', '--maxmemory', '1gb', ...args] });
    ending.push(redis.stop);
    return redis;
  }

  /** A connection of somebody else. */
  async function visitor(url: string): Promise<Redis> {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false });
    redis.on('error', () => undefined);
    ending.push(() => redis.disconnect());
    await redis.connect();
    return redis;
  }

  async function ask(url: string, kind: string, budgetMs = 5_000) {
    const systems = testSystems({ redis: { url } });
    const { observation } = await systems.ask(`redis.${kind}`, {}, { unit: 'count', budgetMs });
    await systems.close();
    return observation;
  }

  /** What each kind of check finds in the same moment. */
  async function askAll(url: string): Promise<readonly Observation[]> {
    return Promise.all(kinds.map((kind) => ask(url, kind)));
  }

  function expectAll(found: readonly Observation[], word: string): void {
    expect(found.map(({ unknown }) => unknown?.reason)).toEqual(kinds.map(() => 'unreachable'));
    for (const { unknown } of found) {
      expect(unknown?.detail).toContain(word);
      expect(unknown?.remedy).toMatch(/\.$/);
    }
  }

  it('F77: LOADING is named, and nothing that a half loaded memory says is green', async () => {
    const redis = await start('--loading-process-events-interval-bytes', '1024');
    const other = await visitor(redis.url);
    await other.call('DEBUG', 'POPULATE', '20000', 'key', '200');
    await other.call('CONFIG', 'SET', 'key-load-delay', '1000');
    const reloading = other.call('DEBUG', 'RELOAD').catch(() => undefined);
    const watcher = await visitor(redis.url);
    await until('a Redis that loads', async () =>
      String(await watcher.call('INFO', 'persistence')).includes('loading:1'),
    );
    expectAll(await askAll(redis.url), 'still loading its data (LOADING');
    await watcher.call('CONFIG', 'SET', 'key-load-delay', '0');
    await reloading;
    expect((await askAll(redis.url)).map(({ verdict }) => verdict)).toEqual(kinds.map(() => 'ok'));
  });

  it('F77: BUSY with a script is named', async () => {
    const redis = await start('--busy-reply-threshold', '10');
    const other = await visitor(redis.url);
    const watcher = await visitor(redis.url);
    const running = other.call('EVAL', 'while true do end', '0').catch(() => undefined);
    const isBusy = async () => {
      const answer = await watcher.call('PING').catch((error: unknown) => String(error));
      return String(answer).includes('BUSY');
    };
    await until('a Redis that is busy', isBusy);
    expectAll(await askAll(redis.url), 'busy running a script (BUSY');
    await watcher.call('SCRIPT', 'KILL');
    await running;
    expect((await askAll(redis.url)).map(({ verdict }) => verdict)).toEqual(kinds.map(() => 'ok'));
  });

  it('F77: a replica without its master, which serves no data, is named', async () => {
    const redis = await start('--replicaof', '127.0.0.1 1', '--replica-serve-stale-data', 'no');
    expectAll(await askAll(redis.url), 'its master is down (MASTERDOWN');
  });

  const broken: readonly (readonly [name: string, faults: ProxyFaults, reason: string, says: RegExp])[] = [
    ['F77: refuses connections', { connections: 'refuse' }, 'unreachable', /the connection was refused/],
    ['F77: accepts and never answers', { connections: 'hang' }, 'timeout', /no complete answer/],
    ['F77: is half open', { toClient: { pause: true } }, 'timeout', /no complete answer/],
    ['F77: answers one byte in half a second', { toClient: { trickleMs: 500 } }, 'timeout', /no complete answer/],
    ['F77: is cut before the answer', { loseAnswerTo: 'ping' }, 'unreachable', /the connection was cut/],
    [
      'F77: is cut in the middle of the answer',
      { toClient: { cutAfterBytes: 30 } },
      'unreachable',
      /the connection was cut/,
    ],
  ];

  it.each(broken)(
    '%s: an unknown in time, nothing is sent twice, and mended it answers',
    async (_, faults, reason, says) => {
      const redis = await start();
      const proxy = await startTcpProxy(redis.port);
      ending.push(proxy.stop);
      await proxy.set(faults);
      const url = `redis://${proxy.address}/0`;
      for (const kind of kinds) {
        const before = proxy.accepted;
        const began = performance.now();
        const { unknown } = await ask(url, kind, 1_000);
        expect(performance.now() - began, kind).toBeLessThan(1_000 + toleranceMs);
        expect(unknown?.reason, kind).toBe(reason);
        expect(unknown?.detail, kind).toMatch(says);
        expect(proxy.accepted - before, kind).toBeLessThanOrEqual(1);
      }
      await proxy.set({});
      expect((await askAll(url)).map(({ verdict }) => verdict)).toEqual(kinds.map(() => 'ok'));
    },
  );
});
