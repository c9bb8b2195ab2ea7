// `redis.slowlog`: commands that took long lately. Of what they carried only the command and its first argument are shown.

import type { Redis } from 'ioredis';
import { z } from 'zod';
import { spellDuration } from '../../core/duration.ts';
import type { Row } from '../../core/observation.ts';
import { spellValue } from '../../core/spell.ts';
import { holdAgainst } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import { oneLine } from '../failure.ts';
import { type Statement, sayValue, unmeasured } from '../statement.ts';
import { infoOf, numberIn, settingOf } from './info.ts';
import { addressOf, type RedisDeps, withRedis } from './session.ts';

const params = z.strictObject({
  /** How many entries to show, slowest first. */
  count: z.int().min(1).max(50).default(10),
  /** Only entries of the last minutes; without it all that Redis still keeps. */
  sinceMinutes: z.number().positive().optional(),
});

/** Redis keeps 128 entries unless told otherwise. */
const entriesRead = 128;

interface Entry {
  readonly atMs: number;
  readonly tookMs: number;
  readonly command: string;
}

export const slowlog = defineCheck(params, async (deps: RedisDeps, call, given): Promise<Statement> => {
  const source = { system: 'redis', query: `SLOWLOG GET ${entriesRead} on ${addressOf(deps)}` };
  const answer = await withRedis(deps, 'SLOWLOG GET', call.signal, async (redis) => {
    const entries: unknown = await redis.slowlog('GET', entriesRead);
    const threshold = await settingOf(redis, 'slowlog-log-slower-than');
    return { entries, threshold: threshold === undefined ? undefined : Number(threshold), nowMs: await timeOf(redis) };
  });
  if (!answer.ok) return unmeasured(answer.failure, { source });
  const { entries, threshold, nowMs } = answer.value;
  if (threshold !== undefined && threshold < 0)
    return unmeasured(
      {
        reason: 'no_data',
        detail: 'redis: SLOWLOG is switched off (slowlog-log-slower-than is negative), so nothing is recorded',
        remedy: 'Set slowlog-log-slower-than, for example to 10000 microseconds.',
      },
      { source },
    );

  if (threshold === undefined && Array.isArray(entries) && entries.length === 0)
    return unmeasured(
      {
        reason: 'no_data',
        detail: 'redis: SLOWLOG is empty, and this account may not read whether it is switched on',
        remedy: 'Grant the account config|get, as deploy/redis/accounts.conf does.',
      },
      { source },
    );

  const since = given.sinceMinutes === undefined ? 0 : nowMs - given.sinceMinutes * 60_000;
  const found = (Array.isArray(entries) ? entries : []).flatMap(entryOf).filter((entry) => entry.atMs >= since);
  const slowest = [...found].sort((a, b) => b.tookMs - a.tookMs);
  const slowestMs = slowest[0]?.tookMs ?? 0;
  const asTime = call.unit === 'ms' || call.unit === 's';
  const unit = asTime ? call.unit : 'count';
  const value = asTime ? (call.unit === 's' ? slowestMs / 1_000 : slowestMs) : found.length;
  const readings = holdAgainst(value, call.limits);
  const span = given.sinceMinutes === undefined ? 'kept by Redis' : `in ${spellDuration(given.sinceMinutes * 60_000)}`;
  const worst = found.length === 0 ? '' : `, slowest ${spellValue(slowestMs, 'ms')}`;
  return {
    kind: 'measured',
    source,
    measurement: { value, unit },
    readings,
    summary: `${sayValue(value, unit, readings)}${asTime ? ': ' : ' '}${asTime ? `${found.length} ` : ''}slow commands ${span}${worst}`,
    rows: slowest.slice(0, given.count).map(
      (entry): Row => ({
        label: entry.command,
        measurement: { value: entry.tookMs, unit: 'ms' },
        verdict: 'ok',
        note: `${spellDuration(Math.max(0, nowMs - entry.atMs))} ago`,
      }),
    ),
    rowsCut: Math.max(0, slowest.length - given.count),
    notes: [
      ...(threshold === undefined ? [] : [`recorded from ${spellValue(threshold / 1_000, 'ms')} on`]),
      ...(found.length >= entriesRead ? ['the log is full: there may have been more'] : []),
    ],
    facts: { entries: found.length, slowestMs },
  };
});

/** Epoch ms by the server's own clock. From Redis 6.2 on INFO names it, which a read-only account may ask without TIME. */
async function timeOf(redis: Redis): Promise<number> {
  const microseconds = numberIn(await infoOf(redis, 'server'), 'server_time_usec');
  return microseconds === undefined ? Number((await redis.time())[0]) * 1_000 : microseconds / 1_000;
}

/** `[id, seconds, microseconds, [command, …], client, name]`. Later arguments may be values and are left out. */
function entryOf(entry: unknown): readonly Entry[] {
  if (!Array.isArray(entry)) return [];
  const [, seconds, microseconds, words] = entry as readonly unknown[];
  if (typeof seconds !== 'number' || typeof microseconds !== 'number' || !Array.isArray(words)) return [];
  const command = words.slice(0, 2).map((word) => oneLine(String(word), 60));
  const more = words.length > 2 ? ' …' : '';
  return [{ atMs: seconds * 1_000, tookMs: microseconds / 1_000, command: `${command.join(' ')}${more}` }];
}
