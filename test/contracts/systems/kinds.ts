// Every kind of check with parameters and with the answers of a healthy system, for the contract suite.

import { type Asking, above, below } from '../../support/system-checks.ts';
import type { Route } from './pretend-http.ts';

export interface Kind {
  readonly uses: string;
  readonly params: unknown;
  readonly asking: Asking;
  readonly verdict: 'ok';
}

const total = { metric: 'http_requests_total' };
const errors = { metric: 'http_requests_total', select: { status: '=~5..' } };

export const kinds: readonly Kind[] = [
  kind('prometheus.latency', { metric: 'http_request_duration_seconds' }, { unit: 'ms', limits: [above(5)] }),
  kind('prometheus.share', { part: errors, of: total }, { unit: '%', limits: [above(5)] }),
  kind('prometheus.rate', total, { unit: 'rps', limits: [below(1)] }),
  kind('prometheus.value', { promql: 'x', reduce: 'max', metric: 'x' }, { unit: '%', limits: [above(85)] }),
  kind(
    'prometheus.compliance',
    { validations: 'validations_total', violations: 'violations_total' },
    { unit: 'count' },
  ),
  kind('prometheus.budget', { total, errors, objective: 99.9 }, { unit: '%' }),
  kind('dashboard.overview', {}, { unit: 'ratio' }),
  kind('dashboard.performance', {}, { unit: 'ms', limits: [above(5)] }),
  kind('dashboard.breakers', {}, {}),
  kind('dashboard.constitution', {}, {}),
  kind('redis.latency', { samples: 20 }, { unit: 'ms', limits: [above(500)] }),
  kind('redis.clients', {}, { unit: '%', limits: [above(90)] }),
  kind('redis.slowlog', { count: 10, sinceMinutes: 15 }, {}),
  kind('redis.memory', {}, { unit: '%', limits: [above(90)] }),
  kind('kubernetes.deployment', { name: 'acgs2-agent-bus' }, {}),
  kind('opa.health', { decision: 'acgs/constitutional/allow' }, {}),
];

function kind(uses: string, params: unknown, asking: Asking): Kind {
  return { uses, params, asking, verdict: 'ok' };
}

export function systemOfKind({ uses }: Kind): string {
  return uses.split('.')[0] ?? '';
}

/** A Prometheus that knows just enough, by the shape of the question. */
export const healthyPrometheus: Route = (url) => {
  const query = url.searchParams.get('query') ?? '';
  const seconds = Date.now() / 1_000;
  if (url.pathname === '/api/v1/query_range') {
    const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(url.searchParams.get(name)));
    if (start === undefined || end === undefined || step === undefined) return undefined;
    const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
    return matrix(times.map((at) => [at, '1']));
  }
  if (query === 'time()')
    return { status: 'success', data: { resultType: 'scalar', result: [seconds, String(seconds)] } };
  if (query.includes('timestamp(')) return vector([[{ job: 'a', service: 's', endpoint: '/' }, seconds - 5]]);
  if (query.includes('_bucket'))
    return vector([
      [{ le: '0.0025', job: 'a' }, 100],
      [{ le: '0.005', job: 'a' }, 100],
      [{ le: '+Inf', job: 'a' }, 100],
    ]);
  if (query.includes('violations_total') || /status=~"5|result="failure"/.test(query)) return vector([[{}, 0]]);
  return vector([[{}, 50]]);
};

/** A Prometheus that answers every question with the same value. */
export function constantPrometheus(value: string | undefined): Route {
  return (url) =>
    url.pathname === '/api/v1/query_range'
      ? matrix(value === undefined ? [] : [[Number(url.searchParams.get('end')), value]])
      : vector(value === undefined ? [] : [[{ le: '+Inf' }, value]]);
}

function vector(samples: readonly (readonly [labels: Record<string, string>, value: number | string])[]): unknown {
  const at = Date.now() / 1_000;
  const result = samples.map(([metric, value]) => ({ metric, value: [at, String(value)] }));
  return { status: 'success', data: { resultType: 'vector', result } };
}

function matrix(values: readonly (readonly [number, string])[]): unknown {
  return {
    status: 'success',
    data: { resultType: 'matrix', result: values.length === 0 ? [] : [{ metric: {}, values }] },
  };
}

const hash = { constitutional_hash: 'cdd01ef066bc6cf2', timestamp: '2026-11-23T21:23:05.041372Z' };
const service = (name: string) => ({
  name,
  status: 'healthy',
  response_time_ms: 4.2,
  error_message: null,
  details: {},
});

export const dashboardPages: Readonly<Record<string, unknown>> = {
  '/dashboard/overview': {
    ...hash,
    overall_status: 'healthy',
    total_services: 2,
    healthy_services: 2,
    degraded_services: 0,
    unhealthy_services: 0,
  },
  '/dashboard/health': {
    ...hash,
    services: [service('enhanced-agent-bus'), service('audit-service')],
    circuit_breakers: [{ name: 'audit_ledger', state: 'closed', fail_count: 0 }],
  },
  '/dashboard/metrics': {
    ...hash,
    performance: { p99_latency_ms: 2.1, throughput_rps: 300, cache_hit_rate: 92 },
  },
};

export const healthyDashboard: Route = (url) => dashboardPages[url.pathname];

export const healthyCluster: Route = (url) => {
  if (url.pathname.endsWith('/deployments/acgs2-agent-bus'))
    return {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: { name: 'acgs2-agent-bus', labels: { 'app.kubernetes.io/managed-by': 'Helm' }, annotations: {} },
      spec: {
        replicas: 3,
        selector: {},
        template: { spec: { containers: [{ name: 'agent-bus', resources: { limits: { cpu: '2', memory: '2Gi' } } }] } },
      },
      status: { readyReplicas: 3 },
    };
  if (url.pathname.endsWith('/horizontalpodautoscalers'))
    return { kind: 'HorizontalPodAutoscalerList', apiVersion: 'autoscaling/v2', metadata: {}, items: [] };
  return undefined;
};

/** Alive, and with its policy loaded. */
export const healthyOpa: Route = (url) => (url.pathname === '/health' ? {} : { result: false });

export const healthy: Readonly<Record<string, Route>> = {
  prometheus: healthyPrometheus,
  dashboard: healthyDashboard,
  kubernetes: healthyCluster,
  opa: healthyOpa,
};
