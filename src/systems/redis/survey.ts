// What is in a database, by prefix: counted by SCAN within a budget of time and keys, so that it is safe on a busy server.

import type { Redis } from 'ioredis';

const keysAtMost = 200_000;
const withinMs = 5_000;
const perStep = 1_000;
/** So many keys of each prefix are asked for their TTL and size; the share is an estimate, and said to be one. */
const sampled = 40;

export interface PrefixFound {
  readonly prefix: string;
  readonly keys: number;
  /** Of the sampled keys, the share without a TTL, 0 to 1. */
  readonly withoutTtl: number;
  /** Estimated from the sampled keys. */
  readonly bytes: number;
}

export interface Survey {
  /** Largest first. */
  readonly prefixes: readonly PrefixFound[];
  readonly keys: number;
  /** False when the budget ended before every key was seen. */
  readonly complete: boolean;
}

/**
 * @param known prefixes under which keys are grouped; the longest that matches wins. Others are grouped by their text up to the first colon.
 * @param match a SCAN pattern; absent: all keys
 */
export async function survey(redis: Redis, known: readonly string[], match?: string): Promise<Survey> {
  const groups = new Map<string, { keys: number; sample: string[] }>();
  const longestFirst = known.toSorted((a, b) => b.length - a.length);
  const endsAt = performance.now() + withinMs;
  let keys = 0;
  let cursor = '0';
  do {
    const [next, batch] =
      match === undefined
        ? await redis.scan(cursor, 'COUNT', perStep)
        : await redis.scan(cursor, 'MATCH', match, 'COUNT', perStep);
    cursor = next;
    for (const key of batch) {
      const group = groupOf(groups, longestFirst.find((prefix) => key.startsWith(prefix)) ?? ownPrefix(key));
      group.keys += 1;
      if (group.sample.length < sampled) group.sample.push(key);
    }
    keys += batch.length;
  } while (cursor !== '0' && keys < keysAtMost && performance.now() < endsAt);
  const complete = cursor === '0';
  const prefixes: PrefixFound[] = [];
  for (const [prefix, group] of groups) prefixes.push({ prefix, keys: group.keys, ...(await sampleOf(redis, group)) });
  return { prefixes: prefixes.toSorted((a, b) => b.keys - a.keys), keys, complete };
}

function groupOf(groups: Map<string, { keys: number; sample: string[] }>, prefix: string) {
  const group = groups.get(prefix) ?? { keys: 0, sample: [] };
  groups.set(prefix, group);
  return group;
}

function ownPrefix(key: string): string {
  const colon = key.indexOf(':');
  return colon < 0 ? key : key.slice(0, colon + 1);
}

async function sampleOf(redis: Redis, { keys, sample }: { readonly keys: number; readonly sample: readonly string[] }) {
  const asked = redis.pipeline();
  for (const key of sample) asked.ttl(key).memory('USAGE', key);
  const answers = (await asked.exec()) ?? [];
  const values = answers.map(([error, value]) => (error === null && typeof value === 'number' ? value : undefined));
  const ttls = values.filter((_, index) => index % 2 === 0).filter((ttl) => ttl !== undefined && ttl !== -2);
  const sizes = values.filter((_, index) => index % 2 === 1).filter((size) => size !== undefined);
  const mean = sizes.length === 0 ? 0 : sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return {
    withoutTtl: ttls.length === 0 ? 0 : ttls.filter((ttl) => ttl === -1).length / ttls.length,
    bytes: Math.round(mean * keys),
  };
}
