// `redis.unlink-prefixes`: removes the keys of cache prefixes, batch by batch, slowly enough for a busy server, and stoppable.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { PerformCall, Performed } from '../../core/action/port.ts';
import { done, refused } from '../../core/fault.ts';
import { spellValue } from '../../core/spell.ts';
import { defineAction } from '../action-kind.ts';
import type { RedisConfig } from './config.ts';
import { survey } from './survey.ts';
import {
  refusedBecause,
  serverFacts,
  spellKeys,
  targetOf,
  typedOf,
  unfitServer,
  withWriter,
  writeFailure,
} from './writing.ts';

export const prefix = z
  .string()
  .regex(/^[^*?[\]\\\s]+$/, 'Write the beginning of the keys as it is, for example opa: and no pattern.');

const params = z.strictObject({ prefixes: z.array(prefix).min(1, 'Name at least one prefix.') });

const perStep = 500;
/** Between two batches, so that other clients of the server get their turn. */
const pauseMs = 10;

export const unlinkPrefixes = defineAction(params, {
  configured: (config: RedisConfig) => config.actionsUrl !== undefined,

  async preview(config: RedisConfig, { prefixes }, { signal }) {
    const overlap = prefixes.filter((one) =>
      config.protectedPrefixes.some((kept) => one.startsWith(kept) || kept.startsWith(one)),
    );
    if (overlap.length > 0) {
      return refused({
        whose: 'author',
        code: 'protected-prefix',
        message: `${overlap.join(', ')} would take protected keys with it (systems.redis.protectedPrefixes).`,
        remedy: 'Take it out of the action in the runbook, or out of the protected prefixes.',
      });
    }
    const read = await withWriter(config, 'SCAN', signal, async (redis) => ({
      facts: await serverFacts(redis, config),
      found: await Promise.all(prefixes.map((one) => survey(redis, [one], `${one}*`))),
    }));
    if (!read.ok) return refusedBecause(read.failure);
    const { facts, found } = read.value;
    const unfit = unfitServer(config, facts);
    if (unfit !== undefined) return unfit;
    const keys = found.reduce((sum, one) => sum + one.keys, 0);
    const bytes = found.reduce((sum, one) => sum + one.prefixes.reduce((all, { bytes }) => all + bytes, 0), 0);
    const complete = found.every((one) => one.complete);
    if (keys === 0 && complete) {
      return refused({
        whose: 'person',
        code: 'nothing-to-do',
        message: 'No key has one of these prefixes, so there is nothing to remove.',
      });
    }
    const counted = `${complete ? '' : 'at least '}${spellKeys(keys)}, about ${spellValue(bytes, 'bytes')}`;
    return done({
      target: targetOf(config),
      typed: typedOf('UNLINK', config),
      call: `SCAN + UNLINK ${prefixes.map((one) => `${one}*`).join(' ')}`,
      summary: `Removes ${counted} of cache from ${targetOf(config)}. They are read again from their sources; nothing else is touched.`,
      risk: 'risky',
      protectedPresent: false,
      facts: [...facts, { name: 'prefixes', value: prefixes.toSorted().join(' ') }],
      rows: found.map((one, index) => ({
        label: `${prefixes[index]}*`,
        amount: `${one.complete ? '' : 'at least '}${spellValue(one.keys, 'count')}`,
        note: one.keys === 0 ? 'none' : `cache, ${ttlWords(one.prefixes[0]?.withoutTtl ?? 0)}`,
      })),
      notes: complete ? [] : ['The search was cut at its budget: there are more keys than were counted.'],
    });
  },

  async perform(config, { prefixes }, call) {
    let removed = 0;
    const answer = await withWriter(config, 'UNLINK', call.signal, async (redis) => {
      for (const one of prefixes) {
        const stopped = await unlink(redis, one, call, (count) => {
          removed += count;
          call.progress(removed, undefined, `${one}*`);
        });
        if (stopped) return 'stopped' as const;
      }
      return 'done' as const;
    });
    return endOf(answer, removed);
  },

  async look(config, { prefixes }, { signal }) {
    const read = await withWriter(config, 'SCAN', signal, (redis) =>
      Promise.all(prefixes.map((one) => survey(redis, [one], `${one}*`))),
    );
    if (!read.ok) return { kind: 'unclear', summary: read.failure.detail };
    const left = read.value.reduce((sum, one) => sum + one.keys, 0);
    if (left === 0) return { kind: 'applied', summary: 'no key of these prefixes is left' };
    // Some may have gone and come back: a cache fills again.
    return {
      kind: 'unclear',
      summary: `${spellKeys(left)} with these prefixes now; a cache fills again by itself`,
    };
  },
});

/** True when it was asked to stop. */
async function unlink(
  redis: Redis,
  one: string,
  call: PerformCall,
  removed: (count: number) => void,
): Promise<boolean> {
  let cursor = '0';
  do {
    if (call.stopAsked()) return true;
    call.signal.throwIfAborted();
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${one}*`, 'COUNT', perStep);
    cursor = next;
    if (keys.length > 0) removed(await redis.unlink(...keys));
    await sleep(pauseMs);
  } while (cursor !== '0');
  return false;
}

function endOf(answer: Awaited<ReturnType<typeof withWriter<'stopped' | 'done'>>>, removed: number): Performed {
  const count = spellKeys(removed);
  if (answer.ok) {
    return answer.value === 'done'
      ? { kind: 'succeeded', summary: `removed ${count}` }
      : { kind: 'succeeded', stopped: true, summary: `stopped after ${count}; the rest is there` };
  }
  const failure = writeFailure(answer);
  // Once something has gone it is no failure without an effect.
  return removed === 0 ? failure : { kind: 'unknown', summary: `${failure.summary}, after ${count}` };
}

export function ttlWords(withoutTtl: number): string {
  if (withoutTtl === 0) return 'all with TTL';
  return withoutTtl >= 1 ? 'no TTL' : `about ${Math.round(withoutTtl * 100)} % without TTL`;
}
