// The pretend Redis, asked by the real client library.
import { Redis, type RedisOptions } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { type RedisFace, startRedisFace } from '../../../../src/simulator/faces/redis.ts';
import { createWorld } from '../../../../src/simulator/world/world.ts';

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.stop();
});

async function start(password?: string) {
  const world = createWorld({ historyDays: 0.01 });
  const face = await startRedisFace({ world, ...(password === undefined ? {} : { password }) });
  opened.push(face);
  return { world, face };
}

type Chosen = Pick<
  RedisOptions,
  'protocol' | 'connectionName' | 'password' | 'commandTimeout' | 'connectTimeout' | 'enableReadyCheck'
>;

function connect(face: RedisFace, options: Chosen = {}) {
  const errors: string[] = [];
  const redis = new Redis(face.port, '127.0.0.1', {
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: 1_500,
    ...options,
  });
  redis.on('error', (error: Error) => errors.push(error.message));
  opened.push({ stop: async () => redis.disconnect() });
  return { redis, errors };
}

test.each([2, 3] as const)('ioredis reads the server over protocol %i', async (protocol) => {
  const { face } = await start();
  const { redis, errors } = connect(face, { protocol, connectionName: 'chatops' });
  expect(await redis.ping()).toBe('PONG');
  expect(await redis.info('clients', 'memory')).toMatch(/connected_clients:1\r\n[\s\S]*maxmemory_policy:allkeys-lru/);
  expect(await redis.info('clients')).not.toContain('maxmemory');
  expect(await redis.config('GET', 'maxmemory*')).toEqual([
    'maxmemory',
    '536870912',
    'maxmemory-policy',
    'allkeys-lru',
  ]);
  expect(await redis.dbsize()).toBe(664);
  expect(await redis.client('LIST')).toMatch(/^id=1 addr=127\.0\.0\.1:\d+ .*name=chatops .*lib-name=ioredis/);
  expect(await redis.role()).toEqual(['master', 0, []]);
  expect(await redis.get('no-such-key')).toBeNull();
  expect(await redis.type('acgs:deliberation:stream')).toBe('stream');
  expect(await redis.ttl('acgs2:registry:agents')).toBe(-1);
  expect(await redis.ttl('no-such-key')).toBe(-2);
  expect(await redis.memory('USAGE', 'acgs2:registry:agents')).toBe(42_000);
  expect(await redis.slowlog('LEN')).toBe(0);
  expect(await redis.latency('LATEST')).toEqual([]);
  expect(errors).toEqual([]);
});

test('a scan finds each key of a prefix once, also while keys go', async () => {
  const { face } = await start();
  const { redis } = connect(face);
  const seen: string[] = [];
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', 'policy:*', 'COUNT', 50);
    seen.push(...keys);
    if (keys.length > 0) await redis.unlink(...keys);
    cursor = next;
  } while (cursor !== '0');
  expect(seen).toHaveLength(400);
  expect(new Set(seen).size).toBe(400);
  expect(await redis.exists(...seen)).toBe(0);
});

test('the opa keys expire, the audit keys do not', async () => {
  const { face } = await start();
  const { redis } = connect(face);
  const [, opa] = await redis.scan('0', 'MATCH', 'opa:*', 'COUNT', 10_000);
  const [, audit] = await redis.scan('0', 'MATCH', 'audit:*', 'COUNT', 10_000);
  expect(opa).toHaveLength(104);
  expect(audit).toHaveLength(50);
  for (const key of opa) {
    const left = await redis.pttl(key);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(300_000);
  }
  expect(await Promise.all(audit.map((key) => redis.ttl(key)))).toEqual(audit.map(() => -1));
});

test('a policy is set, read back and refused when it is none', async () => {
  const { face } = await start();
  const { redis } = connect(face);
  expect(await redis.config('SET', 'maxmemory-policy', 'volatile-lru')).toBe('OK');
  expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'volatile-lru']);
  await expect(redis.config('SET', 'maxmemory-policy', 'volatile')).rejects.toThrow(
    /CONFIG SET failed .*must be one of/,
  );
  await expect(redis.call('NONSENSE', 'a')).rejects.toThrow("unknown command 'NONSENSE'");
});

