// What is in the company's Redis: caches that refill themselves, and state that nobody can bring back.
import { populate } from './key-population.ts';

export type KeyType = 'string' | 'hash' | 'list' | 'stream' | 'set' | 'zset';
/** 'cache' comes back by itself; 'timer' is renewed while it lives; 'state' is lost when it is deleted. */
export type KeyClass = 'cache' | 'timer' | 'state';

export interface StoredKey {
  readonly type: KeyType;
  readonly class: KeyClass;
  readonly bytes: number;
  /** For strings only. */
  readonly value: string;
  readonly ttlMs: number | undefined;
  readonly expiresAtMs: number | undefined;
}

export interface Keyspace {
  /** The keys of a database that have not expired, in a stable order; only database 0 has any at first. */
  keys(db?: number): readonly string[];
  /** How many keys are stored; like Redis' DBSIZE it still counts what has expired and nobody has touched. */
  size(db?: number): number;
  get(key: string, db?: number): StoredKey | undefined;
  set(key: string, value: string, ttlMs: number | undefined, db?: number): void;
  /** Sets or, with `undefined`, removes the time to live; false if there is no such key. */
  expire(key: string, ttlMs: number | undefined, db?: number): boolean;
  /** Deletes keys; returns how many there were. Tells the company what it lost. */
  remove(keys: readonly string[], db?: number): number;
  flush(db?: number): void;
  /** Names of state keys that were deleted. */
  lostState(): readonly string[];
  /** Renews what the company's services renew, and refills what they refill. */
  refresh(): void;
}

const refillMs = 60_000;

export interface KeyspaceOptions {
  readonly now: () => number;
  /** Told how large a part (0–1) of the cache entries a deletion took away. */
  readonly onCacheRemoved: (share: number) => void;
}

export function createKeyspace({ now, onCacheRemoved }: KeyspaceOptions): Keyspace {
  const population = populate(now());
  const databases = new Map<number, Map<string, StoredKey>>([[0, new Map(population)]]);
  const cacheSize = [...population.values()].filter((key) => key.class === 'cache').length;
  /** Cache keys waiting to be filled again, with the moment at which it happens. */
  const refills = new Map<string, number>();
  const lost = new Set<string>();
  const database = (db: number) => {
    const known = databases.get(db) ?? new Map<string, StoredKey>();
    databases.set(db, known);
    return known;
  };
  const alive = (key: StoredKey) => key.expiresAtMs === undefined || key.expiresAtMs > now();

  function refresh(): void {
    const at = now();
    const main = database(0);
    for (const [name, key] of main) {
      if (alive(key)) continue;
      if (population.has(name) && key.class !== 'state') main.set(name, renewed(key, at));
      else main.delete(name);
    }
    for (const [name, dueMs] of refills) {
      if (dueMs > at) continue;
      refills.delete(name);
      const original = population.get(name);
      if (original && !main.has(name)) main.set(name, renewed(original, at));
    }
  }

  function remove(names: readonly string[], db: number): number {
    const target = database(db);
    const gone = names.filter((name) => {
      const key = target.get(name);
      return key !== undefined && alive(key) && target.delete(name);
    });
    if (db !== 0) return gone.length;
    const caches = gone.filter((name) => population.get(name)?.class === 'cache');
    for (const [place, name] of caches.entries()) refills.set(name, now() + (refillMs * (place + 1)) / caches.length);
    for (const name of gone) if (population.get(name)?.class === 'state') lost.add(name);
    if (caches.length > 0) onCacheRemoved(caches.length / cacheSize);
    return gone.length;
  }

  return {
    keys(db = 0) {
      refresh();
      return [...database(db)].filter(([, key]) => alive(key)).map(([name]) => name);
    },
    size: (db = 0) => database(db).size,
    get(name, db = 0) {
      const key = database(db).get(name);
      return key && alive(key) ? key : undefined;
    },
    set(name, value, ttlMs, db = 0) {
      const target = database(db);
      const known = target.get(name);
      target.set(name, {
        type: 'string',
        class: known?.class ?? 'timer',
        bytes: 56 + name.length + Buffer.byteLength(value),
        value,
        ttlMs,
        expiresAtMs: ttlMs === undefined ? undefined : now() + ttlMs,
      });
      refills.delete(name);
    },
    expire(name, ttlMs, db = 0) {
      const key = database(db).get(name);
      if (!key || !alive(key)) return false;
      database(db).set(name, { ...key, ttlMs, expiresAtMs: ttlMs === undefined ? undefined : now() + ttlMs });
      return true;
    },
    remove: (names, db = 0) => remove(names, db),
    flush(db = 0) {
      remove([...database(db).keys()], db);
      database(db).clear();
    },
    lostState: () => [...lost].sort(),
    refresh,
  };
}

function renewed(key: StoredKey, atMs: number): StoredKey {
  return { ...key, expiresAtMs: key.ttlMs === undefined ? undefined : atMs + key.ttlMs };
}
