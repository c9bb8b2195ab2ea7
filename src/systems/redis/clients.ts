// `redis.clients`: connections that Redis counts, against its own maximum; not a reading of any connection pool.

import { z } from 'zod';
import { holdAgainst } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import { type Statement, sayValue, unmeasured } from '../statement.ts';
import { infoOf, numberIn, settingOf } from './info.ts';
import { addressOf, type RedisDeps, withRedis } from './session.ts';
import { notRedisInfo, undecidableShare } from './unreadable.ts';

export const clients = defineCheck(z.strictObject({}), async (deps: RedisDeps, call): Promise<Statement> => {
  const source = { system: 'redis', query: `INFO clients on ${addressOf(deps)}` };
  const answer = await withRedis(deps, 'INFO clients', call.signal, async (redis) => {
    const [info, stats] = [await infoOf(redis, 'clients'), await infoOf(redis, 'stats')];
    // INFO names maxclients from Redis 7 on.
    const maximum = numberIn(info, 'maxclients') ?? Number(await settingOf(redis, 'maxclients'));
    return {
      connected: numberIn(info, 'connected_clients'),
      blocked: numberIn(info, 'blocked_clients') ?? 0,
      rejected: numberIn(stats, 'rejected_connections') ?? 0,
      maximum: Number.isFinite(maximum) ? maximum : undefined,
    };
  });
  if (!answer.ok) return unmeasured(answer.failure, { source });
  const { connected, blocked, rejected, maximum } = answer.value;
  if (connected === undefined) return unmeasured(notRedisInfo('INFO clients'), { source });

  const share = maximum === undefined || maximum === 0 ? undefined : (100 * connected) / maximum;
  const asShare = call.unit === '%';
  const value = asShare ? share : connected;
  const unit = asShare ? '%' : 'count';
  const readings =
    value === undefined ? undecidableShare(call.limits, 'maxclients is not known') : holdAgainst(value, call.limits);
  const said = value === undefined ? `${connected} connected` : sayValue(value, unit, readings);
  const counted = `${connected} connected${maximum === undefined ? '' : ` of at most ${maximum}`}, ${blocked} blocked`;
  return {
    kind: 'measured',
    source,
    ...(value === undefined ? {} : { measurement: { value, unit } }),
    readings,
    undecidedRemedy: 'Grant the account config|get, or use Redis 7, whose INFO names maxclients.',
    summary: `${said}: ${counted}`,
    notes: [
      'counts the bot itself, replicas and subscribers; it says nothing about the connection pools of the services',
      ...(rejected > 0 ? [`${rejected} connections refused since Redis started`] : []),
    ],
    facts: { connected, blocked, rejected, ...(maximum === undefined ? {} : { maxclients: maximum }) },
  };
});
