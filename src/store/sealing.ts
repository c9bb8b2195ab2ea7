// Keeps words of people and their ids out of events and projections: they go to erasable rows, a salted digest stays.

import { createHash, randomBytes } from 'node:crypto';
import { erasedPerson } from '../core/actor.ts';
import { isPlainObject } from './storable.ts';

/** What stands in an event or a projection in the place of a private text. */
export interface Seal {
  readonly row: string;
  /** Hex SHA-256 over the salt's bytes and the text's UTF-8 bytes. */
  readonly digest: string;
}

/** One row of `private_text` that is to be written with the events. */
export interface PrivateRow {
  readonly id: string;
  readonly salt: Uint8Array;
  readonly text: string;
}

/**
 * `value` in which every `{ private: text }`, the id of every person and all ids in `people` are seals, and the rows for
 * them. `value` must be plain JSON data.
 */
export function seal(value: unknown, nextId: () => string): { readonly sealed: unknown; readonly rows: PrivateRow[] } {
  const rows: PrivateRow[] = [];
  const put = (text: string): Seal => {
    const salt = randomBytes(16);
    const row = { id: nextId(), salt, text };
    rows.push(row);
    return { row: row.id, digest: sealDigest(salt, text) };
  };
  const sealed = replaced(value, (part) => {
    if (typeof part.private === 'string') return { ...part, private: put(part.private) };
    if (part.kind === 'person' && typeof part.id === 'string') return { ...part, id: put(part.id) };
    if (isListOf(part.people, isText)) return { ...part, people: part.people.map(put) };
    return undefined;
  });
  return { sealed, rows };
}

/** The opposite of `seal`. A seal whose text is not in `texts`, or null there, was erased. */
export function unseal(value: unknown, texts: ReadonlyMap<string, string | null>): unknown {
  return replaced(value, (part) => {
    if (isSeal(part.private)) return { ...part, private: texts.get(part.private.row) ?? null };
    if (part.kind === 'person' && isSeal(part.id)) {
      return { ...part, id: texts.get(part.id.row) ?? erasedPerson };
    }
    // Older events have the ids themselves.
    if (isListOf(part.people, isSeal)) {
      return { ...part, people: part.people.map(({ row }) => texts.get(row) ?? erasedPerson) };
    }
    return undefined;
  });
}

/** All seals inside a value. */
export function sealsIn(value: unknown): Seal[] {
  const found: Seal[] = [];
  replaced(value, (part) => {
    if (isSeal(part)) found.push(part);
    return undefined;
  });
  return found;
}

/** Only those that stand in the place of words. */
export function sealsOfWords(value: unknown): Seal[] {
  const found: Seal[] = [];
  replaced(value, (part) => {
    if (isSeal(part.private)) found.push(part.private);
    return undefined;
  });
  return found;
}

export function sealDigest(salt: Uint8Array, text: string): string {
  return createHash('sha256').update(salt).update(text, 'utf8').digest('hex');
}

function isSeal(value: unknown): value is Seal {
  return isPlainObject(value) && typeof value.row === 'string' && typeof value.digest === 'string';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.length > 0 && value.every(is);
}

/**
 * The value with objects in it replaced by what `change` returns for them; undefined means: look deeper. Parts in which nothing is replaced
 * are the same as before and not copied: incidents are read for every notice, and most of what they hold is not private.
 */
function replaced(value: unknown, change: (part: Record<string, unknown>) => unknown): unknown {
  if (Array.isArray(value)) {
    let parts: unknown[] | undefined;
    for (const [at, part] of value.entries()) {
      const after = replaced(part, change);
      if (after === part) continue;
      parts ??= [...value];
      parts[at] = after;
    }
    return parts ?? value;
  }
  if (!isPlainObject(value)) return value;
  const changed = change(value);
  if (changed !== undefined) return changed;
  let parts: [key: string, part: unknown][] | undefined;
  for (const key of Object.keys(value)) {
    const part = replaced(value[key], change);
    if (part === value[key]) continue;
    parts ??= [];
    parts.push([key, part]);
  }
  // Not by assignment: a key of hostile data may be `__proto__`.
  return parts === undefined ? value : Object.fromEntries([...Object.entries(value), ...parts]);
}
