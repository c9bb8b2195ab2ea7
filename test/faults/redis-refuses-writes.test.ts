// A real Redis that refuses a change, or would take it in part: named, nothing repeated, nothing half done by a surprise.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Preview } from '../../src/core/action/port.ts';
import { whyNoRedis } from '../support/real-redis.ts';
import { type RedisWithAccounts, startRedisWithAccounts } from '../support/redis-accounts.ts';
import { staged } from '../support/staged-kind.ts';
import { type TestSystems, testSystems } from '../support/system-checks.ts';

const missing = whyNoRedis();
const actions = [
  ['unlink-prefixes', { prefixes: ['policy:'] }, 'unlink'],
  ['flushdb', { cache: ['policy:'] }, 'flushdb'],
  ['maxmemory-policy', { policy: 'allkeys-lru' }, 'config|set'],
] as const;

describe.skipIf(missing !== undefined)(`A change of Redis${missing === undefined ? '' : ` (${missing})`}`, () => {
  const ending: (() => unknown)[] = [];
  let master: RedisWithAccounts;
  beforeEach(async () => {
    // A replica that comes is served at once.
    master = await start('--repl-diskless-sync-delay', '0');
    await master.admin.mset('policy:1', 'a', 'policy:2', 'b');
  });
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });

  async function start(...args: string[]): Promise<RedisWithAccounts> {
    const redis = await startRedisWithAccounts(...args);
    ending.push(redis.stop);
    return redis;
  }

  function kindOn({ actionsUrl }: RedisWithAccounts, name: string, params: unknown) {
    const systems: TestSystems = testSystems({ redis: { url: actionsUrl, actionsUrl } });
    ending.push(systems.close);
    return staged(systems.system('redis').actions[name], params);
  }

  const callsOf = async ({ admin }: RedisWithAccounts, command: string) =>
    new RegExp(`cmdstat_${command.replace('|', '\\|')}:calls=(\\d+),.*rejected_calls=(\\d+)`)
      .exec(await admin.info('commandstats'))
      ?.slice(1)
      .map(Number) ?? [0, 0];

  async function replica(): Promise<RedisWithAccounts> {
    const redis = await start('--replicaof', `127.0.0.1 ${master.port}`);
    await expect.poll(() => redis.admin.info('replication'), { timeout: 30_000 }).toContain('master_link_status:up');
    return redis;
  }

  it('F77: READONLY, because the master became a replica after the preview: named, sent once, nothing changed', async () => {
    const second = await replica();
    for (const [name, params, command] of actions.slice(0, 2)) {
      const shown: Preview = await kindOn(master, name, params).shown();
      const performed = await kindOn(second, name, params).perform(shown);
      expect(performed, name).toMatchObject({
        kind: 'failed',
        summary: expect.stringMatching(/it is a read-only replica \(READONLY/),
      });
      expect(await callsOf(second, command), name).toEqual([0, 1]);
    }
    expect(await second.admin.dbsize()).toBe(2);
  });

  it('F77: a replica is refused before anybody is asked', async () => {
    const second = await replica();
    for (const [name, params] of actions)
      expect(await kindOn(second, name, params).preview(), name).toMatchObject({
        ok: false,
        fault: { code: 'not-master', remedy: expect.stringContaining('at the master') },
      });
  });

  it('F77: MOVED does not come up: a node of a cluster, whose keys are elsewhere too, is refused before anybody is asked', async () => {
    const node = await start('--cluster-enabled', 'yes');
    await node.admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await expect.poll(() => node.admin.call('CLUSTER', 'INFO'), { timeout: 30_000 }).toContain('cluster_state:ok');
    await node.admin.set('policy:1', 'a');
    for (const [name, params] of actions)
      expect(await kindOn(node, name, params).preview(), name).toMatchObject({
        ok: false,
        fault: { code: 'cluster-node', message: expect.stringContaining('one node of a cluster') },
      });
    expect(await node.admin.dbsize()).toBe(1);
  });

  it('F77: OOM is what others get from a full server; what the bot changes frees memory, and works', async () => {
    for (const [name, params] of actions) {
      await master.admin.config('SET', 'maxmemory', '0');
      await master.admin.mset('policy:1', 'a', 'policy:2', 'b');
      await master.admin.config('SET', 'maxmemory-policy', 'noeviction');
      await master.admin.config('SET', 'maxmemory', '1');
      await expect(master.admin.set('policy:3', 'c')).rejects.toThrow(/^OOM/);
      const kind = kindOn(master, name, params);
      expect(await kind.perform(await kind.shown()), name).toMatchObject({ kind: 'succeeded' });
    }
  });
});
