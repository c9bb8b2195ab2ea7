// `redis.maxmemory-policy`: what Redis evicts when it is full. The prior value puts it back.

import { z } from 'zod';
import type { Preview } from '../../core/action/port.ts';
import { done, refused } from '../../core/fault.ts';
import { spellValue } from '../../core/spell.ts';
import { defineAction } from '../action-kind.ts';
import type { RedisConfig } from './config.ts';
import { infoOf, numberIn, settingOf } from './info.ts';
import { refusedBecause, serverFacts, targetOf, typedOf, unfitServer, withWriter, writeFailure } from './writing.ts';

const policies = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
] as const;

const params = z.strictObject({ policy: z.enum(policies) });
const setting = 'maxmemory-policy';

export const maxmemoryPolicy = defineAction(params, {
  configured: (config: RedisConfig) => config.actionsUrl !== undefined,

  async preview(config: RedisConfig, { policy }, { signal }) {
    const read = await withWriter(config, `CONFIG GET ${setting}`, signal, async (redis) => ({
      now: await settingOf(redis, setting),
      memory: await infoOf(redis, 'memory'),
      facts: await serverFacts(redis, config),
    }));
    if (!read.ok) return refusedBecause(read.failure);
    const { now, memory, facts } = read.value;
    const unfit = unfitServer(config, facts);
    if (unfit !== undefined) return unfit;
    if (now === undefined) {
      return refused({
        whose: 'system',
        code: 'config-refused',
        message: 'Redis does not let this account read its settings, so the prior value is not known.',
        remedy: 'Grant config|get and config|set to the account for actions; managed services have no CONFIG.',
      });
    }
    if (now === policy) {
      return refused({
        whose: 'person',
        code: 'nothing-to-do',
        message: `${setting} is ${policy} already, so there is nothing to change.`,
      });
    }
    return done(previewOf(config, { now, policy, facts, memory }));
  },

  async perform(config, { policy }, { signal }) {
    const answer = await withWriter(config, `CONFIG SET ${setting} ${policy}`, signal, (redis) =>
      redis.config('SET', setting, policy),
    );
    if (!answer.ok) return writeFailure(answer);
    return { kind: 'succeeded', summary: `${setting} is ${policy} now` };
  },

  async look(config, { policy }, { signal, shown }) {
    const read = await withWriter(config, `CONFIG GET ${setting}`, signal, (redis) => settingOf(redis, setting));
    if (!read.ok) return { kind: 'unclear', summary: read.failure.detail };
    const before = shown.facts.find((fact) => fact.name === setting)?.value;
    if (read.value === policy) return { kind: 'applied', summary: `${setting} is ${policy}` };
    if (read.value === before) return { kind: 'not-applied', summary: `${setting} is still ${before}` };
    return {
      kind: 'unclear',
      summary: `${setting} is ${read.value ?? 'not readable'}, neither the old nor the new value`,
    };
  },
});

function previewOf(
  config: RedisConfig,
  found: {
    readonly now: string;
    readonly policy: (typeof policies)[number];
    readonly facts: Preview['facts'];
    readonly memory: ReadonlyMap<string, string>;
  },
): Preview {
  const { now, policy, facts, memory } = found;
  const maximum = numberIn(memory, 'maxmemory') ?? 0;
  const used = spellValue(numberIn(memory, 'used_memory') ?? 0, 'bytes');
  return {
    target: targetOf(config),
    typed: typedOf('CONFIG', config),
    call: `CONFIG SET ${setting} ${policy}`,
    summary: `Sets ${setting} of ${targetOf(config)} from ${now} to ${policy}; the old value can be put back.`,
    risk: 'risky',
    protectedPresent: false,
    facts: [...facts, { name: setting, value: now }],
    undo: {
      system: 'redis',
      kind: 'maxmemory-policy',
      params: { policy: now },
      title: `Put ${setting} back to ${now}`,
    },
    rows: [
      { label: setting, amount: `${now} → ${policy}` },
      {
        label: 'memory',
        amount: maximum > 0 ? `${used} of ${spellValue(maximum, 'bytes')}` : `${used}, no maximum set`,
      },
    ],
    notes: [
      ...(policy.startsWith('volatile-')
        ? [
            'It changes no TTL. Only keys with a TTL are evicted then: caches, but also approvals and timers of human decisions.',
          ]
        : []),
      ...(maximum === 0 ? ['maxmemory is not set, so nothing is evicted whatever the policy says.'] : []),
    ],
  };
}
