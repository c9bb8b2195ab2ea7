// What the services of ACGS-2 export: requests, latency histogram, caches, constitutional checks.
import { cacheOperations, constitutionalHash, podsJob, type Service, services } from './company.ts';
import { type Conditions, hitShare, inProgress } from './conditions.ts';
import { meanSeconds, shareWithin, slowed } from './latency.ts';
import type { Series, SeriesStore } from './series-store.ts';

/** One stretch of time between two scrapes. */
export interface Stretch {
  readonly seconds: number;
  readonly conditions: Conditions;
  /** Violations that happened inside the stretch. */
  readonly violations: number;
}

export interface Exporter {
  /** Counts a stretch and writes the scrape that ends it; with `gone`, the process is dead and its counters are lost. */
  scrape(stretch: Stretch, how: { readonly gone: boolean; readonly doubled: boolean }): void;
}

/** The exporter of one service. Counters appear with their first increment, as Python's client library does it. */
function createServiceExporter(
  store: SeriesStore,
  service: Service,
  edges: readonly number[],
  startedMs: number,
): Exporter {
  const own: { readonly series: Series; readonly twin: Series }[] = [];
  const add = (name: string, labels: Readonly<Record<string, string>>) => {
    const app = { __name__: name, ...labels };
    const series = store.series({ ...app, job: service.job, instance: service.instance });
    own.push({ series, twin: store.series({ ...app, job: podsJob, instance: service.instance }) });
    return series;
  };

  const endpoints = service.endpoints.map((endpoint) => {
    const labels = { method: 'GET', endpoint: endpoint.path, service: service.name };
    const bucket = (le: string) => add('http_request_duration_seconds_bucket', { ...labels, le });
    return {
      endpoint,
      succeeded: add('http_requests_total', { ...labels, status: '200' }),
      failed: add('http_requests_total', { ...labels, status: '500' }),
      running: add('http_requests_in_progress', labels),
      buckets: edges.map((edge) => ({ edge, series: bucket(pythonNumber(edge)) })),
      overflow: bucket('+Inf'),
      sum: add('http_request_duration_seconds_sum', labels),
      count: add('http_request_duration_seconds_count', labels),
    };
  });
  const validated = add('constitutional_validations_total', { service: service.name, result: 'success' });
  const rejected = add('constitutional_validations_total', { service: service.name, result: 'failure' });
  const violations = add('constitutional_violations_total', { service: service.name, violation_type: 'hash_mismatch' });
  const info = add('acgs2_service_info', {
    service_name: service.name,
    version: '2.0.0',
    constitutional_hash: constitutionalHash,
    start_time: new Date(startedMs).toISOString(),
  });
  const isBus = service.name === 'acgs2-agent-bus';
  const caches = (isBus ? cacheOperations : []).map((operation) => {
    const labels = { cache_name: operation.cache, operation: operation.operation };
    return { operation, hits: add('cache_hits_total', labels), misses: add('cache_misses_total', labels) };
  });
  const up = store.series({ __name__: 'up', job: service.job, instance: service.instance });
  const upTwin = store.series({ __name__: 'up', job: podsJob, instance: service.instance });

  function countAndWrite({ seconds, conditions, violations: fresh }: Stretch): void {
    const requests = conditions.requestsPerSecond(service) * seconds;
    for (const { endpoint, succeeded, failed, running, buckets, overflow, sum, count } of endpoints) {
      const served = requests * endpoint.share;
      const shape = slowed(conditions.latency(service), endpoint.slowness);
      const errorShare = conditions.errorShare(service);
      increase(store, succeeded, served * (1 - errorShare));
      increase(store, failed, served * errorShare);
      increase(store, count, served);
      increase(store, overflow, served);
      const begun = count.counted >= 1;
      for (const { edge, series } of buckets) {
        series.counted += served * shareWithin(shape, edge);
        if (begun) store.write(series, Math.floor(series.counted));
      }
      sum.counted += served * meanSeconds(shape);
      if (begun) store.write(sum, sum.counted);
      store.write(running, inProgress(conditions, service, endpoint.share));
    }
    const checked = service.name === 'acgs2-api-gateway' ? 0 : requests;
    increase(store, validated, checked);
    increase(store, rejected, isBus ? fresh : 0);
    increase(store, violations, isBus ? fresh : 0);
    for (const { operation, hits, misses } of caches) {
      const lookups = requests * operation.lookupsPerRequest;
      const share = hitShare(operation, conditions.cacheColdness);
      increase(store, hits, lookups * share);
      increase(store, misses, lookups * (1 - share));
    }
    store.write(info, 1);
  }

  return {
    scrape(stretch, { gone, doubled }) {
      store.write(up, gone ? 0 : 1);
      if (doubled) store.write(upTwin, gone ? 0 : 1);
      if (gone) {
        for (const { series } of own) series.counted = 0;
        return;
      }
      countAndWrite(stretch);
      if (doubled) for (const { series, twin } of own) copyNewest(store, series, twin);
    },
  };
}

export function serviceExporters(store: SeriesStore, edges: readonly number[], startedMs: number): readonly Exporter[] {
  return services.map((service) => createServiceExporter(store, service, edges, startedMs));
}

/** Counts on; the series stays unborn until it has counted a whole one. */
export function increase(store: SeriesStore, series: Series, by: number): void {
  series.counted += by;
  if (series.counted >= 1) store.write(series, Math.floor(series.counted));
}

function copyNewest(store: SeriesStore, from: Series, to: Series): void {
  const newest = from.values.at(-1);
  if (newest !== undefined) store.write(to, newest);
}

/** Python's client prints whole numbers with a decimal point: le="1.0". */
function pythonNumber(edge: number): string {
  return Number.isInteger(edge) ? `${edge}.0` : String(edge);
}
