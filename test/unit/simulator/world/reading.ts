// Reads the pretend company's series the way a person with Prometheus would, for these tests.
import { matcher, type Series } from '../../../../src/simulator/promql/series.ts';
import { createWorld, type World, type WorldOptions } from '../../../../src/simulator/world/world.ts';

export interface ClockedWorld {
  readonly world: World;
  /** Moves the clock on and lets the world do what is due. */
  pass(seconds: number): void;
}

/** Monday 23 November 2026, 12:00 UTC. */
export const noon = Date.UTC(2026, 10, 23, 12);

export function worldAtNoon(options: WorldOptions = {}): ClockedWorld {
  let nowMs = noon;
  const world = createWorld({ now: () => nowMs, historyDays: 2, ...options });
  return {
    world,
    pass(seconds) {
      for (let left = seconds; left > 0; left -= 5) {
        nowMs += Math.min(5, left) * 1000;
        world.tick();
      }
    },
  };
}

export function seriesOf(
  world: World,
  name: string,
  labels: Readonly<Record<string, string>> = {},
  seconds = 300,
  endMs = world.now(),
) {
  const matchers = Object.entries({ __name__: name, ...labels }).map(([key, value]) => matcher(key, '=', value));
  return world.source.select(matchers, endMs - seconds * 1000, endMs);
}

/** Increase per second between the first and the last sample, summed over the series. */
export function rate(
  world: World,
  name: string,
  labels: Readonly<Record<string, string>> = {},
  seconds = 300,
  endMs = world.now(),
) {
  return seriesOf(world, name, labels, seconds, endMs).reduce((sum, series) => sum + slope(series), 0);
}

function slope({ samples }: Series): number {
  const first = samples[0];
  const last = samples.at(-1);
  return first && last && last[0] > first[0] ? ((last[1] - first[1]) * 1000) / (last[0] - first[0]) : 0;
}

/** What `histogram_quantile` would read, in milliseconds. */
export function quantileMs(
  world: World,
  quantile: number,
  labels: Readonly<Record<string, string>> = {},
  seconds = 300,
): number {
  const byEdge = new Map<number, number>();
  for (const series of seriesOf(world, 'http_request_duration_seconds_bucket', labels, seconds)) {
    const edge = series.labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(series.labels.le);
    byEdge.set(edge, (byEdge.get(edge) ?? 0) + slope(series));
  }
  const buckets = [...byEdge].sort(([a], [b]) => a - b);
  const wanted = quantile * (buckets.at(-1)?.[1] ?? 0);
  let from = 0;
  let below = 0;
  for (const [edge, count] of buckets) {
    if (count >= wanted) return 1000 * (from + ((edge - from) * (wanted - below)) / (count - below));
    from = edge;
    below = count;
  }
  return Number.NaN;
}

export function hitRatePercent(world: World, seconds = 300): number {
  const hits = rate(world, 'cache_hits_total', {}, seconds);
  return (100 * hits) / (hits + rate(world, 'cache_misses_total', {}, seconds));
}

export function cpuPercent(world: World, instance: string, seconds = 300): number {
  const idle = rate(world, 'node_cpu_seconds_total', { instance, mode: 'idle' }, seconds);
  return 100 * (1 - idle / rate(world, 'node_cpu_seconds_total', { instance }, seconds));
}
