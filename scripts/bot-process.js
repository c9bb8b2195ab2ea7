// How the process of the bot is started: what Node and the memory allocator are told, so that it stays small on a shared machine.

/**
 * V8 sizes a heap by the machine's memory and lets it grow to a multiple of what is in use. Small young generations, and a collection
 * when a third was added, cost no acknowledgement and give back half of the memory (docs/performance.md).
 */
export const botFlags = ['--max-semi-space-size=4', '--heap-growing-percent=30'];

/**
 * Of glibc; others ignore it. By default each thread keeps freed memory in an arena of its own, and large blocks (charts, answers of
 * systems) between small ones that live on.
 */
export const botEnvironment = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072' };
