// Redis commands over many keys or their times: SCAN, TTL, EXPIRE.
import { nameNumber } from '../world/chance.ts';
import type { Keyspace } from '../world/keyspace.ts';
import type { World } from '../world/world.ts';
import { bulk, failure, integer, list, type Reply, texts } from './resp.ts';

/**
 * SCAN cursor [MATCH pattern] [COUNT n] [TYPE type]. The cursor is a place in the order of the keys' hashes, so keys that
 * are deleted while a scan runs never make it skip one that stays.
 */
export function scan(keyspace: Keyspace, db: number, [cursor = '0', ...options]: readonly string[]): Reply {
  const option = (name: string) => {
    const at = options.findIndex((word, index) => index % 2 === 0 && word.toUpperCase() === name);
    return at === -1 ? undefined : options[at + 1];
  };
  const from = Number(cursor);
  const count = Number(option('COUNT') ?? 10);
  if (!Number.isInteger(from) || from < 0) return failure('ERR invalid cursor');
  if (!Number.isInteger(count) || count < 1) return failure('ERR syntax error');
  const fits = globTest(option('MATCH') ?? '*');
  const type = option('TYPE')?.toLowerCase();

  const ordered = keyspace
    .keys(db)
    .map((key) => ({ key, place: nameNumber(key) }))
    .filter(({ place }) => place >= from)
    .sort((a, b) => a.place - b.place);
  const last = ordered[Math.min(count, ordered.length) - 1];
  const page = last ? ordered.filter(({ place }) => place <= last.place) : [];
  const next = page.length < ordered.length && last ? last.place + 1 : 0;
  const keys = page
    .map(({ key }) => key)
    .filter((key) => fits(key) && (type === undefined || keyspace.get(key, db)?.type === type));
  return list([bulk(String(next)), texts(keys)]);
}

/** -2: no such key, -1: it never expires; otherwise what is left in units of `unitMs`. */
export function timeToLive(world: World, db: number, key: string, unitMs: number): number {
  const stored = world.keyspace.get(key, db);
  if (!stored) return -2;
  return stored.expiresAtMs === undefined ? -1 : Math.round((stored.expiresAtMs - world.now()) / unitMs);
}

export function setTtl(
  keyspace: Keyspace,
  db: number,
  [key = '', amount = '']: readonly string[],
  unitMs: number,
): Reply {
  const units = Number(amount);
  if (!Number.isInteger(units)) return failure('ERR value is not an integer or out of range');
  return integer(keyspace.expire(key, units * unitMs, db) ? 1 : 0);
}

/** Redis' patterns: `*`, `?`, `[a-c]`, backslash. */
export function globTest(pattern: string): (text: string) => boolean {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at);
    const classEnd = letter === '[' ? pattern.indexOf(']', at + 1) : -1;
    if (letter === '*') source += '.*';
    else if (letter === '?') source += '.';
    else if (classEnd !== -1) {
      source += `[${pattern.slice(at + 1, classEnd).replace(/[\\[]/g, '\\$&')}]`;
      at = classEnd;
    } else {
      if (letter === '\\' && at + 1 < pattern.length) at += 1;
      source += pattern.charAt(at).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    }
  }
  const expression = new RegExp(`^${source}$`, 's');
  return (text) => expression.test(text);
}
