// The Redis commands that operators and bots use, run on the world's keys.

import { configCommand, infoText } from './redis-info.ts';
import { scan, setTtl, timeToLive } from './redis-keys.ts';
import { type RedisClient, type RedisServer, unknownSubcommand } from './redis-server.ts';
import { authenticate, clientCommand, hello } from './redis-session.ts';
import { latency, slowLog } from './redis-slowness.ts';
import { bulk, failure, integer, list, map, nothing, ok, type Reply, status } from './resp.ts';

const writes = new Set(['SET', 'DEL', 'UNLINK', 'FLUSHDB', 'FLUSHALL', 'EXPIRE', 'PEXPIRE', 'PERSIST']);
const beforeAuth = new Set(['AUTH', 'HELLO', 'QUIT']);

/** True for commands that change keys. */
export function isWrite(words: readonly string[]): boolean {
  return writes.has((words[0] ?? '').toUpperCase());
}

/** Runs one command for one client; refusals are error replies, as the real server words them. */
export function runCommand(redis: RedisServer, client: RedisClient, words: readonly string[]): Reply {
  const name = (words[0] ?? '').toUpperCase();
  const args = words.slice(1);
  redis.counts.commands += 1;
  client.lastMs = redis.world.now();
  client.lastCommand = name.toLowerCase();
  if (!client.mayTalk && !beforeAuth.has(name)) return failure('NOAUTH Authentication required.');
  const command = commands[name];
  if (!command) {
    const shown = args.map((arg) => `'${arg.slice(0, 128)}'`).join(' ');
    return failure(`ERR unknown command '${words[0]}', with args beginning with: ${shown}`);
  }
  if (args.length < command.least) return failure(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  return command.run(redis, client, args);
}

interface Command {
  /** How many arguments it needs. */
  readonly least: number;
  readonly run: (redis: RedisServer, client: RedisClient, args: readonly string[]) => Reply;
}

const commands: Readonly<Record<string, Command>> = {
  PING: { least: 0, run: (_redis, _client, [text]) => (text === undefined ? status('PONG') : bulk(text)) },
  ECHO: { least: 1, run: (_redis, _client, [text = '']) => bulk(text) },
  QUIT: { least: 0, run: () => ok },
  TIME: {
    least: 0,
    run({ world }) {
      const ms = world.now();
      return list([bulk(String(Math.floor(ms / 1_000))), bulk(String(Math.floor((ms % 1_000) * 1_000)))]);
    },
  },
  AUTH: {
    least: 1,
    run: (redis, client, args) => authenticate(redis, client, args.length > 1 ? args : ['default', ...args]),
  },
  HELLO: { least: 0, run: hello },
  SELECT: {
    least: 1,
    run(redis, client, [index = '']) {
      const db = Number(index);
      if (!Number.isInteger(db)) return failure('ERR value is not an integer or out of range');
      if (db < 0 || db >= Number(redis.config.get('databases'))) return failure('ERR DB index is out of range');
      client.db = db;
      return ok;
    },
  },
  CLIENT: { least: 1, run: clientCommand },
  INFO: { least: 0, run: (redis, _client, sections) => bulk(infoText(redis, sections)) },
  CONFIG: { least: 1, run: (redis, _client, args) => configCommand(redis, args) },
  SLOWLOG: { least: 1, run: slowLog },
  LATENCY: { least: 1, run: latency },
  DBSIZE: { least: 0, run: (redis, client) => integer(redis.world.keyspace.keys(client.db).length) },
  SCAN: { least: 1, run: (redis, client, args) => scan(redis.world.keyspace, client.db, args) },
  TTL: { least: 1, run: (redis, client, [key = '']) => integer(timeToLive(redis.world, client.db, key, 1000)) },
  PTTL: { least: 1, run: (redis, client, [key = '']) => integer(timeToLive(redis.world, client.db, key, 1)) },
  EXPIRE: { least: 2, run: (redis, client, args) => setTtl(redis.world.keyspace, client.db, args, 1000) },
  PEXPIRE: { least: 2, run: (redis, client, args) => setTtl(redis.world.keyspace, client.db, args, 1) },
  PERSIST: {
    least: 1,
    run(redis, client, [key = '']) {
      const had = redis.world.keyspace.get(key, client.db)?.expiresAtMs !== undefined;
      return integer(had && redis.world.keyspace.expire(key, undefined, client.db) ? 1 : 0);
    },
  },
  TYPE: {
    least: 1,
    run: (redis, client, [key = '']) => status(redis.world.keyspace.get(key, client.db)?.type ?? 'none'),
  },
  EXISTS: {
    least: 1,
    run: (redis, client, keys) => integer(keys.filter((key) => redis.world.keyspace.get(key, client.db)).length),
  },
  GET: {
    least: 1,
    run(redis, client, [key = '']) {
      const stored = redis.world.keyspace.get(key, client.db);
      if (!stored) return nothing;
      if (stored.type !== 'string') return failure('WRONGTYPE Operation against a key holding the wrong kind of value');
      return bulk(stored.value);
    },
  },
  SET: {
    least: 2,
    run(redis, client, [key = '', value = '', unit, amount]) {
      if (unit !== undefined && !/^(ex|px)$/i.test(unit)) return failure('ERR syntax error');
      const ttlMs = unit === undefined ? undefined : Number(amount) * (unit.toLowerCase() === 'ex' ? 1000 : 1);
      if (ttlMs !== undefined && !(ttlMs > 0)) return failure("ERR invalid expire time in 'set' command");
      redis.world.keyspace.set(key, value, ttlMs, client.db);
      return ok;
    },
  },
  DEL: { least: 1, run: (redis, client, keys) => integer(redis.world.keyspace.remove(keys, client.db)) },
  UNLINK: { least: 1, run: (redis, client, keys) => integer(redis.world.keyspace.remove(keys, client.db)) },
  FLUSHDB: {
    least: 0,
    run(redis, client, [mode]) {
      if (mode !== undefined && !/^(a?sync)$/i.test(mode)) return failure('ERR syntax error');
      redis.world.keyspace.flush(client.db);
      return ok;
    },
  },
  MEMORY: {
    least: 1,
    run(redis, client, [what = '', key = '']) {
      if (what.toUpperCase() === 'DOCTOR') return bulk('Sam, I detected no issues in this Redis instance.');
      if (what.toUpperCase() !== 'USAGE') return unknownSubcommand('MEMORY', what);
      const stored = redis.world.keyspace.get(key, client.db);
      return stored ? integer(stored.bytes) : nothing;
    },
  },
  ACL: {
    least: 1,
    run: (_redis, _client, [what = '']) =>
      what.toUpperCase() === 'WHOAMI' ? bulk('default') : unknownSubcommand('ACL', what),
  },
  ROLE: { least: 0, run: () => list([bulk('master'), integer(0), list([])]) },
  COMMAND: {
    least: 0,
    run(_redis, _client, [what = '']) {
      if (what.toUpperCase() === 'COUNT') return integer(Object.keys(commands).length);
      return what.toUpperCase() === 'DOCS' ? map([]) : list([]);
    },
  },
};
