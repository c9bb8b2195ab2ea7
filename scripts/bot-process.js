// How the process of the bot is started: what Node and the memory allocator are told, so that it stays small on a shared machine.

import { resolve } from 'node:path';
import { root } from './install.js';

/**
 * V8 sizes a heap by the machine's memory and lets it grow to a multiple of what is in use. With small young generations, and a
 * collection when a third was added, it needs half of the memory (docs/decisions/0011-the-process-is-told-to-stay-small.md). The last
 * one keeps a start from collecting what it is loading.
 */
export const botFlags = ['--max-semi-space-size=4', '--heap-growing-percent=30', '--initial-old-space-size=96'];

/**
 * Of glibc; others ignore it. By default each thread keeps freed memory in an arena of its own, and large blocks (charts, answers of
 * systems) between small ones that live on.
 */
export const botEnvironment = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072' };

/** The arguments of Node for a bot with these of its own; `botEnvironment` belongs to them. */
export function botArguments(...own) {
  return [...botFlags, resolve(root, 'src/main.ts'), ...own];
}
