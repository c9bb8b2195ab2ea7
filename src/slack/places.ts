// When what waits for the same turns comes back: one after the other at the pace of the turns, the more urgent before the others.

/** Something that is granted only so often. */
export interface Line {
  readonly key: string;
  /** Between two of its turns, in the long run. */
  readonly apartMs: number;
}

interface Place {
  /** By a stopwatch. */
  readonly at: number;
  readonly urgency: number;
}

/** Every incident's channel is a line of its own; above so many, those are looked for where nobody waits any more. */
const linesAtLeast = 50;

/**
 * Whoever waits is told the same moment, that of the next free turn, and all but one of them would come back for nothing. Returns the ms after
 * which this one does, at least `waitMs`: it keeps its distance from those that are as urgent (lower is more) or more urgent. A less
 * urgent one whose place it takes finds the turn gone and waits again.
 */
export function createPlaces(): (line: Line, urgency: number, waitMs: number) => number {
  const lines = new Map<string, Place[]>();
  return ({ key, apartMs }, urgency, waitMs) => {
    const now = performance.now();
    const places = lines.get(key) ?? [];
    // In order, the next one first.
    places.splice(0, places.findLastIndex((place) => place.at <= now) + 1);
    let at = now + waitMs;
    for (const place of places) {
      if (place.urgency <= urgency && Math.abs(place.at - at) < apartMs) at = place.at + apartMs;
    }
    places.splice(places.findLastIndex((place) => place.at <= at) + 1, 0, { at, urgency });
    if (lines.size >= linesAtLeast) forgetPast(lines, now);
    lines.set(key, places);
    return at - now;
  };
}

function forgetPast(lines: Map<string, Place[]>, now: number): void {
  for (const [key, places] of lines) if ((places.at(-1)?.at ?? now) <= now) lines.delete(key);
}
