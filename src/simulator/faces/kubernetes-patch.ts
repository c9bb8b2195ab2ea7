// How the API server applies a patch: merge (RFC 7396) and strategic merge, which joins known lists by their keys.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const patchTypes = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
} as const;
export type PatchType = (typeof patchTypes)[keyof typeof patchTypes];

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The lists that strategic merge joins, and by which field. */
const listKeys: Readonly<Record<string, string>> = { containers: 'name', env: 'name', ports: 'containerPort' };

/** `target` with the patch in it; `null` removes a field. With 'merge' a list is replaced, with 'strategic' joined. */
export function applyPatch(target: JsonObject, patch: JsonObject, type: 'merge' | 'strategic'): JsonObject {
  const result: Record<string, Json> = { ...target };
  for (const [key, wanted] of Object.entries(patch)) {
    const present = result[key];
    const listKey = type === 'strategic' ? listKeys[key] : undefined;
    if (wanted === null) delete result[key];
    else if (isObject(wanted)) result[key] = applyPatch(isObject(present) ? present : {}, wanted, type);
    else if (listKey && Array.isArray(wanted) && Array.isArray(present))
      result[key] = joinLists(present, wanted, listKey);
    else result[key] = wanted;
  }
  return result;
}

function joinLists(present: readonly Json[], wanted: readonly Json[], key: string): readonly Json[] {
  const joined = [...present];
  for (const item of wanted) {
    if (!isObject(item)) continue;
    const place = joined.findIndex((other) => isObject(other) && other[key] === item[key]);
    const other = joined[place];
    if (isObject(other)) joined[place] = applyPatch(other, item, 'strategic');
    else joined.push(item);
  }
  return joined;
}
