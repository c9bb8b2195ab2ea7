// `redis.memory`: memory in use against its maximum, the eviction policy and what was evicted.

import { z } from 'zod';
import { spellValue } from '../../core/spell.ts';
import { holdAgainst } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import { oneLine } from '../failure.ts';
import { type Statement, sayValue, unmeasured } from '../statement.ts';
import { infoOf, numberIn } from './info.ts';
import { addressOf, type RedisDeps, withRedis } from './session.ts';
import { notRedisInfo, undecidableShare } from './unreadable.ts';

export const memory = defineCheck(z.strictObject({}), async (deps: RedisDeps, call): Promise<Statement> => {
  const source = { system: 'redis', query: `INFO memory on ${addressOf(deps)}` };
  const answer = await withRedis(deps, 'INFO memory', call.signal, async (redis) => ({
    memory: await infoOf(redis, 'memory'),
    stats: await infoOf(redis, 'stats'),
  }));
  if (!answer.ok) return unmeasured(answer.failure, { source });
  const { memory, stats } = answer.value;
  const used = numberIn(memory, 'used_memory');
  if (used === undefined) return unmeasured(notRedisInfo('INFO memory'), { source });

  const maximum = numberIn(memory, 'maxmemory') ?? 0;
  const policy = oneLine(memory.get('maxmemory_policy') ?? 'not known', 40);
  const evicted = numberIn(stats, 'evicted_keys') ?? 0;
  const asShare = call.unit === '%';
  const value = asShare ? (maximum > 0 ? (100 * used) / maximum : undefined) : used;
  const unit = asShare ? '%' : 'bytes';
  const readings =
    value === undefined ? undecidableShare(call.limits, 'maxmemory is not set') : holdAgainst(value, call.limits);
  const limit = maximum > 0 ? `of ${spellValue(maximum, 'bytes')}` : 'and no maxmemory is set';
  return {
    kind: 'measured',
    source,
    ...(value === undefined ? {} : { measurement: { value, unit } }),
    readings,
    undecidedRemedy: 'Set maxmemory on the server: without it Redis grows until the machine is full.',
    summary: `${value === undefined ? '' : `${sayValue(value, unit, readings)}: `}${spellValue(used, 'bytes')} used ${limit}, policy ${policy}, ${spellValue(evicted, 'count')} keys evicted since start`,
    notes: policy === 'noeviction' && maximum > 0 ? ['policy noeviction: at the maximum every write fails'] : [],
    facts: { usedBytes: used, maxBytes: maximum, policy, evicted },
  };
});
