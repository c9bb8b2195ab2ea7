// The keys ACGS-2 keeps in Redis database 0, by prefix, as its services write them.
import { nameNumber, wobble } from './chance.ts';
import type { KeyClass, KeyType, StoredKey } from './keyspace.ts';

interface KeyFamily {
  readonly class: KeyClass;
  readonly type: KeyType;
  readonly count: number;
  readonly bytes: number;
  readonly ttlSeconds: number | undefined;
  readonly name: (index: number) => string;
}

const minute = 60;
const hour = 3600;
const day = 24 * hour;
const number = (index: number) => String(index + 1).padStart(4, '0');
const digest = (index: number) =>
  `${nameNumber(`a${index}`).toString(16).padStart(8, '0')}${nameNumber(`b${index}`).toString(16).padStart(8, '0')}`;
const opaPaths = ['acgs/constitutional/allow', 'acgs/rbac/allow', 'acgs/ratelimit/allow', 'acgs/routing/target'];
const opaPath = (index: number) => opaPaths[index % opaPaths.length] ?? 'acgs/rbac/allow';

const families: readonly KeyFamily[] = [
  {
    class: 'cache',
    type: 'string',
    count: 400,
    bytes: 1_240,
    ttlSeconds: hour,
    name: (i) => `policy:pol-${number(i)}:1.${i % 4}.0`,
  },
  {
    class: 'cache',
    type: 'string',
    count: 40,
    bytes: 120,
    ttlSeconds: hour,
    name: (i) => `active_version:pol-${number(i)}`,
  },
  { class: 'cache', type: 'string', count: 12, bytes: 420, ttlSeconds: day, name: (i) => `pubkey:key-${number(i)}` },
  {
    class: 'cache',
    type: 'string',
    count: 100,
    bytes: 210,
    ttlSeconds: 5 * minute,
    name: (i) => `opa:${opaPath(i)}:${digest(i)}`,
  },
  {
    class: 'cache',
    type: 'set',
    count: 4,
    bytes: 1_900,
    ttlSeconds: 5 * minute,
    name: (i) => `opa:path_keys:${opaPath(i)}`,
  },
  {
    class: 'cache',
    type: 'string',
    count: 18,
    bytes: 5_400,
    ttlSeconds: hour,
    name: (i) => `acgs:code_analysis:${digest(i + 500)}`,
  },
  {
    class: 'timer',
    type: 'zset',
    count: 20,
    bytes: 300,
    ttlSeconds: minute,
    name: (i) => `acgs2:ratelimit:agent-${number(i)}`,
  },
  {
    class: 'timer',
    type: 'string',
    count: 3,
    bytes: 140,
    ttlSeconds: 15 * minute,
    name: (i) => `hitl:escalation:pending:req-${number(i)}`,
  },
  {
    class: 'state',
    type: 'string',
    count: 24,
    bytes: 130,
    ttlSeconds: undefined,
    name: (i) => `audit:batch:${number(i)}:root`,
  },
  {
    class: 'state',
    type: 'list',
    count: 24,
    bytes: 18_000,
    ttlSeconds: undefined,
    name: (i) => `audit:batch:${number(i)}:entries`,
  },
  { class: 'state', type: 'string', count: 1, bytes: 64, ttlSeconds: undefined, name: () => 'audit:batch_counter' },
  { class: 'state', type: 'list', count: 1, bytes: 1_100, ttlSeconds: undefined, name: () => 'audit:batches' },
  { class: 'state', type: 'hash', count: 1, bytes: 42_000, ttlSeconds: undefined, name: () => 'acgs2:registry:agents' },
  {
    class: 'state',
    type: 'stream',
    count: 1,
    bytes: 96_000,
    ttlSeconds: undefined,
    name: () => 'acgs:deliberation:stream',
  },
  {
    class: 'state',
    type: 'zset',
    count: 1,
    bytes: 2_600,
    ttlSeconds: undefined,
    name: () => 'acgs:deliberation:queue',
  },
  { class: 'state', type: 'hash', count: 6, bytes: 480, ttlSeconds: day, name: (i) => `acgs:votes:item-${number(i)}` },
  {
    class: 'state',
    type: 'string',
    count: 7,
    bytes: 900,
    ttlSeconds: 30 * day,
    name: (i) => `approval:req-${number(i)}`,
  },
  { class: 'state', type: 'list', count: 1, bytes: 7_200, ttlSeconds: undefined, name: () => 'celery' },
];

/** All keys with their time to live somewhere between fresh and nearly over. */
export function populate(nowMs: number): ReadonlyMap<string, StoredKey> {
  const keys = new Map<string, StoredKey>();
  for (const family of families) {
    for (let index = 0; index < family.count; index += 1) {
      const name = family.name(index);
      const ttlMs = family.ttlSeconds === undefined ? undefined : family.ttlSeconds * 1000;
      const left = 0.55 + 0.4 * wobble(1, nameNumber(name), 1);
      const value = name === 'audit:batch_counter' ? '24' : `{"key":"${name}"}`;
      const expiresAtMs = ttlMs === undefined ? undefined : nowMs + Math.round(ttlMs * left);
      keys.set(name, { type: family.type, class: family.class, bytes: family.bytes, value, ttlMs, expiresAtMs });
    }
  }
  return keys;
}
