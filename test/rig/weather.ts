// The weather of a rig: systems fall ill and recover, so that checks say all that they can say.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { SystemsThread } from './systems-thread.ts';

const ills = [
  'cache-cold',
  'cpu-exhausted',
  'prometheus:hang',
  'redis:down',
  'redis:cut',
  'dashboard:http500',
] as const;

/** Until the returned function is called; it resolves when everything is well again. `fair`: longer well than ill. */
export function startWeather(systems: SystemsThread, chance: Chance, { fair }: { fair: boolean }): () => Promise<void> {
  const over = new AbortController();
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const ill = chance.pick(ills);
      systems.inject(ill);
      await pause(chance.between(500, fair ? 2_000 : 4_000), over.signal);
      systems.heal(ill);
      await pause(chance.between(500, fair ? 12_000 : 3_000), over.signal);
    }
  };
  const running = run();
  return () => {
    over.abort();
    return running;
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
