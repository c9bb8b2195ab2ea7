// Redis as a system of checks and actions.

import type { Clock, Log, System } from '../../core/ports.ts';
import { systemOf } from '../check-kind.ts';
import { redisActions } from './actions.ts';
import { clients } from './clients.ts';
import type { RedisConfig } from './config.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { loadRedis } from './session.ts';
import { slowlog } from './slowlog.ts';

/** Without a config its checks answer `not_configured`. */
export function createRedis(
  config: RedisConfig | undefined,
  given: { readonly clock: Clock; readonly log: Log },
): System {
  return systemOf({
    name: 'redis',
    deps: config,
    checks: { latency, clients, slowlog, memory },
    actions: redisActions,
    clock: given.clock,
    log: given.log,
    prepare: loadRedis,
  });
}