test('unlinking the cache prefixes over the wire cures the cold cache', async () => {
  const { world, face } = await start();
  world.inject('cache-cold');
  const { redis } = connect(face);
  const [, keys] = await redis.scan('0', 'COUNT', 10_000);
  const cache = keys.filter((key) => /^(policy|opa|active_version|pubkey|acgs:code_analysis):/.test(key));
  expect(await redis.unlink(...cache)).toBe(cache.length);
  expect(world.isOn('cache-cold')).toBe(false);
  expect(await redis.exists('acgs2:registry:agents')).toBe(1);
  expect(face.commands.filter(([name]) => name === 'unlink')).toHaveLength(1);
});

test('FLUSHDB empties one database only', async () => {
  const { world, face } = await start();
  const { redis } = connect(face);
  await redis.select(3);
  await redis.set('other', 'kept', 'EX', 60);
  await redis.select(0);
  expect(await redis.flushdb('ASYNC')).toBe('OK');
  expect(await redis.dbsize()).toBe(0);
  expect(world.state().truth.lostState).toContain('audit:batch_counter');
  await redis.select(3);
  expect(await redis.get('other')).toBe('kept');
});

test('without the password there is no answer, with it there is', async () => {
  const { face } = await start('secret');
  const without = connect(face, { enableReadyCheck: false, protocol: 2 });
  await expect(without.redis.ping()).rejects.toThrow('NOAUTH Authentication required.');
  const wrong = connect(face, { password: 'guess' });
  await expect(wrong.redis.ping()).rejects.toThrow();
  expect(wrong.errors.join()).toContain('WRONGPASS');
  expect(await connect(face, { password: 'secret' }).redis.ping()).toBe('PONG');
  expect(await connect(face, { password: 'secret', protocol: 2 }).redis.ping()).toBe('PONG');
});

test('a slow Redis is slow in every ping, and its slow log says so', async () => {
  const { world, face } = await start();
  world.inject('redis-slow', { agoSeconds: 30 });
  const { redis } = connect(face);
  const started = performance.now();
  await redis.ping();
  await redis.ping();
  expect(performance.now() - started).toBeGreaterThan(75);
  world.heal('redis-slow');
  const [newest] = (await redis.slowlog('GET', 1)) as [number, number, number, string[]][];
  expect(newest?.[2]).toBeGreaterThan(30_000);
});

test('a refused, hanging or garbled Redis fails, and a healed one answers on the same port', async () => {
  const { world, face } = await start();
  for (const fault of ['redis:down', 'redis:hang', 'redis:garbage', 'redis:trickle'] as const) {
    world.inject(fault);
    const { redis } = connect(face, { commandTimeout: 300, connectTimeout: 300 });
    await expect(redis.ping(), fault).rejects.toThrow();
    world.heal(fault);
  }
  expect(await connect(face).redis.ping()).toBe('PONG');
});

test.each([
  ['redis:noauth', 'NOAUTH'],
  ['redis:noperm', 'NOPERM'],
  ['redis:readonly', 'READONLY'],
] as const)('%s refuses a write in Redis words and nothing is lost', async (fault, words) => {
  const { world, face } = await start();
  const { redis } = connect(face);
  await redis.ping();
  world.inject(fault);
  const again = connect(face, { enableReadyCheck: false, protocol: 2 });
  await expect(again.redis.flushdb()).rejects.toThrow(words);
  expect(world.keyspace.size()).toBe(664);
});

test('a cut connection leaves a write done and unanswered', async () => {
  const { world, face } = await start();
  const { redis } = connect(face);
  await redis.ping();
  world.inject('redis:cut');
  const again = connect(face);
  await expect(again.redis.flushdb()).rejects.toThrow();
  expect(world.keyspace.size()).toBe(0);
  expect(face.commands.filter(([name]) => name === 'flushdb')).toHaveLength(1);
});
