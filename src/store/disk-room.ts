// How much room the disk of the embedded store has. The engine does not survive a full one: it stands still for ever when its log cannot grow.

import { statfsSync } from 'node:fs';

/** Four segments of the engine's log: what the job engine and its checkpoints still write has a place. */
const leastBytes = 64 * 1024 * 1024;
const lookEveryMs = 250;

/** The reason why nothing may be written, undefined where there is room. */
export function watchRoom(directory: string): () => string | undefined {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let why: string | undefined;
  return () => {
    if (performance.now() - lookedAt < lookEveryMs) return why;
    lookedAt = performance.now();
    const { bavail, bsize } = statfsSync(directory);
    const free = bavail * bsize;
    why =
      free < leastBytes
        ? `the disk of ${directory} is full: ${megabytes(free)} left of ${megabytes(leastBytes)} that are needed`
        : undefined;
    return why;
  };
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MB`;
}
