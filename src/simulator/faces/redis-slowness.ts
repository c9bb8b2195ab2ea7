// Redis commands about slowness: SLOWLOG and LATENCY.
import { type RedisClient, type RedisServer, unknownSubcommand } from './redis-server.ts';
import { bulk, integer, list, map, ok, type Reply, texts } from './resp.ts';

export function slowLog(redis: RedisServer, _client: RedisClient, [what = '', count = '10']: readonly string[]): Reply {
  switch (what.toUpperCase()) {
    case 'LEN':
      return integer(redis.slowLog.length);
    case 'RESET':
      redis.slowLog.length = 0;
      return ok;
    case 'GET': {
      const wanted = Number(count) < 0 ? redis.slowLog : redis.slowLog.slice(0, Number(count));
      return list(
        wanted.map((entry) =>
          list([
            integer(entry.id),
            integer(entry.seconds),
            integer(entry.micros),
            texts(entry.words),
            bulk(entry.address),
            bulk(entry.name),
          ]),
        ),
      );
    }
    default:
      return unknownSubcommand('SLOWLOG', what);
  }
}

export function latency(redis: RedisServer, _client: RedisClient, [what = '']: readonly string[]): Reply {
  const newest = redis.latency.at(-1);
  switch (what.toUpperCase()) {
    case 'LATEST': {
      if (!newest) return list([]);
      const worst = Math.max(...redis.latency.map((event) => event.ms));
      return list([list([bulk('command'), integer(newest.seconds), integer(newest.ms), integer(worst)])]);
    }
    case 'HISTORY':
      return list(redis.latency.slice(-160).map((event) => list([integer(event.seconds), integer(event.ms)])));
    case 'HISTOGRAM':
      return map([]);
    case 'DOCTOR':
      return bulk(
        redis.config.get('latency-monitor-threshold') === '0'
          ? 'I\'m sorry, Dave, I can\'t do that. Latency monitoring is disabled in this Redis instance. You may use "CONFIG SET latency-monitor-threshold <milliseconds>." in order to enable it.'
          : `Dave, I have observed ${redis.latency.length} latency spikes in this Redis instance.`,
      );
    default:
      return unknownSubcommand('LATENCY', what);
  }
}
