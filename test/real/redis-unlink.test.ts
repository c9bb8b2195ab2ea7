// `redis.unlink-prefixes` on a real Redis with many keys: in small steps, told while it goes on, stopped by a person, and honest about the rest.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActionKind, Performed } from '../../src/core/action/port.ts';
import { whyNoRedis } from '../support/real-redis.ts';
import { type RedisWithAccounts, startRedisWithAccounts } from '../support/redis-accounts.ts';
import { staged } from '../support/staged-kind.ts';
import { type TestSystems, testSystems } from '../support/system-checks.ts';

const missing = whyNoRedis();
const keys = 20_000;
const params = { prefixes: ['policy:', 'opa:'] };

describe.skipIf(missing !== undefined)(`Removing many keys${missing === undefined ? '' : ` (${missing})`}`, () => {
  let redis: RedisWithAccounts;
  let systems: TestSystems;
  let kind: ActionKind;
  beforeEach(async () => {
    redis = await startRedisWithAccounts('--enable-debug-command', 'yes');
    await redis.admin.call('DEBUG', 'POPULATE', String(keys / 2), 'policy');
    await redis.admin.call('DEBUG', 'POPULATE', String(keys / 2), 'opa');
    await redis.admin.mset('audit:batch:1:root', 'evidence', 'policyholders', 'x');
    systems = testSystems({ redis: { url: redis.actionsUrl, actionsUrl: redis.actionsUrl } });
    const found = systems.system('redis').actions['unlink-prefixes'];
    if (found === undefined) throw new Error('redis.unlink-prefixes is an action');
    kind = found;
  });
  afterEach(async () => {
    await systems.close();
    await redis.stop();
  });

  /** @param stopAt a person asks to stop when so many are gone */
  async function perform(stopAt = Number.POSITIVE_INFINITY) {
    const shown = await staged(kind, params).shown();
    const told: number[] = [];
    const performed: Performed = await kind.perform({
      ...{ action: 'a', params, shown, signal: AbortSignal.timeout(50_000) },
      progress: (done) => void told.push(done),
      stopAsked: () => (told.at(-1) ?? 0) >= stopAt,
    });
    return { told, performed, left: await redis.admin.dbsize() };
  }

  it('goes in small steps, tells each, and touches nothing else', async () => {
    await redis.admin.config('RESETSTAT');
    const { told, performed, left } = await perform();
    expect(performed).toEqual({ kind: 'succeeded', summary: 'removed 20,000 keys' });
    expect(left).toBe(2);
    expect(told.length).toBeGreaterThan(30);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    const calls = Number(/cmdstat_unlink:calls=(\d+)/.exec(await redis.admin.info('commandstats'))?.[1]);
    expect(calls).toBe(told.length);
  });

  it('stops when a person asks for it, and is told as stopped with what is left', async () => {
    const { told, performed, left } = await perform(3_000);
    const removed = told.at(-1) ?? 0;
    expect(removed).toBeLessThan(keys / 2);
    expect(left).toBe(keys + 2 - removed);
    expect(performed).toEqual({
      kind: 'succeeded',
      stopped: true,
      summary: `stopped after ${removed.toLocaleString('en-US')} keys; the rest is there`,
    });
  });

  it('F77: READONLY in the middle, at a failover: unknown with the number, and not sent again', async () => {
    const shown = await staged(kind, params).shown();
    let removed = 0;
    const performed = await kind.perform({
      ...{ action: 'a', params, shown, signal: AbortSignal.timeout(50_000), stopAsked: () => false },
      progress: (done) => {
        if (removed === 0) void redis.admin.call('REPLICAOF', '127.0.0.1', '1');
        removed = done;
      },
    });
    expect(performed.kind).toBe('unknown');
    expect(performed.summary).toMatch(/READONLY.*, after [\d,]+ keys$/);
    expect(await redis.admin.info('commandstats')).toMatch(/cmdstat_unlink:.*rejected_calls=1,/);
    expect(await redis.admin.dbsize()).toBe(keys + 2 - removed);
  });
});
