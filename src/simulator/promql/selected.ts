// The series that a query reads, fetched once for the whole time it covers, and looked into at single moments.
import type { Matrix, Vector } from './call.ts';
import { compareLabels } from './labels.ts';
import type { Sample, Series, SeriesSource } from './series.ts';
import type { Expression, Selector } from './syntax.ts';

/** How long an instant selector still sees the last sample: Prometheus's `--query.lookback-delta`. */
const LOOKBACK_MS = 300_000;

export type SelectedSeries = ReadonlyMap<Selector, readonly Series[]>;

/** Fetches for each selector in `root` what evaluations at times in [fromMs, toMs] can ask for. */
export function selectAll(root: Expression, source: SeriesSource, fromMs: number, toMs: number): SelectedSeries {
  const selected = new Map<Selector, readonly Series[]>();

  const fetch = (selector: Selector, reachMs: number, from: number, to: number): void => {
    const offsetMs = selector.offsetMs ?? 0;
    const series = source.select(selector.matchers, from - offsetMs - reachMs, to - offsetMs);
    selected.set(
      selector,
      series.toSorted((left, right) => compareLabels(left.labels, right.labels)),
    );
  };

  const visit = (node: Expression, from: number, to: number): void => {
    switch (node.kind) {
      case 'number':
      case 'string':
        return;
      case 'selector':
        fetch(node, LOOKBACK_MS, from, to);
        return;
      case 'range':
        fetch(node.selector, node.rangeMs, from, to);
        return;
      case 'subquery':
        visit(node.inner, from - (node.offsetMs ?? 0) - node.rangeMs, to - (node.offsetMs ?? 0));
        return;
      case 'parenthesis':
      case 'sign':
        visit(node.inner, from, to);
        return;
      case 'call':
        for (const argument of node.args) visit(argument, from, to);
        return;
      case 'aggregation':
        if (node.parameter !== undefined) visit(node.parameter, from, to);
        visit(node.inner, from, to);
        return;
      case 'binary':
        visit(node.left, from, to);
        visit(node.right, from, to);
    }
  };

  visit(root, fromMs, toMs);
  return selected;
}

/** Each series' newest sample at `atMs`, if it is not too old and no stale marker came after it. */
export function instantVector(series: readonly Series[], atMs: number): Vector {
  return series.flatMap(({ labels, samples, endedMs }) => {
    const newest = samples[countUpTo(samples, atMs) - 1];
    if (newest === undefined || newest[0] < atMs - LOOKBACK_MS) return [];
    if (endedMs !== undefined && endedMs <= atMs) return [];
    return [{ labels, value: newest[1], sampledMs: newest[0] }];
  });
}

/** Each series' samples from `startMs` to `endMs`, both included. */
export function windowOf(series: readonly Series[], startMs: number, endMs: number): Matrix {
  const inside: Series[] = [];
  for (const { labels, samples } of series) {
    const from = countUpTo(samples, startMs - 1);
    const to = countUpTo(samples, endMs);
    if (to > from) inside.push({ labels, samples: samples.slice(from, to) });
  }
  return { startMs, endMs, series: inside };
}

/** How many samples lie at or before `ms`: guessed, because scrapes are regular, and found by halving around the guess. */
function countUpTo(samples: readonly Sample[], ms: number): number {
  const first = samples[0]?.[0] ?? Number.POSITIVE_INFINITY;
  const last = samples.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
  if (ms < first) return 0;
  if (ms >= last) return samples.length;
  let low = Math.floor(((ms - first) / (last - first)) * (samples.length - 1));
  let high = low + 1;
  for (let reach = 1; low > 0 && timeAt(samples, low) > ms; reach *= 2) {
    high = low;
    low = Math.max(0, low - reach);
  }
  for (let reach = 1; high < samples.length && timeAt(samples, high) <= ms; reach *= 2) {
    low = high;
    high = Math.min(samples.length, high + reach);
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeAt(samples, middle) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

function timeAt(samples: readonly Sample[], index: number): number {
  return samples[index]?.[0] ?? Number.POSITIVE_INFINITY;
}
