// What the Redis face says about itself: INFO and CONFIG.

import { globTest } from './redis-keys.ts';
import type { RedisServer } from './redis-server.ts';
import { bulk, failure, map, ok, type Reply } from './resp.ts';

/** INFO's text; no section (or `default`, `all`, `everything`) means all of them, the counts of commands only with the last two. */
export function infoText(redis: RedisServer, asked: readonly string[]): string {
  const { world } = redis;
  const uptime = Math.floor((world.now() - redis.startedMs) / 1000);
  const keys = world.keyspace.keys();
  const expiring = keys.filter((key) => world.keyspace.get(key)?.expiresAtMs !== undefined).length;
  const used = 2_400_000 + keys.reduce((sum, key) => sum + (world.keyspace.get(key)?.bytes ?? 0), 0);
  const cold = Math.max(world.strength('cache-cold'), 0);
  const hits = Math.round(86_400 * 390 * (1 - 0.1 * cold));
  const sections: Readonly<Record<string, readonly (readonly [string, string | number])[]>> = {
    Server: [
      ['redis_version', '7.2.5'],
      ['redis_mode', 'standalone'],
      ['os', 'Linux'],
      ['process_id', 1],
      ['run_id', redis.runId],
      ['tcp_port', redis.port],
      ['uptime_in_seconds', uptime],
      ['uptime_in_days', Math.floor(uptime / 86_400)],
    ],
    Clients: [
      ['connected_clients', redis.clients.size],
      ['cluster_connections', 0],
      ['maxclients', redis.config.get('maxclients') ?? '10000'],
      ['blocked_clients', 0],
    ],
    Memory: [
      ['used_memory', used],
      ['used_memory_human', `${(used / 1024 / 1024).toFixed(2)}M`],
      ['maxmemory', redis.config.get('maxmemory') ?? '0'],
      ['maxmemory_policy', redis.config.get('maxmemory-policy') ?? 'noeviction'],
      ['mem_fragmentation_ratio', '1.18'],
    ],
    Persistence: [
      ['loading', world.redisWireFault() === 'loading' ? 1 : 0],
      ['rdb_last_bgsave_status', 'ok'],
      ['aof_enabled', 0],
    ],
    Stats: [
      ['total_connections_received', redis.counts.connections],
      ['total_commands_processed', redis.counts.commands],
      ['instantaneous_ops_per_sec', 410],
      ['rejected_connections', 0],
      ['expired_keys', 0],
      ['evicted_keys', 0],
      ['keyspace_hits', hits],
      ['keyspace_misses', Math.round(hits * 0.046)],
    ],
    Replication: [
      ['role', 'master'],
      ['connected_slaves', 0],
    ],
    Commandstats: [...redis.calls].map(
      ([name, calls]) =>
        [`cmdstat_${name}`, `calls=${calls},usec=${calls},usec_per_call=1.00,rejected_calls=0,failed_calls=0`] as const,
    ),
    Keyspace: keys.length === 0 ? [] : [['db0', `keys=${keys.length},expires=${expiring},avg_ttl=1402113`]],
  };
  const wanted = new Set(asked.map((section) => section.toLowerCase()));
  const everything = wanted.size === 0 || ['default', 'all', 'everything'].some((word) => wanted.has(word));
  return Object.entries(sections)
    .filter(([name]) =>
      name === 'Commandstats'
        ? ['commandstats', 'all', 'everything'].some((word) => wanted.has(word))
        : everything || wanted.has(name.toLowerCase()),
    )
    .map(([name, lines]) => `# ${name}\r\n${lines.map(([key, value]) => `${key}:${value}\r\n`).join('')}`)
    .join('\r\n');
}

const policies = [
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'noeviction',
];
const whole = /^-?\d+$/;
const accepts: Readonly<Record<string, (value: string) => string | undefined>> = {
  'maxmemory-policy': (value) =>
    policies.includes(value.toLowerCase())
      ? undefined
      : `argument(s) must be one of the following: ${policies.join(', ')}`,
  maxmemory: (value) => (/^\d+([kmg]b?)?$/i.test(value) ? undefined : 'argument must be a memory value'),
  maxclients: (value) => (whole.test(value) ? undefined : "argument couldn't be parsed into an integer"),
  'slowlog-log-slower-than': (value) => (whole.test(value) ? undefined : "argument couldn't be parsed into an integer"),
  'slowlog-max-len': (value) => (whole.test(value) ? undefined : "argument couldn't be parsed into an integer"),
  'latency-monitor-threshold': (value) =>
    whole.test(value) ? undefined : "argument couldn't be parsed into an integer",
};

/** CONFIG GET pattern… and CONFIG SET name value…; a set with one bad pair changes nothing. */
export function configCommand(redis: RedisServer, [what = '', ...rest]: readonly string[]): Reply {
  switch (what.toUpperCase()) {
    case 'GET': {
      const tests = rest.map((pattern) => globTest(pattern.toLowerCase()));
      const found = [...redis.config].filter(([name]) => tests.some((test) => test(name)));
      return map(found.map(([name, value]) => [name, bulk(value)] as const));
    }
    case 'SET': {
      const pairs: [string, string][] = [];
      for (let at = 0; at < rest.length; at += 2) {
        const name = (rest[at] ?? '').toLowerCase();
        const value = rest[at + 1];
        const check = accepts[name];
        if (value === undefined || !check)
          return failure(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`);
        const wrong = check(value);
        if (wrong) return failure(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${wrong}`);
        pairs.push([name, value]);
      }
      for (const [name, value] of pairs) redis.config.set(name, value);
      return ok;
    }
    case 'RESETSTAT':
      return ok;
    default:
      return failure(`ERR unknown subcommand '${what}'. Try CONFIG HELP.`);
  }
}
