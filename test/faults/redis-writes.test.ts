// FLUSHDB when its connection breaks before, during and after it: at most once, never later, and the outcome is not guessed.

import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActionKind, Performed, Preview } from '../../src/core/action/port.ts';
import { type RealRedis, startRealRedis, whyNoRedis } from '../support/real-redis.ts';
import { type TestSystems, testSystems } from '../support/system-checks.ts';
import { type ProxyFaults, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const missing = whyNoRedis();

describe.skipIf(missing !== undefined)(`FLUSHDB${missing === undefined ? '' : ` (${missing})`}`, () => {
  let redis: RealRedis;
  let proxy: TcpProxy;
  let systems: TestSystems;
  let watcher: Redis;
  let flushdb: ActionKind;
  beforeEach(async () => {
    redis = await startRealRedis();
    proxy = await startTcpProxy(redis.port);
    const url = `redis://${proxy.address}/0`;
    systems = testSystems({ redis: { url, actionsUrl: url } });
    const found = systems.system('redis').actions.flushdb;
    if (found === undefined) throw new Error('redis.flushdb is an action');
    flushdb = found;
    watcher = new Redis(redis.url);
    await watcher.mset('policy:1', 'a', 'policy:2', 'b');
  });
  afterEach(async () => {
    watcher.disconnect();
    await systems.close();
    await proxy.stop();
    await redis.stop();
  });

  async function preview(): Promise<Preview> {
    const outcome = await flushdb.preview({ action: 'a', params: {}, signal: AbortSignal.timeout(10_000) });
    if (!outcome.ok) throw new Error(outcome.fault.message);
    return outcome.value;
  }

  async function perform(shown: Preview, budgetMs = 2_000): Promise<Performed> {
    const signal = AbortSignal.timeout(budgetMs);
    return flushdb.perform({
      action: 'a',
      params: {},
      shown,
      signal,
      progress: () => undefined,
      stopAsked: () => false,
    });
  }

  async function flushesSeen(): Promise<number> {
    return Number(/cmdstat_flushdb:calls=(\d+)/.exec(await watcher.info('commandstats'))?.[1] ?? 0);
  }

  it.each<readonly [string, ProxyFaults]>([
    ['F75: it is down', { connections: 'refuse' }],
    ['F75: it accepts and never answers', { connections: 'hang' }],
    ['F75: its connections are half open', { toServer: { pause: true } }],
  ])('%s when it is asked: that surely failed, and nothing runs when it is back', async (_, faults) => {
    const shown = await preview();
    await proxy.set(faults);
    expect((await perform(shown)).kind).toBe('failed');
    await proxy.set({});
    // The default of the client library would send what it had queued within seconds.
    await sleep(4_000);
    expect([await flushesSeen(), await watcher.dbsize()]).toEqual([0, 2]);
  });

  it('F76: the connection is cut after it ran and before its answer: sent once, and the outcome is unknown', async () => {
    const shown = await preview();
    await proxy.set({ loseAnswerTo: 'flushdb' });
    const performed = await perform(shown);
    expect(performed.kind).toBe('unknown');
    expect(performed.summary).toContain('the connection was cut');
    await proxy.set({});
    await sleep(4_000);
    expect(await flushesSeen()).toBe(1);
    expect(proxy.toServer.text.match(/flushdb/gi)).toHaveLength(1);
    const looked = await flushdb.look({
      action: 'a',
      params: {},
      shown,
      signal: AbortSignal.timeout(5_000),
      claimedAt: 0,
    });
    expect(looked).toMatchObject({ kind: 'unclear' });
    expect(looked.summary).toContain('1 FLUSHDB since the server started');
  });

  it('F41: a database with more keys than the runbook allows is refused before anybody is asked', async () => {
    const call = { action: 'a', params: { maxKeys: 1 }, signal: AbortSignal.timeout(10_000) };
    const outcome = await flushdb.preview(call);
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'too-many-keys' } });
    expect(JSON.stringify(outcome)).toContain('holds 2 keys, and more than 1 are not flushed from here');
  });

  it('F81: names of keys that hold a secret are masked in the preview', async () => {
    await watcher.set('AKIAPLANTEDPLANTED01', 'x');
    const text = JSON.stringify(await preview());
    expect(text).toContain('[masked]');
    expect(text).not.toContain('AKIAPLANTED');
  });
});
