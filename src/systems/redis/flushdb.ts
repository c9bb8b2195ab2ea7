// `redis.flushdb`: empties a database. What is no known cache counts as protected, and so does what was not seen.

import { z } from 'zod';
import type { Preview, PreviewRow } from '../../core/action/port.ts';
import { done, refused } from '../../core/fault.ts';
import { spellValue } from '../../core/spell.ts';
import { defineAction } from '../action-kind.ts';
import type { RedisConfig } from './config.ts';
import { type PrefixFound, type Survey, survey } from './survey.ts';
import { prefix, ttlWords } from './unlink-prefixes.ts';
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

const params = z.strictObject({
  /** Prefixes that hold nothing but cache, or what may be lost. */
  cache: z.array(prefix).default([]),
  /** Prefixes of state, each with what it is; those of systems.redis.protectedPrefixes come beside them. */
  protected: z.record(prefix, z.string().min(1)).default({}),
  /** A database with more keys than this is not the one that somebody means to empty. */
  maxKeys: z.int().min(1).default(1_000_000),
});

type Params = z.output<typeof params>;

/** A key count may have grown by this share since it was shown. */
const mayGrowBy = 0.2;

export const flushdb = defineAction(params, {
  configured: (config: RedisConfig) => config.actionsUrl !== undefined,

  async preview(config: RedisConfig, about, { signal }) {
    const read = await withWriter(config, 'SCAN', signal, async (redis) => ({
      facts: await serverFacts(redis, config),
      size: await redis.dbsize(),
      found: await survey(redis, prefixesOf(config, about)),
    }));
    if (!read.ok) return refusedBecause(read.failure);
    const { facts, size, found } = read.value;
    const unfit = unfitServer(config, facts);
    if (unfit !== undefined) return unfit;
    if (size > about.maxKeys) {
      return refused({
        whose: 'person',
        code: 'too-many-keys',
        message: `${targetOf(config)} holds ${spellValue(size, 'count')} keys, and more than ${spellValue(about.maxKeys, 'count')} are not flushed from here.`,
        remedy: 'Check that this is the right database; the runbook sets the limit (maxKeys).',
      });
    }
    if (size === 0)
      return refused({ whose: 'person', code: 'nothing-to-do', message: 'The database is empty already.' });
    return done(previewOf(config, about, { facts, size, found }));
  },

  async perform(config, _about, { signal }) {
    const before = await withWriter(config, 'DBSIZE', signal, (redis) => redis.dbsize());
    const answer = await withWriter(config, 'FLUSHDB ASYNC', signal, (redis) => redis.flushdb('ASYNC'));
    if (!answer.ok) return writeFailure(answer);
    const count = before.ok ? spellKeys(before.value) : 'all keys';
    return { kind: 'succeeded', summary: `deleted ${count}` };
  },

  /** Whoever writes to the database now hides what was there: the evidence is shown, and a person decides. */
  async look(config, _about, { signal, shown }) {
    const read = await withWriter(config, 'DBSIZE', signal, async (redis) => ({
      size: await redis.dbsize(),
      calls: (await redis.info('commandstats')).match(/cmdstat_flushdb:calls=(\d+)/)?.[1] ?? '0',
    }));
    if (!read.ok) return { kind: 'unclear', summary: read.failure.detail };
    const before = shown.facts.find((fact) => fact.name === 'keys')?.value ?? 'not known';
    const { size, calls } = read.value;
    const summary = `${spellValue(size, 'count')} keys now, ${before} before; ${calls} FLUSHDB since the server started`;
    return { kind: 'unclear', summary };
  },
});

function prefixesOf(config: RedisConfig, about: Params): readonly string[] {
  return [...about.cache, ...Object.keys(about.protected), ...config.protectedPrefixes];
}

function previewOf(
  config: RedisConfig,
  about: Params,
  { facts, size, found }: { readonly facts: Preview['facts']; readonly size: number; readonly found: Survey },
): Preview {
  const rows = found.prefixes.map((one) => rowOf(config, about, one));
  const kept = rows.filter((row) => row.protected === true).map((row) => row.label);
  const bytes = found.prefixes.reduce((sum, one) => sum + one.bytes, 0);
  const counted = `${spellKeys(size)}, about ${spellValue(bytes, 'bytes')}`;
  return {
    target: targetOf(config),
    typed: typedOf('FLUSHDB', config),
    call: 'FLUSHDB ASYNC',
    summary: `FLUSHDB on ${targetOf(config)}, a master, deletes ${counted}. It cannot be undone.`,
    risk: 'destructive',
    protectedPresent: kept.length > 0 || !found.complete,
    facts: [
      ...facts,
      { name: 'protected prefixes', value: kept.toSorted().join(' ') || 'none' },
      { name: 'keys', value: size, mayGrowBy },
    ],
    // What must not be lost is read first.
    rows: rows.toSorted((a, b) => Number(b.protected === true) - Number(a.protected === true)),
    notes: [
      ...(found.complete
        ? []
        : [
            `Only ${spellValue(found.keys, 'count')} of ${spellValue(size, 'count')} keys were looked at, so protected data counts as present.`,
          ]),
      'No key expires by it: whoever waits for an expiry, such as a pending escalation to a human, is never told.',
    ],
  };
}

function rowOf(config: RedisConfig, about: Params, { prefix: name, keys, withoutTtl, bytes }: PrefixFound): PreviewRow {
  const what = about.protected[name] ?? (config.protectedPrefixes.includes(name) ? 'state' : undefined);
  const isCache = what === undefined && about.cache.includes(name);
  const kind = what ?? (isCache ? 'cache' : 'not known to be cache');
  return {
    label: name.endsWith(':') ? `${name}*` : name,
    amount: spellValue(keys, 'count'),
    note: `${kind}, ${ttlWords(withoutTtl)}, about ${spellValue(bytes, 'bytes')}`,
    ...(isCache ? {} : { protected: true }),
  };
}
