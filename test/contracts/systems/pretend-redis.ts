// A server that speaks as much of the Redis protocol as the checks ask, or fails as Redis does.

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

export const redisFaults = [
  'hang',
  'trickle',
  'wrong-password',
  'no-password',
  'not-permitted',
  'loading',
  'too-many-clients',
  'no-redis',
  'cut',
] as const;
export type RedisFault = (typeof redisFaults)[number];

const info = [
  'connected_clients:12',
  'blocked_clients:1',
  'maxclients:100',
  'used_memory:1200000',
  'maxmemory:4000000',
  'maxmemory_policy:allkeys-lru',
  'evicted_keys:3',
  'rejected_connections:2',
].join('\r\n');

export interface PretendRedis {
  readonly port: number;
  behave(how: 'well' | RedisFault): void;
  /** What happens before the nth PING is answered, counted from 1 on; resolves when the answer may go. */
  beforePing(wait: (nth: number) => Promise<void>): void;
  stop(): Promise<void>;
}

export async function startPretendRedis(password: string): Promise<PretendRedis> {
  let how: 'well' | RedisFault = 'well';
  let wait: (nth: number) => Promise<void> = async () => undefined;
  let pings = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (how === 'cut') socket.destroy();
    if (how === 'too-many-clients') socket.end('-ERR max number of clients reached\r\n');
    socket.on('data', (data) => {
      for (const words of commandsIn(data.toString('utf8'))) {
        if (how === 'well' && words[0]?.toLowerCase() === 'ping') {
          pings += 1;
          wait(pings).then(() => reply(socket, words, how, password));
        } else reply(socket, words, how, password);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    behave(next) {
      how = next;
    },
    beforePing(next) {
      wait = next;
      pings = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Commands arrive as `*2\r\n$4\r\nINFO\r\n$7\r\nclients\r\n`, several in one piece. */
function commandsIn(text: string): readonly (readonly string[])[] {
  return text
    .split(/^\*\d+\r\n/m)
    .filter((part) => part !== '')
    .map((part) => part.split('\r\n').filter((line, index) => line !== '' && index % 2 === 1));
}

function reply(socket: Socket, words: readonly string[], how: 'well' | RedisFault, password: string): void {
  const [command = '', first = ''] = words.map((word) => word.toLowerCase());
  switch (how) {
    case 'hang':
    case 'cut':
    case 'too-many-clients':
      return;
    case 'trickle': {
      socket.write('$100000\r\n');
      const timer = setInterval(() => socket.write('x'), 50);
      socket.on('close', () => clearInterval(timer));
      return;
    }
    case 'wrong-password':
      socket.write(
        command === 'auth'
          ? '-WRONGPASS invalid username-password pair or user is disabled.\r\n'
          : '-NOAUTH Authentication required.\r\n',
      );
      return;
    case 'no-password':
      socket.write(command === 'auth' ? '+OK\r\n' : '-NOAUTH Authentication required.\r\n');
      return;
    case 'not-permitted':
      // A careless proxy repeats what it was sent.
      socket.write(
        command === 'auth' ? '+OK\r\n' : `-NOPERM this user (${password}) has no permissions to run '${command}'\r\n`,
      );
      return;
    case 'loading':
      socket.write(command === 'auth' ? '+OK\r\n' : '-LOADING Redis is loading the dataset in memory\r\n');
      return;
    case 'no-redis':
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      return;
    case 'well':
      socket.write(answerTo(command, first));
      return;
  }
}

function answerTo(command: string, first: string): string {
  if (command === 'ping') return '+PONG\r\n';
  if (command === 'info') return `$${info.length}\r\n${info}\r\n`;
  if (command === 'time') return `*2\r\n${bulk(String(Math.floor(Date.now() / 1_000)))}${bulk('0')}`;
  if (command === 'config' && first === 'get') return `*2\r\n${bulk('slowlog-log-slower-than')}${bulk('10000')}`;
  if (command === 'slowlog') {
    const at = Math.floor(Date.now() / 1_000) - 60;
    const words = `*3\r\n${bulk('KEYS')}${bulk('<!channel> *')}${bulk('value')}`;
    return `*1\r\n*6\r\n:1\r\n:${at}\r\n:25000\r\n${words}${bulk('127.0.0.1:1')}${bulk('')}`;
  }
  return '+OK\r\n';
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
