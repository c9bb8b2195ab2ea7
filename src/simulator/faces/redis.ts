// The Redis face: one pretend server on the loopback address that real clients can talk to.
import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { setInterval, setTimeout } from 'node:timers';
import type { RedisWireFault } from '../world/faults.ts';
import type { World } from '../world/world.ts';
import { isWrite, runCommand } from './redis-commands.ts';
import type { RedisClient, RedisServer } from './redis-server.ts';
import { createCommandReader, encodeReply, failure, type Reply } from './resp.ts';
import { openWire } from './wire.ts';

export interface RedisFaceOptions {
  readonly world: World;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Without it the server asks for no password. */
  readonly password?: string;
}

export interface RedisFace {
  readonly url: string;
  readonly port: number;
  /** Every command that was run, in order: [name, …arguments]. */
  readonly commands: readonly (readonly string[])[];
  stop(): Promise<void>;
}

const slowCommandMs = 40;
const trickleEveryMs = 500;

/** Starts a Redis 7.2 with one database of keys; deletions reach the world. */
export async function startRedisFace({ world, port, password }: RedisFaceOptions): Promise<RedisFace> {
  const commands: (readonly string[])[] = [];
  const redis: RedisServer = {
    world,
    password,
    runId: randomBytes(20).toString('hex'),
    startedMs: world.now(),
    port: 0,
    clients: new Set(),
    config: new Map([
      ['maxmemory', String(512 * 1024 * 1024)],
      ['maxmemory-policy', 'allkeys-lru'],
      ['maxclients', '10000'],
      ['databases', '16'],
      ['timeout', '0'],
      ['appendonly', 'no'],
      ['save', '3600 1 300 100 60 10000'],
      ['slowlog-log-slower-than', '10000'],
      ['slowlog-max-len', '128'],
      ['latency-monitor-threshold', '0'],
      ['notify-keyspace-events', 'Ex'],
    ]),
    slowLog: [],
    latency: [],
    counts: { commands: 0, connections: 0, slowEntries: 0 },
    calls: new Map(),
  };

  const server = createServer((socket) => {
    redis.counts.connections += 1;
    const client: RedisClient = {
      id: redis.counts.connections,
      address: `${socket.remoteAddress}:${socket.remotePort}`,
      connectedMs: world.now(),
      lastMs: world.now(),
      lastCommand: 'NULL',
      name: '',
      library: '',
      libraryVersion: '',
      db: 0,
      version: 2,
      mayTalk: password === undefined,
    };
    redis.clients.add(client);
    socket.setNoDelay(true);
    socket.on('close', () => redis.clients.delete(client));
    const read = createCommandReader();
    let turn: Promise<void> = Promise.resolve();
    socket.on('data', (bytes) => {
      let arrived: readonly (readonly string[])[];
      try {
        arrived = read(bytes);
      } catch (error) {
        socket.end(encodeReply(failure(`ERR ${error instanceof Error ? error.message : 'Protocol error'}`), 2));
        return;
      }
      for (const words of arrived) turn = turn.then(() => serve(redis, client, socket, words, commands));
    });
  });
  const wire = await openWire(server, world, { port, brokenHow: () => world.redisWireFault(), cutsAtChange: true });
  redis.port = wire.port;
  return {
    url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${wire.port}`,
    port: wire.port,
    commands,
    stop: wire.stop,
  };
}

async function serve(
  redis: RedisServer,
  client: RedisClient,
  socket: Socket,
  words: readonly string[],
  commands: (readonly string[])[],
): Promise<void> {
  if (socket.destroyed) return;
  const fault = redis.world.redisWireFault();
  if (fault === 'hang') return;
  if (fault === 'garbage') {
    socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    return;
  }
  const delayMs = Math.round(slowCommandMs * redis.world.strength('redis-slow'));
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));

  const refused = refusal(fault, words);
  if (!refused) commands.push(words);
  const reply = refused ?? runCommand(redis, client, words);
  const name = statName(words);
  if (!refused) redis.calls.set(name, (redis.calls.get(name) ?? 0) + 1);
  noteSlowness(redis, client, words, delayMs);
  if (fault === 'cut' && isWrite(words)) {
    socket.destroy();
    return;
  }
  const bytes = encodeReply(reply, client.version);
  if (fault === 'trickle') trickle(socket, bytes);
  else socket.write(bytes);
  if (words[0]?.toUpperCase() === 'QUIT') socket.end();
}

/** As Redis names it in its statistics: `flushdb`, `config|set`. */
function statName([command = '', sub = '']: readonly string[]): string {
  const name = command.toLowerCase();
  const hasSubcommands = ['acl', 'client', 'command', 'config', 'latency', 'memory', 'object', 'slowlog'].includes(
    name,
  );
  return hasSubcommands && sub !== '' ? `${name}|${sub.toLowerCase()}` : name;
}

/** What a Redis in a bad state says instead of running the command. */
function refusal(fault: RedisWireFault | undefined, words: readonly string[]): Reply | undefined {
  const command = (words[0] ?? '').toLowerCase();
  const write = isWrite(words);
  switch (fault) {
    case 'noauth':
      return failure('NOAUTH Authentication required.');
    case 'loading':
      return command === 'hello' || command === 'client'
        ? undefined
        : failure('LOADING Redis is loading the dataset in memory');
    case 'noperm':
      return write || command === 'config'
        ? failure(`NOPERM User default has no permissions to run the '${command}' command`)
        : undefined;
    case 'readonly':
      return write ? failure("READONLY You can't write against a read only replica.") : undefined;
    case 'oom':
      return write && command === 'set'
        ? failure("OOM command not allowed when used memory > 'maxmemory'.")
        : undefined;
    default:
      return undefined;
  }
}

function noteSlowness(redis: RedisServer, client: RedisClient, words: readonly string[], tookMs: number): void {
  const threshold = Number(redis.config.get('slowlog-log-slower-than'));
  const seconds = Math.floor(redis.world.now() / 1000);
  if (threshold >= 0 && tookMs * 1000 >= threshold && tookMs > 0) {
    redis.slowLog.unshift({
      id: redis.counts.slowEntries,
      seconds,
      micros: tookMs * 1000,
      words,
      address: client.address,
      name: client.name,
    });
    redis.counts.slowEntries += 1;
    redis.slowLog.length = Math.min(redis.slowLog.length, Number(redis.config.get('slowlog-max-len')));
  }
  const monitored = Number(redis.config.get('latency-monitor-threshold'));
  if (monitored > 0 && tookMs >= monitored) redis.latency.push({ seconds, ms: tookMs });
}

function trickle(socket: Socket, bytes: string): void {
  let sent = 0;
  const timer = setInterval(() => {
    socket.write(bytes.charAt(sent));
    sent += 1;
    if (sent >= bytes.length) clearInterval(timer);
  }, trickleEveryMs);
  socket.on('close', () => clearInterval(timer));
}
