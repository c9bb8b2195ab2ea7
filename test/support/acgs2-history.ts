// A day of ACGS-2's metrics with every shape that trips queries up: restarts, silence, births, ends, NaN, foreign buckets.
import type { BackfillSeries } from './open-metrics.ts';

/** The newest scrape. Odd milliseconds, so that no window edge falls on a sample by luck. */
export const HISTORY_END_MS = Date.UTC(2026, 5, 15, 9, 0, 7) + 123;
const MINUTE = 60_000;
const SCRAPE_MS = 30_000;
const HOURS = 25;
/** Older scrapes are five minutes apart: history enough for offsets, and small enough to be filled in quickly. */
const FINE_MS = 3 * 60 * MINUTE;
const COARSE_MS = 5 * MINUTE;

/** The edges that ACGS-2 shares (seconds), and OPA's in microseconds. */
const SHARED_EDGES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const OPA_EDGES = [1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 1e-2, 1e-1, 1];

type Labels = Readonly<Record<string, string>>;

/** The same series on every call. */
export function acgs2History(): readonly BackfillSeries[] {
  const random = randomNumbers(20_260_615);
  return [
    ...requests('audit-service', { random, perScrape: 3_000, typicalSeconds: 0.004, failing: 0.02 }),
    ...requests('api-gateway', { random, perScrape: 900, typicalSeconds: 0.06, failing: 0.0007, restartAgoMinutes: 7 }),
    ...requests('tenant-management', { random, perScrape: 0, typicalSeconds: 0.01, failing: 0 }),
    ...histogram(
      { job: 'opa', handler: 'v1/data', method: 'post', code: '200' },
      OPA_EDGES,
      scrapes().map((ms) => ({ ms, seconds: Array.from({ length: 5 }, () => 2e-4 * random()) })),
    ),
    ...caches(random),
    ...constitution(random),
    ...nodes(random),
    ...scrapeHealth(),
    ...oddities(random),
  ];
}

/** A linear congruential generator: [0, 1), the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Scrape times, oldest first. */
function scrapes(sinceAgoMs = HOURS * 60 * MINUTE): readonly number[] {
  const times: number[] = [];
  for (let agoMs = 0; agoMs < sinceAgoMs; agoMs += agoMs < FINE_MS ? SCRAPE_MS : COARSE_MS) {
    times.unshift(HISTORY_END_MS - agoMs);
  }
  return times;
}

interface Traffic {
  readonly random: () => number;
  readonly perScrape: number;
  readonly typicalSeconds: number;
  /** Share of requests with status 500. */
  readonly failing: number;
  readonly restartAgoMinutes?: number;
}

function requests(service: string, traffic: Traffic): readonly BackfillSeries[] {
  const { random, perScrape, typicalSeconds, failing, restartAgoMinutes } = traffic;
  const app = { job: service, instance: `${service}:8000`, service, method: 'GET', endpoint: '/v1/check' };
  const restartMs = restartAgoMinutes === undefined ? undefined : HISTORY_END_MS - restartAgoMinutes * MINUTE;
  const observed = scrapes().map((ms) => {
    const seconds = Array.from({ length: Math.round((perScrape * (0.8 + 0.4 * random())) / 100) }, () => {
      return typicalSeconds * (0.2 + 1.2 * random() + (random() < 0.05 ? 8 : 0));
    });
    return { ms, seconds, restarts: restartMs !== undefined && ms > restartMs && ms - SCRAPE_MS <= restartMs };
  });
  const totals = (status: string, share: number) => ({
    labels: { __name__: 'http_requests_total', ...app, status },
    samples: counted(
      observed.map(({ ms, seconds, restarts }) => [ms, Math.round(seconds.length * 100 * share), restarts]),
    ),
  });
  return [
    ...histogram(app, SHARED_EDGES, observed),
    totals('200', 1 - failing),
    ...(failing > 0 ? [totals('500', failing)] : []),
    {
      labels: { __name__: 'http_requests_in_progress', ...app },
      samples: scrapes().map((ms) => [ms, Math.floor(12 * random())]),
    },
  ];
}

function histogram(
  labels: Labels,
  edges: readonly number[],
  observed: readonly { readonly ms: number; readonly seconds: readonly number[]; readonly restarts?: boolean }[],
): readonly BackfillSeries[] {
  const name = 'http_request_duration_seconds';
  const series = (suffix: string, more: Labels, measure: (seconds: readonly number[]) => number) => ({
    labels: { __name__: `${name}_${suffix}`, ...labels, ...more },
    samples: counted(observed.map(({ ms, seconds, restarts = false }) => [ms, measure(seconds), restarts])),
  });
  return [
    ...[...edges, Number.POSITIVE_INFINITY].map((edge) =>
      series(
        'bucket',
        { le: edge === Number.POSITIVE_INFINITY ? '+Inf' : String(edge) },
        (seconds) => seconds.filter((each) => each <= edge).length,
      ),
    ),
    series('count', {}, (seconds) => seconds.length),
    series('sum', {}, (seconds) => seconds.reduce((sum, each) => sum + each, 0)),
  ];
}

