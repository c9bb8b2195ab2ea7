// The samples a Prometheus would hold: one shared list of scrape times and, for each series, a plain array of values.
import { type Matcher, matchesAll, type SeriesSource } from '../promql/series.ts';

type Selected = ReturnType<SeriesSource['select']>[number];

/** A series that a scrape writes to; it exists for readers from its first sample on. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Index of `values[0]` in the list of scrape times. */
  first: number;
  /** NaN where the series was not there. */
  values: number[];
  /** What a counter has counted so far, with fractions. */
  counted: number;
}

export interface SeriesStore extends SeriesSource {
  /** Finds or makes the series with these labels. */
  series(labels: Readonly<Record<string, string>>): Series;
  /** Opens the next scrape; what is written from now on belongs to it. */
  openScrape(ms: number): void;
  write(series: Series, value: number): void;
  lastScrapeMs(): number | undefined;
  /** Forgets every scrape after `ms`, sets the counters back, and returns the forgotten times. */
  rewind(ms: number): readonly number[];
  /** Keeps only the scrapes that `keep` wants, given each time and the time kept before it. */
  thin(keep: (ms: number, keptBeforeMs: number | undefined) => boolean): void;
}

export function createSeriesStore(): SeriesStore {
  let times: number[] = [];
  const byKey = new Map<string, Series>();
  const byName = new Map<string, Series[]>();

  function select(matchers: readonly Matcher[], fromMs: number, toMs: number): readonly Selected[] {
    const start = firstAtOrAfter(times, fromMs);
    const end = firstAtOrAfter(times, toMs + 1);
    const named = matchers.find((matcher) => matcher.name === '__name__' && matcher.op === '=');
    const candidates = named ? (byName.get(named.value) ?? []) : [...byKey.values()];
    const found: Selected[] = [];
    for (const series of candidates) {
      if (!matchesAll(matchers, series.labels)) continue;
      const samples: [number, number][] = [];
      let last = -1;
      for (let index = Math.max(start, series.first); index < end; index += 1) {
        const value = series.values[index - series.first];
        const ms = times[index];
        if (ms === undefined || value === undefined || Number.isNaN(value)) continue;
        samples.push([ms, value]);
        last = index;
      }
      if (last === -1) continue;
      const endedMs = last + 1 < end ? times[last + 1] : undefined;
      found.push(
        endedMs === undefined ? { labels: series.labels, samples } : { labels: series.labels, samples, endedMs },
      );
    }
    return found;
  }

  return {
    select,
    series(labels) {
      const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
      const known = byKey.get(key);
      if (known) return known;
      const made: Series = { labels, first: times.length, values: [], counted: 0 };
      byKey.set(key, made);
      const name = labels.__name__ ?? '';
      byName.set(name, [...(byName.get(name) ?? []), made]);
      return made;
    },
    openScrape(ms) {
      times.push(ms);
    },
    write(series, value) {
      const index = times.length - 1;
      if (series.values.length === 0) series.first = index;
      while (series.first + series.values.length < index) series.values.push(Number.NaN);
      series.values[index - series.first] = value;
    },
    lastScrapeMs: () => times.at(-1),
    rewind(ms) {
      const kept = firstAtOrAfter(times, ms + 1);
      const forgotten = times.slice(kept);
      times.length = kept;
      for (const series of byKey.values()) {
        series.values.length = Math.min(series.values.length, Math.max(0, kept - series.first));
        const last = series.values[kept - 1 - series.first];
        series.counted = last === undefined || Number.isNaN(last) ? 0 : last;
      }
      return forgotten;
    },
    thin(keep) {
      const kept: number[] = [];
      for (const [index, ms] of times.entries()) {
        const before = kept.at(-1);
        if (keep(ms, before === undefined ? undefined : times[before])) kept.push(index);
      }
      for (const series of byKey.values()) {
        const first = kept.findIndex((index) => index >= series.first);
        const inside = kept.filter((index) => index >= series.first && index < series.first + series.values.length);
        series.values = inside.map((index) => series.values[index - series.first] ?? Number.NaN);
        series.first = first === -1 ? kept.length : first;
      }
      times = kept.map((index) => times[index] ?? 0);
    },
  };
}

function firstAtOrAfter(times: readonly number[], ms: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
