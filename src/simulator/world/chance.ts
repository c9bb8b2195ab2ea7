// Repeatable chance: the same seed, name and moment always give the same wobble, so history can be rewritten.

/** Hashes a name once into the 32-bit number that `wobble` takes. */
export function nameNumber(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** A number in [-1, 1) that depends on nothing but its arguments. */
export function wobble(seed: number, name: number, moment: number): number {
  let hash = Math.imul(seed ^ name, 0x9e3779b1) ^ Math.imul((moment % 0xffffffff) | 0, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x80000000 - 1;
}
