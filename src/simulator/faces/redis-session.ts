// Redis commands about the connection itself: AUTH, HELLO and CLIENT.
import { type RedisClient, type RedisServer, unknownSubcommand } from './redis-server.ts';
import { bulk, failure, integer, list, map, nothing, ok, type Reply } from './resp.ts';

export function authenticate(
  redis: RedisServer,
  client: RedisClient,
  [user = '', password = '']: readonly string[],
): Reply {
  if (redis.password === undefined)
    return failure(
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
    );
  if (user !== 'default' || password !== redis.password)
    return failure('WRONGPASS invalid username-password pair or user is disabled.');
  client.mayTalk = true;
  return ok;
}

export function hello(redis: RedisServer, client: RedisClient, args: readonly string[]): Reply {
  const [wanted = String(client.version), ...options] = args;
  if (wanted !== '2' && wanted !== '3') return failure('NOPROTO unsupported protocol version');
  const auth = options.findIndex((option) => option.toUpperCase() === 'AUTH');
  if (auth !== -1) {
    const refused = authenticate(redis, client, options.slice(auth + 1, auth + 3));
    if (refused.kind === 'error') return refused;
  }
  if (!client.mayTalk)
    return failure(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
  const named = options.findIndex((option) => option.toUpperCase() === 'SETNAME');
  if (named !== -1) client.name = options[named + 1] ?? '';
  client.version = wanted === '3' ? 3 : 2;
  return map([
    ['server', bulk('redis')],
    ['version', bulk('7.2.5')],
    ['proto', integer(client.version)],
    ['id', integer(client.id)],
    ['mode', bulk('standalone')],
    ['role', bulk('master')],
    ['modules', list([])],
  ]);
}

export function clientCommand(redis: RedisServer, client: RedisClient, [what = '', ...rest]: readonly string[]): Reply {
  const line = (of: RedisClient) => {
    const age = Math.floor((redis.world.now() - of.connectedMs) / 1000);
    const idle = Math.floor((redis.world.now() - of.lastMs) / 1000);
    return `id=${of.id} addr=${of.address} laddr=127.0.0.1:${redis.port} fd=${of.id + 7} name=${of.name} age=${age} idle=${idle} flags=N db=${of.db} sub=0 psub=0 ssub=0 multi=-1 cmd=${of.lastCommand} user=default redir=-1 resp=${of.version} lib-name=${of.library} lib-ver=${of.libraryVersion}\n`;
  };
  switch (what.toUpperCase()) {
    case 'SETNAME':
      client.name = rest[0] ?? '';
      return ok;
    case 'GETNAME':
      return client.name === '' ? nothing : bulk(client.name);
    case 'SETINFO':
      if (rest[0]?.toUpperCase() === 'LIB-NAME') client.library = rest[1] ?? '';
      else if (rest[0]?.toUpperCase() === 'LIB-VER') client.libraryVersion = rest[1] ?? '';
      else return failure(`ERR Unrecognized option '${rest[0] ?? ''}'`);
      return ok;
    case 'ID':
      return integer(client.id);
    case 'INFO':
      return bulk(line(client));
    case 'LIST':
      return bulk([...redis.clients].map(line).join(''));
    default:
      return unknownSubcommand('CLIENT', what);
  }
}
