// The scrape targets as the pretend Prometheus server lists them, read from its own `up` series.
import { matcher } from '../promql/series.ts';
import type { World } from './world.ts';

export interface ScrapeTarget {
  readonly job: string;
  readonly instance: string;
  readonly health: 'up' | 'down';
  /** Empty when the last scrape worked. */
  readonly lastError: string;
  readonly lastScrapeMs: number;
}

const rememberedMs = 5 * 60_000;

/** Every target that was scraped in the last five minutes and is still configured. */
export function scrapeTargets(world: World): readonly ScrapeTarget[] {
  const now = world.now();
  return world.source.select([matcher('__name__', '=', 'up')], now - rememberedMs, now).flatMap((series) => {
    const newest = series.samples.at(-1);
    if (!newest || series.endedMs !== undefined) return [];
    const [lastScrapeMs, value] = newest;
    const { job = '', instance = '' } = series.labels;
    const lastError = value === 1 ? '' : `Get "http://${instance}/metrics": dial tcp: connect: connection refused`;
    return [{ job, instance, health: value === 1 ? 'up' : 'down', lastError, lastScrapeMs }];
  });
}
