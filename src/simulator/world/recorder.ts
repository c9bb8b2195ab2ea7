// The pretend Prometheus server's scrape loop: writes the past at creation, goes on in real time, and can rewrite the past.

import type { SeriesSource } from '../promql/series.ts';
import { type Exporter, serviceExporters } from './application-metrics.ts';
import { fineEdges, sharedEdges } from './company.ts';
import { conditionsAt } from './conditions.ts';
import type { Episodes } from './episodes.ts';
import { createOpaExporter, platformExporters } from './platform-metrics.ts';
import { createSeriesStore, type SeriesStore } from './series-store.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** The newest scrapes are kept one by one: so many, and two hours of them at most (up to an hour more, until they are thinned). */
const fineScrapes = 1_440;
const fineSpanAtMostMs = 2 * hourMs;
const minutelySpanMs = 26 * hourMs;
const coarseStepMs = 5 * minuteMs;

export interface RecorderOptions {
  readonly episodes: Episodes;
  readonly seed: number;
  readonly historyDays: number;
  readonly scrapeEveryMs: number;
  readonly bucketEdges: 'shared' | 'fine';
  readonly redisKeys: () => number;
  readonly nowMs: number;
  /** Called before each scrape, so that consequences can be drawn. */
  readonly beforeScrape: (atMs: number) => void;
}

export interface Recorder {
  readonly source: SeriesSource;
  /** Makes every scrape that is due at `nowMs`. */
  catchUp(nowMs: number): void;
  /** Scrapes again everything after `fromMs`, as the episodes now say it was. */
  rewrite(fromMs: number): void;
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { episodes, seed, scrapeEveryMs, nowMs } = options;
  const store: SeriesStore = createSeriesStore();
  const historyMs = options.historyDays * 24 * hourMs;
  const startedMs = nowMs - historyMs;
  const fineSpanMs = Math.min(fineSpanAtMostMs, fineScrapes * options.scrapeEveryMs);
  const edges = options.bucketEdges === 'fine' ? fineEdges : sharedEdges;
  const application = serviceExporters(store, edges, startedMs);
  const platform = platformExporters(store, options.redisKeys);
  const opaExporter: Exporter = createOpaExporter(store);
  let previousMs = startedMs;
  let thinnedMs = nowMs;

  function scrape(atMs: number): void {
    const middleMs = (previousMs + atMs) / 2;
    const stretch = {
      seconds: (atMs - previousMs) / secondMs,
      conditions: conditionsAt(episodes, seed, middleMs),
      violations: episodes.begunWithin('constitutional-violation', previousMs, atMs),
    };
    const how = {
      gone: episodes.inForce('signal-lost', atMs),
      doubled: episodes.inForce('double-scrape', atMs),
    };
    store.openScrape(atMs);
    for (const exporter of application) exporter.scrape(stretch, how);
    for (const exporter of platform) exporter.scrape(stretch, how);
    if (episodes.inForce('opa-pollution', atMs)) opaExporter.scrape(stretch, how);
    previousMs = atMs;
  }

  function scrapeEvery(stepMs: number, untilMs: number): void {
    while (previousMs + stepMs <= untilMs) scrape(previousMs + stepMs);
  }

  /** Old scrapes become rare, so that a demo left running over night stays small. */
  function thinSometimes(atMs: number): void {
    if (atMs - thinnedMs < hourMs) return;
    thinnedMs = atMs;
    store.thin((ms, keptBeforeMs) => {
      const age = atMs - ms;
      if (age > historyMs + hourMs) return false;
      if (age <= fineSpanMs || keptBeforeMs === undefined) return true;
      return ms - keptBeforeMs >= (age <= minutelySpanMs ? minuteMs : coarseStepMs);
    });
  }

  scrapeEvery(coarseStepMs, nowMs - Math.min(historyMs, minutelySpanMs));
  scrapeEvery(minuteMs, nowMs - Math.min(historyMs, fineSpanMs));
  scrapeEvery(scrapeEveryMs, nowMs);

  return {
    source: store,
    catchUp(atMs) {
      if (atMs - previousMs > fineSpanMs) scrapeEvery(minuteMs, atMs - fineSpanMs);
      while (previousMs + scrapeEveryMs <= atMs) {
        options.beforeScrape(previousMs + scrapeEveryMs);
        scrape(previousMs + scrapeEveryMs);
      }
      thinSometimes(atMs);
    },
    rewrite(fromMs) {
      const again = store.rewind(fromMs);
      previousMs = store.lastScrapeMs() ?? startedMs;
      for (const ms of again) scrape(ms);
    },
  };
}