/** Adds growth up to a counter; a restart begins again at the growth of that scrape. */
function counted(
  growth: readonly (readonly [ms: number, by: number, restarts: boolean])[],
): readonly (readonly [number, number])[] {
  let total = 0;
  return growth.map(([ms, by, restarts]) => {
    total = restarts ? by : total + by;
    return [ms, total];
  });
}

function caches(random: () => number): readonly BackfillSeries[] {
  const counter = (name: string, operation: string, perScrape: number) => ({
    labels: { __name__: name, cache_name: 'policy', operation },
    samples: counted(scrapes().map((ms) => [ms, Math.floor(perScrape * random() * 2), false])),
  });
  // No `set` was ever missed, so its misses have no series at all.
  return [
    counter('cache_hits_total', 'get', 900),
    counter('cache_hits_total', 'set', 40),
    counter('cache_misses_total', 'get', 50),
    counter('cache_misses_total', 'scan', 3),
  ];
}

function constitution(random: () => number): readonly BackfillSeries[] {
  const service = 'enhanced_agent_bus';
  return [
    {
      labels: { __name__: 'constitutional_validations_total', service, result: 'success' },
      samples: counted(scrapes().map((ms) => [ms, Math.floor(200 * random()), false])),
    },
    {
      labels: { __name__: 'constitutional_validations_total', service, result: 'failure' },
      samples: counted(scrapes().map((ms) => [ms, random() < 0.001 ? 1 : 0, false])),
    },
    {
      // Born at 1 four minutes ago and flat since: the violation that rate() cannot see.
      labels: { __name__: 'constitutional_violations_total', service, violation_type: 'hash_mismatch' },
      samples: scrapes(4 * MINUTE).map((ms) => [ms, 1]),
    },
    {
      labels: { __name__: 'constitutional_violations_total', service, violation_type: 'ValueError' },
      samples: scrapes().map((ms) => [ms, ms > HISTORY_END_MS - 20 * MINUTE ? 5 : 3]),
    },
  ];
}

function nodes(random: () => number): readonly BackfillSeries[] {
  const cpus = ['node-1:9100', 'node-2:9100'].flatMap((instance) => ['0', '1'].map((cpu) => ({ instance, cpu })));
  return [
    ...cpus.flatMap((labels) =>
      ['idle', 'user', 'system'].map((mode) => ({
        labels: { __name__: 'node_cpu_seconds_total', job: 'node', ...labels, mode },
        samples: counted(scrapes().map((ms) => [ms, (mode === 'idle' ? 22 : 4) * (0.7 + 0.6 * random()), false])),
      })),
    ),
    ...['node-1:9100', 'node-2:9100'].flatMap((instance) => [
      {
        labels: { __name__: 'node_memory_MemTotal_bytes', job: 'node', instance },
        samples: scrapes().map((ms) => [ms, 16_777_216_000] as const),
      },
      {
        labels: { __name__: 'node_memory_MemAvailable_bytes', job: 'node', instance },
        samples: scrapes().map((ms) => [ms, Math.floor(5e9 + 4e9 * random())] as const),
      },
    ]),
  ];
}

function scrapeHealth(): readonly BackfillSeries[] {
  const up = (job: string, goneAgoMs: number, value: (ms: number) => number = () => 1) => ({
    labels: { __name__: 'up', job, instance: `${job}:8000` },
    samples: scrapes()
      .filter((ms) => ms <= HISTORY_END_MS - goneAgoMs)
      .map((ms) => [ms, value(ms)] as const),
  });
  return [
    up('audit-service', 0),
    up('api-gateway', 0, (ms) => (ms > HISTORY_END_MS - 6 * MINUTE && ms < HISTORY_END_MS - 5 * MINUTE ? 0 : 1)),
    up('search-platform', 3.8 * MINUTE),
    up('retired-service', 40 * MINUTE),
  ];
}

function oddities(random: () => number): readonly BackfillSeries[] {
  const jittered = scrapes(90 * MINUTE).map((ms) => ms - Math.floor(9_000 * random()));
  const kinds = ['number', 'nan', 'inf'] as const;
  return [
    {
      // Late scrapes, lost scrapes, and a hole of eight minutes.
      labels: { __name__: 'message_queue_depth', queue_name: 'main', priority: 'all' },
      samples: jittered
        .filter((ms) => random() > 0.2 && !(ms > HISTORY_END_MS - 33 * MINUTE && ms < HISTORY_END_MS - 25 * MINUTE))
        .map((ms) => [ms, Math.floor(50 * random()) - 10]),
    },
    ...kinds.map((kind) => ({
      labels: { __name__: 'odd_value', kind },
      samples: scrapes(60 * MINUTE).map((ms, index) => {
        if (kind === 'nan' && index % 3 !== 0) return [ms, Number.NaN] as const;
        if (kind === 'inf' && index % 5 === 0) return [ms, Number.POSITIVE_INFINITY] as const;
        return [ms, (random() - 0.5) * 1e-7] as const;
      }),
    })),
    {
      labels: { __name__: 'all_nan' },
      samples: scrapes(60 * MINUTE).map((ms) => [ms, Number.NaN]),
    },
    {
      labels: { __name__: 'huge_value' },
      samples: scrapes(60 * MINUTE).map((ms) => [ms, 1e21 * (1 + random())]),
    },
  ];
}
