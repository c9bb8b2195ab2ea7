// The accounts of deploy/redis/accounts.conf on a real Redis: enough for every check and action, and good for no other command.

import type { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyNoRedis } from '../support/real-redis.ts';
import { type RedisWithAccounts, startRedisWithAccounts } from '../support/redis-accounts.ts';
import { staged } from '../support/staged-kind.ts';
import { type TestSystems, testSystems } from '../support/system-checks.ts';

const missing = whyNoRedis();
const checks = ['ping', 'info', 'slowlog|get', 'config|get', 'client|setname'];
const actions = [
  ...['ping', 'info', 'client|setname', 'scan', 'ttl', 'memory|usage', 'dbsize', 'unlink'],
  ...['config|get', 'config|set', 'flushdb'],
];
/** Redis refuses these to nobody: they are there for connections without an account, too. */
const unrefusable = ['auth', 'hello', 'quit', 'reset'];
const cache = ['policy:', 'active_version:', 'pubkey:', 'opa:', 'acgs:code_analysis:'];

describe.skipIf(missing !== undefined)(`The Redis accounts${missing === undefined ? '' : ` (${missing})`}`, () => {
  let redis: RedisWithAccounts;
  let systems: TestSystems;
  beforeEach(async () => {
    redis = await startRedisWithAccounts('--maxmemory', '100mb');
    systems = testSystems({ redis: { url: redis.checksUrl, actionsUrl: redis.actionsUrl } });
    for (const prefix of cache) await redis.admin.set(`${prefix}1`, 'cached', 'EX', 3_600);
    await redis.admin.set('audit:batch:1:root', 'evidence');
  });
  afterEach(async () => {
    await systems.close();
    await redis.stop();
  });

  const kind = (name: string, params: unknown) => staged(systems.system('redis').actions[name], params);

  async function checkAll() {
    for (const name of ['latency', 'clients', 'slowlog', 'memory']) {
      const { observation } = await systems.ask(`redis.${name}`, name === 'latency' ? { samples: 20 } : {});
      expect(observation.verdict, name).toBe('ok');
    }
  }

  async function actAll() {
    for (const [name, params] of [
      ['unlink-prefixes', { prefixes: cache }],
      ['maxmemory-policy', { policy: 'allkeys-lru' }],
      ['flushdb', { cache }],
    ] as const) {
      const action = kind(name, params);
      const shown = await action.shown();
      expect(await action.perform(shown), name).toMatchObject({ kind: 'succeeded' });
      await action.look(shown);
    }
  }

  it('are enough: every check with the one, every action with the other', async () => {
    await checkAll();
    await actAll();
    expect(await redis.admin.dbsize()).toBe(0);
    expect(await redis.admin.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'allkeys-lru']);
  });

  it.each([
    ['acgs-chatops', checks],
    ['acgs-chatops-actions', actions],
  ])('%s may run these commands and no other that Redis has', async (account, granted) => {
    const commands = await everyCommand(redis.admin);
    expect(commands.length).toBeGreaterThan(300);
    const allowed: string[] = [];
    for (const { name, words } of commands) {
      const filler = Array.from({ length: words }, () => '0');
      const answer = await redis.admin.call('ACL', 'DRYRUN', account, ...name.split('|'), ...filler);
      // An account that may run a command on no such key is told about the key.
      if (!/no permissions to run/.test(String(answer))) allowed.push(name);
    }
    expect(allowed.sort()).toEqual([...granted, ...unrefusable].sort());
  });

  it.each([
    ['acgs-chatops', checks, () => checkAll()],
    ['acgs-chatops-actions', actions, () => actAll()],
  ])('%s has no right that the bot does not use', async (_account, granted, work) => {
    await redis.admin.config('RESETSTAT');
    await work();
    const used = [...(await redis.admin.info('commandstats')).matchAll(/cmdstat_([^:]+):/g)].map(([, name]) => name);
    expect(granted.filter((name) => !used.includes(name))).toEqual([]);
  });

  const dangerous: readonly (readonly string[])[] = [
    ['FLUSHALL'],
    ['SHUTDOWN', 'NOSAVE'],
    ['EVAL', 'return 1', '0'],
    ['FUNCTION', 'LIST'],
    ['KEYS', '*'],
    ['GET', 'policy:1'],
    ['SET', 'policy:1', 'x'],
    ['DEL', 'policy:1'],
    ['RENAME', 'policy:1', 'policy:2'],
    ['EXPIRE', 'policy:1', '1'],
    ['DUMP', 'audit:batch:1:root'],
    ['ACL', 'LIST'],
    ['ACL', 'SETUSER', 'acgs-chatops', '+@all'],
    ['CONFIG', 'REWRITE'],
    ['CONFIG', 'RESETSTAT'],
    ['CLIENT', 'KILL', 'ID', '1'],
    ['CLIENT', 'LIST'],
    ['REPLICAOF', 'NO', 'ONE'],
    ['MODULE', 'LIST'],
    ['SAVE'],
    ['MONITOR'],
    ['SUBSCRIBE', 'x'],
    ['PUBLISH', 'x', 'y'],
    ['SELECT', '1'],
    ['SWAPDB', '0', '1'],
  ];

  it.each(['checksUrl', 'actionsUrl'] as const)(
    '%s: what is dangerous is refused when it is really sent',
    async (which) => {
      const bot = await redis.as(redis[which]);
      for (const [command = '', ...rest] of dangerous)
        await expect(bot.call(command, ...rest), command).rejects.toThrow(/^NOPERM/);
    },
  );

  it('the account for checks changes nothing, and sees no key', async () => {
    const bot = await redis.as(redis.checksUrl);
    for (const [command, ...rest] of [
      ['FLUSHDB'],
      ['UNLINK', 'policy:1'],
      ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
      ['SCAN', '0'],
      ['TTL', 'policy:1'],
    ] as const)
      await expect(bot.call(command, ...rest), command).rejects.toThrow(/^NOPERM/);
  });

  it('F77: NOPERM for keys that are no cache: named, nothing removed, sent once', async () => {
    const about = kind('unlink-prefixes', { prefixes: ['audit:'] });
    const performed = await about.perform(await about.shown());
    expect(performed).toMatchObject({ kind: 'failed', summary: expect.stringMatching(/may not do this \(NOPERM/) });
    expect(await redis.admin.get('audit:batch:1:root')).toBe('evidence');
    expect(await redis.admin.info('commandstats')).toMatch(/cmdstat_unlink:calls=0,.*rejected_calls=1,/);
  });

  it.each([
    ['flushdb', {}, 'flushdb'],
    ['unlink-prefixes', { prefixes: ['policy:'] }, 'unlink'],
    ['maxmemory-policy', { policy: 'allkeys-lfu' }, 'config|set'],
  ])(
    'F77: NOPERM for %s where its right was left out: named, sent once, nothing changed',
    async (name, params, right) => {
      await redis.admin.call('ACL', 'SETUSER', 'acgs-chatops-actions', `-${right}`);
      const about = kind(name, params);
      const shown = await about.shown();
      const before = await redis.admin.dbsize();
      expect(await about.perform(shown)).toMatchObject({ kind: 'failed', summary: expect.stringContaining('NOPERM') });
      expect(await redis.admin.dbsize()).toBe(before);
      const stats = await redis.admin.info('commandstats');
      expect(stats).toMatch(new RegExp(`cmdstat_${right.replace('|', '\\|')}:calls=0,.*rejected_calls=1,`));
    },
  );

  it('reach another database with the one right that the file names, and no third', async () => {
    for (const account of ['acgs-chatops', 'acgs-chatops-actions'])
      await redis.admin.call('ACL', 'SETUSER', account, '+select|2');
    await redis.admin.select(2);
    await redis.admin.set('policy:1', 'cached');
    const at = (url: string) => url.replace(/0$/, '2');
    const second = testSystems({ redis: { url: at(redis.checksUrl), actionsUrl: at(redis.actionsUrl) } });
    expect((await second.ask('redis.clients', {})).observation.verdict).toBe('ok');
    const action = staged(second.system('redis').actions['unlink-prefixes'], { prefixes: ['policy:'] });
    expect(await action.perform(await action.shown())).toEqual({ kind: 'succeeded', summary: 'removed 1 key' });
    await second.close();
    const bot = await redis.as(redis.actionsUrl);
    for (const database of ['1', '3']) await expect(bot.call('SELECT', database)).rejects.toThrow(/^NOPERM/);
  });

  it('hold what the file says that Redis cannot limit: other settings, and what a flush takes with it', async () => {
    const bot = await redis.as(redis.actionsUrl);
    expect(await bot.call('CONFIG', 'SET', 'maxclients', '500')).toBe('OK');
    await expect(bot.call('CONFIG', 'SET', 'dir', '/tmp')).rejects.toThrow(/protected config/);
    expect(await bot.call('CONFIG', 'GET', 'requirepass')).toEqual(['requirepass', '']);
    await bot.flushdb();
    expect(await redis.admin.exists('audit:batch:1:root')).toBe(0);
  });
});

/** Every command and subcommand with the fewest words that it takes after its name. */
async function everyCommand(redis: Redis): Promise<readonly { readonly name: string; readonly words: number }[]> {
  const leaves = (command: unknown): readonly { name: string; words: number }[] => {
    const about = command as readonly [name: string, arity: number, ...unknown[]];
    const [name, arity] = about;
    const subcommands = about[9] as readonly unknown[];
    if (subcommands.length > 0) return subcommands.flatMap(leaves);
    return [{ name, words: Math.abs(arity) - name.split('|').length }];
  };
  return ((await redis.call('COMMAND')) as readonly unknown[]).flatMap(leaves);
}
