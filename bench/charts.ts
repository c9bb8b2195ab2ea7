// How much the event loop of the bot's process is held up while charts are drawn one after the other, against the same process idle.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createChartRenderer } from '../src/charts/index.ts';
import { latencyChart } from '../test/support/charts.ts';
import type { Benchmark } from './benchmark.ts';
import { absoluteOf, type Figures, inPairs, rowOf } from './pairs.ts';

const blockMs = 20;
const runMs = 4_000;

export const charts: Benchmark = {
  name: 'charts',
  about: 'delay of the event loop while charts are drawn back to back, against the same process idle',
  pairs: 9,
  async run(asked) {
    const renderer = createChartRenderer({ renderer: 'local' }, { deadlineMs: 60_000 });
    const forMs = asked.quick ? 300 : runMs;
    const drawing = async (): Promise<number> => {
      let drawn = 0;
      for (const end = performance.now() + forMs; performance.now() < end; drawn += 1) {
        await renderer.render(latencyChart());
      }
      return drawn;
    };
    // The first chart makes the thread and reads the fonts: an incident pays for it, so it is measured by itself.
    const first = await delayedBy(async () => {
      await renderer.render(latencyChart());
      return 1;
    });
    const pairs = await inPairs(
      asked.pairs,
      () => delayedBy(drawing),
      () =>
        delayedBy(async () => {
          await sleep(forMs);
          return 1;
        }),
    );
    const named = { benchmark: 'charts', unit: 'ms' };
    const ours = (name: string) => pairs.map((pair) => pair.ours[name] ?? Number.NaN);
    return {
      rows: [
        rowOf(pairs, 'p99', { ...named, what: 'delay of the event loop, p99' }),
        rowOf(pairs, 'max', { ...named, what: 'delay of the event loop, longest' }),
      ],
      absolutes: [
        absoluteOf(ours('p99'), { ...named, what: 'delay while drawing, p99', aim: { atMost: blockMs } }),
        absoluteOf([first.max ?? Number.NaN], { ...named, what: 'longest delay at the first chart' }),
        absoluteOf(ours('each'), { ...named, what: 'one chart' }),
      ],
    };
  },
};

/** Runs `work`, which gives how many it did, and says how late timers were meanwhile, in ms. */
async function delayedBy(work: () => Promise<number>): Promise<Figures> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const begun = performance.now();
  const done = await work();
  const tookMs = performance.now() - begun;
  // A delay is counted when the late timer runs.
  await sleep(5);
  delay.disable();
  return { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6, each: tookMs / done };
}
