// The Redis checks against a real Redis: what they read, and what each way of refusing is called.

import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { type RealRedis, startRealRedis, whyNoRedis } from '../support/real-redis.ts';
import { type Asking, above, type TestSystems, testSystems } from '../support/system-checks.ts';

const missing = whyNoRedis();

const every: readonly (readonly [kind: string, params: unknown])[] = [
  ['latency', { samples: 20 }],
  ['clients', {}],
  ['slowlog', {}],
  ['memory', {}],
];

describe.skipIf(missing !== undefined)(`Redis checks${missing === undefined ? '' : ` (${missing})`}`, () => {
  const ending: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
  });

  async function start(...args: string[]): Promise<RealRedis> {
    const redis = await startRealRedis({ args });
    ending.push(redis.stop);
    return redis;
  }

  /** A connection of somebody else. */
  async function visitor(url: string): Promise<Redis> {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => undefined);
    ending.push(() => redis.disconnect());
    await redis.connect();
    return redis;
  }

  async function ask(url: string, kind: string, params: unknown = {}, asking: Asking = {}) {
    const systems: TestSystems = testSystems({ redis: { url } });
    ending.push(systems.close);
    const { observation } = await systems.ask(`redis.${kind}`, params, asking);
    return observation;
  }

  describe('latency', () => {
    const limits: Asking = { unit: 'ms', limits: [above(100)] };

    it('times PINGs and tells P50, P99 and the longest', async () => {
      const { url, port } = await start();
      const observation = await ask(url, 'latency', { samples: 100 }, limits);
      expect(observation.verdict).toBe('ok');
      expect(observation.facts?.samples).toBe(100);
      expect(Number(observation.facts?.p50)).toBeLessThanOrEqual(Number(observation.facts?.p99));
      expect(observation.source.query).toBe(`100 × PING on 127.0.0.1:${port} db 0`);
    });

    it('is critical while Redis itself stands still', async () => {
      const { url } = await start('--enable-debug-command', 'yes');
      const other = await visitor(url);
      let measuring = true;
      const busy = (async () => {
        while (measuring) await other.call('DEBUG', 'SLEEP', '0.12');
      })();
      const observation = await ask(url, 'latency', { samples: 20 }, limits);
      measuring = false;
      await busy;
      expect(observation.verdict).toBe('critical');
      expect(observation.measurement?.value).toBeGreaterThan(100);
    });
  });

  describe('clients', () => {
    it('counts five more connections when there are five more, and itself', async () => {
      const { url } = await start();
      const before = await ask(url, 'clients');
      for (let opened = 0; opened < 5; opened += 1) await visitor(url);
      const after = await ask(url, 'clients');
      expect(before.facts?.connected).toBe(1);
      expect(after.facts?.connected).toBe(6);
      expect(after.facts?.maxclients).toBeGreaterThan(100);
    });

    it('is critical near the maximum of the server', async () => {
      const { url } = await start('--maxclients', '5');
      for (let opened = 0; opened < 4; opened += 1) await visitor(url);
      const observation = await ask(url, 'clients', {}, { unit: '%', limits: [above(90)] });
      expect(observation.verdict).toBe('critical');
      expect(observation.summary).toContain('5 connected of at most 5');
    });

    it('points at maxclients when the server hangs up because it is full', async () => {
      const { url } = await start('--maxclients', '3');
      for (let opened = 0; opened < 3; opened += 1) await visitor(url);
      const observation = await ask(url, 'clients');
      expect(observation.unknown?.reason).toBe('unreachable');
      // Redis hangs up at once; whether its words about it can still be read is a race.
      expect(observation.unknown?.detail).toMatch(/accepts no more clients|the connection was cut/);
      expect(observation.unknown?.remedy).toContain('maxclients');
    });
  });

  describe('slowlog', () => {
    it('shows what was slow as data, and never the values', async () => {
      const { url } = await start('--slowlog-log-slower-than', '0');
      const other = await visitor(url);
      await other.set('<!channel> *session*', 'the-secret-value');
      const observation = await ask(url, 'slowlog', { count: 50, sinceMinutes: 15 });
      expect(observation.rows.map(({ label }) => label)).toContain('set <!channel> *session* …');
      expect(observation.rows.every(({ measurement }) => measurement?.unit === 'ms')).toBe(true);
      expect(JSON.stringify(observation)).not.toContain('the-secret-value');
      expect(observation.notes).toContain('recorded from 0 ms on');
    });

    it('holds the slowest command against a limit', async () => {
      const { url } = await start('--enable-debug-command', 'yes');
      await (await visitor(url)).call('DEBUG', 'SLEEP', '0.1');
      const observation = await ask(url, 'slowlog', {}, { unit: 'ms', limits: [above(50)] });
      expect(observation.verdict).toBe('critical');
      expect(observation.facts).toMatchObject({ entries: 1 });
      expect(observation.rows[0]).toMatchObject({ label: 'DEBUG SLEEP …' });
    });

    it('does not call an empty log healthy when it may not ask whether it is switched on', async () => {
      const { port, url } = await start();
      const rights = ['resetkeys', '+ping', '+info', '+slowlog|get', '+client|setname'];
      await (await visitor(url)).call('ACL', 'SETUSER', 'bot', 'reset', 'on', '>bot-password', ...rights);
      const observation = await ask(`redis://bot:bot-password@127.0.0.1:${port}/0`, 'slowlog');
      expect(observation.unknown).toMatchObject({
        reason: 'no_data',
        remedy: expect.stringContaining('deploy/redis/accounts.conf'),
      });
    });

    it('does not call a log healthy that is switched off', async () => {
      const { url } = await start('--slowlog-log-slower-than', '-1');
      const observation = await ask(url, 'slowlog');
      expect(observation.unknown?.reason).toBe('no_data');
      expect(observation.unknown?.detail).toContain('switched off');
    });
  });

  describe('memory', () => {
    it('reads memory in use against the maximum, with the policy', async () => {
      const { url } = await start('--maxmemory', '40mb', '--maxmemory-policy', 'allkeys-lru');
      const other = await visitor(url);
      const before = await ask(url, 'memory', {}, { unit: '%', limits: [above(20)] });
      expect(before.verdict).toBe('ok');
      for (let key = 0; key < 100; key += 1) await other.set(`key:${key}`, 'x'.repeat(100_000));
      const after = await ask(url, 'memory', {}, { unit: '%', limits: [above(20)] });
      expect(after.verdict).toBe('critical');
      expect(after.facts).toMatchObject({ maxBytes: 40 * 1_024 * 1_024, policy: 'allkeys-lru', evicted: 0 });
    });

    it('knows no share where no maximum is set', async () => {
      const { url } = await start();
      const observation = await ask(url, 'memory', {}, { unit: '%', limits: [above(90)] });
      expect(observation.unknown?.reason).toBe('unresolvable');
      expect(observation.unknown?.detail).toContain('maxmemory is not set');
    });
  });

  describe.each(every)('%s', (kind, params) => {
    it('F77: names a wrong password', async () => {
      const { port } = await start('--requirepass', 'right-password');
      const observation = await ask(`redis://:wrong-password@127.0.0.1:${port}/0`, kind, params);
      expect(observation.unknown?.reason).toBe('unauthorized');
      expect(observation.unknown?.detail).toContain('WRONGPASS');
      expect(JSON.stringify(observation)).not.toContain('wrong-password');
    });

    it('F77: names a missing password', async () => {
      const { url } = await start('--requirepass', 'right-password');
      const observation = await ask(url, kind, params);
      expect(observation.unknown?.reason).toBe('unauthorized');
      expect(observation.unknown?.detail).toContain('NOAUTH');
    });

    it('F77: names an account without the right', async () => {
      const { port, url } = await start();
      await (await visitor(url)).call('ACL', 'SETUSER', 'nobody', 'reset', 'on', '>nobody-password', '+auth');
      const observation = await ask(`redis://nobody:nobody-password@127.0.0.1:${port}/0`, kind, params);
      expect(observation.unknown?.reason).toBe('unauthorized');
      expect(observation.unknown?.detail).toContain('NOPERM');
    });

    it('F77: names a server that is gone', async () => {
      const redis = await start();
      await redis.stop();
      const observation = await ask(redis.url, kind, params);
      expect(observation.unknown?.reason).toBe('unreachable');
      expect(observation.unknown?.detail).toContain('the connection was refused');
    });

    it('F77: gives up on a frozen server within its budget', async () => {
      const redis = await start();
      await redis.freeze();
      const began = performance.now();
      const observation = await ask(redis.url, kind, params, { budgetMs: 500 });
      expect(performance.now() - began).toBeLessThan(1_500);
      expect(observation.unknown?.reason).toBe('timeout');
    });
  });
});
