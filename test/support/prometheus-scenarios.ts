// Pasts of ACGS-2 whose right answers are known: each scenario is one scrape job, so that one Prometheus holds them all.

import { type BackfillSeries, openMetricsText } from './open-metrics.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const scrapeMs = 15_000;

/** Latency buckets of ACGS-2's shared metrics module and of OPA, seconds. */
export const sharedEdges = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const opaEdges = [1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 1e-2, 1e-1, 1];

type Labels = Readonly<Record<string, string>>;

interface Span {
  /** Age of the first sample. */
  readonly forMs?: number;
  /** Age of the last one; negative: the scrapes go on while the test runs. */
  readonly endedMs?: number;
  readonly everyMs?: number;
}

/**
 * The scrapes end five minutes after `now`, as if they went on while the tests run: a query sees the samples up to its own time.
 */
export function scenarios(now: number): string {
  const times = ({ forMs = 2 * hour, endedMs = -5 * minute, everyMs = scrapeMs }: Span = {}) => {
    const count = Math.floor((forMs - endedMs) / everyMs) + 1;
    return Array.from({ length: count }, (_, index) => now - forMs + index * everyMs);
  };
  const counter = (name: string, labels: Labels, perSecond: number, span: Span = {}, from = 0): BackfillSeries => {
    const all = times(span);
    const first = all[0] ?? now;
    return {
      labels: { __name__: name, ...labels },
      samples: all.map((at) => [at, from + Math.round(((at - first) / 1_000) * perSecond)]),
    };
  };
  const gauge = (name: string, labels: Labels, value: number, span: Span = {}): BackfillSeries => ({
    labels: { __name__: name, ...labels },
    samples: times(span).map((at) => [at, value]),
  });
  /** Requests per second by duration. */
  const requests = (
    labels: Labels,
    durations: readonly (readonly [seconds: number, perSecond: number])[],
    span: Span = {},
    edges = sharedEdges,
  ): readonly BackfillSeries[] => {
    const name = 'http_request_duration_seconds';
    const rateWithin = (edge: number) =>
      durations.filter(([seconds]) => seconds <= edge).reduce((sum, [, rate]) => sum + rate, 0);
    const all = rateWithin(Number.POSITIVE_INFINITY);
    return [
      ...edges.map((edge) => counter(`${name}_bucket`, { ...labels, le: String(edge) }, rateWithin(edge), span)),
      counter(`${name}_bucket`, { ...labels, le: '+Inf' }, all, span),
      counter(`${name}_count`, labels, all, span),
    ];
  };
  const app = (job: string, service = 'audit-service'): Labels => ({ job, service, endpoint: '/check', method: 'GET' });
  const total = 'http_requests_total';
  const validations = 'constitutional_validations_total';
  const violations = 'constitutional_violations_total';
  const bus = (job: string) => ({ job, service: 'enhanced_agent_bus' });
  const longSpan = { forMs: 26 * hour, everyMs: 2 * minute };

  return openMetricsText([
    // Every request takes 0.8 ms; Prometheus interpolates 4.95 ms.
    ...requests(app('fast'), [[0.0008, 40]]),
    counter(total, { ...app('fast'), status: '200' }, 40),
    // Two requests in a thousand take 8 ms: not critical.
    ...requests(app('nearly'), [
      [0.0008, 99.8],
      [0.008, 0.2],
    ]),
    // The incident: every request takes 19 ms.
    ...requests(app('slow'), [[0.019, 40]]),
    ...requests(app('overflow'), [[20, 40]]),
    // A quiet slow service that the overall P99 hides, and one that nobody calls.
    ...requests(app('many', 'agent-bus'), [[0.0008, 400]]),
    ...requests(app('many', 'tenant-management'), [[0.06, 0.2]]),
    ...requests(app('many', 'idle-service'), [[0.0008, 0]]),
    // Nobody calls anything.
    ...requests(app('idle'), [[0.0008, 0]]),
    counter(total, { ...app('idle'), status: '200' }, 0, {}, 500),
    // Scrapes ended three and twelve minutes ago.
    ...requests(app('stale'), [[0.0008, 40]], { endedMs: 3 * minute }),
    counter(total, { ...app('ended'), status: '200' }, 40, { endedMs: 12 * minute }),
    // OPA exports the same name in its own buckets: 0.2 ms.
    ...requests(app('bus-beside-opa', 'agent-bus'), [[0.0008, 40]]),
    ...requests({ job: 'opa', handler: 'v1/data', code: '200' }, [[0.0002, 40]], {}, opaEdges),
    // The same pods scraped by two jobs.
    ...requests(app('static-job'), [[0.0008, 10]]),
    ...requests(app('pod-discovery'), [[0.0008, 10]]),
    counter(total, { ...app('static-job'), status: '200' }, 100),
    counter(total, { ...app('pod-discovery'), status: '200' }, 100),
    // Another label for the status; and errors that are known.
    counter(total, { ...app('gateway'), status_code: '200' }, 10),
    counter(total, { ...app('failing'), status: '200' }, 94),
    counter(total, { ...app('failing'), status: '500' }, 6),
    // Yesterday there was more traffic.
    {
      labels: { __name__: total, ...app('compared'), status: '200' },
      samples: times({ forMs: 26 * hour, everyMs: minute }).map((at) => {
        const seconds = (at - now + 26 * hour) / 1_000;
        const slowFrom = (12 * hour) / 1_000;
        return [at, Math.round(400 * Math.min(seconds, slowFrom) + 300 * Math.max(0, seconds - slowFrom))] as const;
      }),
    },
    // Caches: never a miss; one good and one bad operation.
    counter('cache_hits_total', { job: 'warm', cache_name: 'policy', operation: 'get' }, 50),
    counter('cache_hits_total', { job: 'mixed-cache', cache_name: 'policy', operation: 'get' }, 95),
    counter('cache_misses_total', { job: 'mixed-cache', cache_name: 'policy', operation: 'get' }, 5),
    counter('cache_misses_total', { job: 'mixed-cache', cache_name: 'policy', operation: 'scan' }, 1),
    // The constitution: never a violation; the first one an hour ago; old ones; ones of which nobody knows when; silence.
    counter(validations, { ...bus('compliant'), result: 'success' }, 14, longSpan),
    counter(validations, { ...bus('first-violation'), result: 'success' }, 14, longSpan),
    gauge(violations, { ...bus('first-violation'), violation_type: 'hash_mismatch' }, 1, { forMs: hour }),
    counter(validations, { ...bus('old-violations'), result: 'success' }, 14, longSpan),
    gauge(violations, { ...bus('old-violations'), violation_type: 'hash_mismatch' }, 7, longSpan),
    counter(validations, { ...bus('short-memory'), result: 'success' }, 14, { forMs: 3 * hour, everyMs: minute }),
    gauge(violations, { ...bus('short-memory'), violation_type: 'ValueError' }, 7, {
      forMs: 3 * hour,
      everyMs: minute,
    }),
    counter(validations, { ...bus('silent'), result: 'success' }, 0, longSpan, 900),
    // Complied, until it was no longer scraped two hours ago.
    counter(validations, { ...bus('lost'), result: 'success' }, 14, { ...longSpan, endedMs: 2 * hour }),
    counter(validations, { ...bus('refusing'), result: 'success' }, 99, longSpan),
    counter(validations, { ...bus('refusing'), result: 'failure' }, 1, longSpan),
    // A violation counted by a pod that is gone since.
    counter(validations, { ...bus('gone-pod'), result: 'success' }, 14, longSpan),
    gauge(violations, { ...bus('gone-pod'), pod: 'a', violation_type: 'ValueError' }, 1, {
      forMs: 5 * hour,
      endedMs: 4 * hour,
      everyMs: minute,
    }),
    // Nine days of data; one request in 2,000 fails, which is half of what 99.9 % allows.
    counter(total, { ...app('budget'), status: '200' }, 19.99, { forMs: 9 * day, everyMs: 4 * minute }),
    counter(total, { ...app('budget'), status: '500' }, 0.01, { forMs: 9 * day, everyMs: 4 * minute }),
    // 200 errors at once, an hour and a half ago, by a series born with them.
    counter(total, { ...app('born-errors'), status: '200' }, 10, { forMs: 26 * hour, everyMs: minute }),
    gauge(total, { ...app('born-errors'), status: '500' }, 200, { forMs: 1.5 * hour, everyMs: minute }),
    // Machines.
    ...['node-1', 'node-2'].map((instance, index) =>
      counter('node_cpu_seconds_total', { job: 'node', instance, cpu: '0', mode: 'idle' }, index === 0 ? 0.6 : 0.1),
    ),
    ...['fast', 'slow', 'idle'].map((job) => gauge('up', { job, instance: `${job}:8000` }, 1)),
    gauge('up', { job: 'ended', instance: 'ended:8000' }, 0),
  ]);
}
