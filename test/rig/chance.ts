// Chance with a seed: the same seed draws the same numbers in each of its strands, whatever else happens meanwhile.

export interface Chance {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  happens(share: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** Draws a name; the numbers are weights. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
  /** A strand of its own, so that what one person draws does not depend on how fast the others are. */
  strand(name: string): Chance;
}

export function chanceOf(seed: number, name = 'rig'): Chance {
  let state = [...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), seed ^ 0x811c9dc5);
  /** mulberry32: small, even, and good enough for choosing what people do. */
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    between,
    happens: (share) => next() < share,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
    weighted(weights) {
      const entries = Object.entries(weights) as [keyof typeof weights, number][];
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [drawn, weight] of entries) {
        left -= weight;
        if (left < 0) return drawn;
      }
      throw new Error('nothing to draw from');
    },
    strand: (strand) => chanceOf(seed, `${name} ${strand}`),
  };
}
