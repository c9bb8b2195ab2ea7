// A disk of a few megabytes that a test can fill and empty: a tmpfs, where this machine lets us mount one.

import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly path: string;
  /** Fills it until so many bytes are left. */
  fill(leaving?: number): void;
  /** Fills it, and takes whatever becomes free later too: a database removes files of its own when it has no room. */
  keepFull(): void;
  /** Takes back what was filled. */
  makeRoom(): void;
  remove(): void;
}

/** The reason why there is none here, for the name of a skipped test. */
export function whyNoSmallDisk(): string | undefined {
  try {
    mountSmallDisk(1).remove();
    return undefined;
  } catch {
    return 'a tmpfs cannot be mounted here, which takes root on Linux';
  }
}

export function mountSmallDisk(megabytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'acgs-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    rmSync(path, { recursive: true });
    throw error;
  }
  const filler = join(path, 'filler');
  let keeping: NodeJS.Timeout | undefined;
  const fill = (leaving = 0): void => {
    const file = openSync(filler, 'a');
    const { bavail, bsize } = statfsSync(path);
    const block = Buffer.alloc(bsize);
    try {
      for (let left = bavail - Math.ceil(leaving / bsize); left > 0; left -= 1) writeSync(file, block);
    } catch (error) {
      // Somebody else took the last of it meanwhile.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(file);
    }
  };
  const letGo = () => clearInterval(keeping);
  return {
    path,
    fill,
    keepFull() {
      fill();
      keeping = setInterval(fill, 50);
    },
    makeRoom() {
      letGo();
      truncateSync(filler, 0);
    },
    remove() {
      letGo();
      execFileSync('umount', [path], { stdio: 'pipe' });
      rmSync(path, { recursive: true });
    },
  };
}
