// The pretend company's fixed facts: which services, caches, nodes and scrape targets ACGS-2 has.

export const constitutionalHash = 'cdd01ef066bc6cf2';
export const wrongConstitutionalHash = '0badc0de5eed1234';
export const namespace = 'acgs2';
export const usualRequestsPerSecond = 314;

export interface Endpoint {
  readonly path: string;
  /** Part of the service's traffic, 0–1. */
  readonly share: number;
  /** How much slower than the service's typical request. */
  readonly slowness: number;
}

export interface Service {
  readonly name: string;
  readonly job: string;
  readonly instance: string;
  /** Part of the whole traffic, 0–1. */
  readonly share: number;
  readonly endpoints: readonly Endpoint[];
}

export const services: readonly Service[] = [
  {
    name: 'acgs2-agent-bus',
    job: 'acgs2-enhanced-agent-bus',
    instance: 'acgs2-agent-bus:8000',
    share: 0.57,
    endpoints: [
      { path: '/api/v1/messages', share: 0.6, slowness: 1 },
      { path: '/api/v1/messages/{message_id}', share: 0.2, slowness: 0.8 },
      { path: '/api/v1/policies/validate', share: 0.15, slowness: 1.05 },
      { path: '/api/v1/deliberations', share: 0.05, slowness: 1.15 },
    ],
  },
  {
    name: 'acgs2-constitutional',
    job: 'acgs2-core-services',
    instance: 'acgs2-constitutional:8001',
    share: 0.21,
    endpoints: [
      { path: '/api/v1/constitutional/validate', share: 0.9, slowness: 0.95 },
      { path: '/api/v1/constitutional/principles', share: 0.1, slowness: 0.6 },
    ],
  },
  {
    name: 'acgs2-api-gateway',
    job: 'acgs2-core-services',
    instance: 'acgs2-api-gateway:8080',
    share: 0.22,
    endpoints: [
      { path: '/gateway/messages', share: 0.7, slowness: 1 },
      { path: '/gateway/agents', share: 0.3, slowness: 0.75 },
    ],
  },
];

export interface CacheOperation {
  readonly cache: string;
  readonly operation: string;
  /** Look-ups for each request to the agent bus. */
  readonly lookupsPerRequest: number;
  readonly usualHitShare: number;
  readonly coldHitShare: number;
}

/** Together these give a hit rate of 95 % when warm and 41 % when cold. */
export const cacheOperations: readonly CacheOperation[] = [
  {
    cache: 'policy_cache',
    operation: 'get_policy',
    lookupsPerRequest: 0.9,
    usualHitShare: 0.958,
    coldHitShare: 0.36,
  },
  {
    cache: 'policy_cache',
    operation: 'get_active_version',
    lookupsPerRequest: 0.4,
    usualHitShare: 0.955,
    coldHitShare: 0.42,
  },
  { cache: 'opa_decisions', operation: 'evaluate', lookupsPerRequest: 0.8, usualHitShare: 0.931, coldHitShare: 0.37 },
  { cache: 'pubkey_cache', operation: 'get_pubkey', lookupsPerRequest: 0.2, usualHitShare: 0.98, coldHitShare: 0.78 },
];

export interface Node {
  readonly instance: string;
  /** Percentage points above or below the average node. */
  readonly cpuOffset: number;
  readonly memoryTotalBytes: number;
  readonly memoryUsedShare: number;
  readonly diskTotalBytes: number;
  readonly diskUsedShare: number;
}

const gib = 1024 ** 3;

export const nodes: readonly Node[] = [
  { instance: 'node-1:9100', cpuOffset: 2, memoryTotalBytes: 16 * gib, memoryUsedShare: 0.57, diskUsedShare: 0.41 },
  { instance: 'node-2:9100', cpuOffset: 0, memoryTotalBytes: 16 * gib, memoryUsedShare: 0.52, diskUsedShare: 0.38 },
  { instance: 'node-3:9100', cpuOffset: -2, memoryTotalBytes: 16 * gib, memoryUsedShare: 0.49, diskUsedShare: 0.44 },
].map((node) => ({ ...node, diskTotalBytes: 200 * gib }));

export const processorsPerNode = 2;

export const redisExporter = { job: 'redis-exporter', instance: 'redis-exporter:9121' } as const;
export const nodeExporterJob = 'node-exporter';
export const opa = { job: 'opa', instance: 'opa:8181', requestsPerSecond: 143 } as const;
/** The job under which a doubled scrape appears: Kubernetes pod annotations, beside the static job. */
export const podsJob = 'kubernetes-pods';

/** ACGS-2's own edges in seconds (shared/metrics): nothing below 5 ms. */
export const sharedEdges: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
export const fineEdges: readonly number[] = [0.001, 0.002, 0.0025, 0.003, 0.004, ...sharedEdges];
/** OPA's own edges under the same metric name. */
export const opaEdges: readonly number[] = [1e-6, 5e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 0.01, 0.1, 1];
