// How the company feels at one moment: traffic, latency, errors, hit rate and CPU, as its faults make them.

import { wobble } from './chance.ts';
import { cacheOperations, nodes, type Service, services, usualRequestsPerSecond } from './company.ts';
import type { Episodes } from './episodes.ts';
import { blend, type LatencyShape, meanSeconds, quantileOf, slowed } from './latency.ts';

export interface Conditions {
  readonly requestsPerSecond: (service: Service) => number;
  readonly latency: (service: Service) => LatencyShape;
  /** Part of the service's requests that end with status 500, 0–1. */
  readonly errorShare: (service: Service) => number;
  /** 0 = warm, 1 = cold. */
  readonly cacheColdness: number;
  /** Percent, in the order of `nodes`. */
  readonly cpuPercent: readonly number[];
}

const healthy: LatencyShape = { medianSeconds: 0.00096, sigma: 0.53, tailShare: 0, tailFrom: 0.01, tailTo: 0.025 };
/** A miss waits for the policy store: 10 to 25 ms, flat, so that P99 reads the same with any bucket layout. */
const coldCache: LatencyShape = { medianSeconds: 0.0034, sigma: 0.4, tailShare: 0.0235, tailFrom: 0.01, tailTo: 0.025 };
const starved: LatencyShape = { medianSeconds: 0.0027, sigma: 0.45, tailShare: 0.0155, tailFrom: 0.01, tailTo: 0.025 };
const slowUpstream: LatencyShape = { medianSeconds: 0.009, sigma: 0.5, tailShare: 0.06, tailFrom: 0.05, tailTo: 0.075 };
const waitsForUpstream: LatencyShape = {
  medianSeconds: 0.003,
  sigma: 0.45,
  tailShare: 0.02,
  tailFrom: 0.025,
  tailTo: 0.05,
};

const dayMs = 86_400_000;
const usualCpuPercent = 38;

/** The conditions at `atMs`. Pure: the same episodes, seed and moment give the same answer. */
export function conditionsAt(episodes: Episodes, seed: number, atMs: number): Conditions {
  const cold = Math.max(episodes.strength('cache-cold', atMs), episodes.strength('cache-emptied', atMs));
  const exhausted = episodes.strength('cpu-exhausted', atMs);
  const slow = episodes.strength('upstream-slow', atMs);
  const errors = episodes.strength('error-burst', atMs);
  const drop = episodes.strength('throughput-drop', atMs);

  const wave = 1 + 0.12 * Math.sin(((atMs % dayMs) / dayMs - 0.375) * 2 * Math.PI);
  const traffic = usualRequestsPerSecond * wave * (1 - 0.75 * drop) * (1 + 0.015 * wobble(seed, 1, atMs));
  const load = usualCpuPercent * (0.4 + 0.6 * wave * (1 - 0.75 * drop)) + 9 * cold + 2 * wobble(seed, 2, atMs);

  return {
    requestsPerSecond: (service) => traffic * service.share,
    errorShare: (service) =>
      errors * (service.name === 'acgs2-agent-bus' ? 0.125 : service.name === 'acgs2-api-gateway' ? 0.04 : 0),
    cacheColdness: cold,
    cpuPercent: nodes.map((node) => Math.min(99, load + node.cpuOffset + exhausted * (92 - load))),
    latency(service) {
      const upstream = service.name === 'acgs2-constitutional';
      const afterCache = upstream ? healthy : blend(healthy, coldCache, cold);
      const afterCpu = blend(afterCache, starved, exhausted * (1 - cold));
      return blend(afterCpu, upstream ? slowUpstream : waitsForUpstream, slow);
    },
  };
}

/** Part of the look-ups of one cache operation that hit, 0–1. */
export function hitShare(operation: (typeof cacheOperations)[number], coldness: number): number {
  return operation.usualHitShare + (operation.coldHitShare - operation.usualHitShare) * coldness;
}

/** The true P99 in milliseconds of the given services together. */
export function trueP99Ms(conditions: Conditions, asked: readonly Service[] = services): number {
  const mixture = asked.flatMap((service) =>
    service.endpoints.map((endpoint) => ({
      weight: service.share * endpoint.share,
      shape: slowed(conditions.latency(service), endpoint.slowness),
    })),
  );
  return quantileOf(mixture, 0.99) * 1000;
}

/** The true hit rate in percent. */
export function trueHitRatePercent(conditions: Conditions): number {
  const lookups = cacheOperations.reduce((sum, operation) => sum + operation.lookupsPerRequest, 0);
  const hits = cacheOperations.reduce(
    (sum, operation) => sum + operation.lookupsPerRequest * hitShare(operation, conditions.cacheColdness),
    0,
  );
  return (100 * hits) / lookups;
}

/** Requests being worked on at one moment (Little's law). */
export function inProgress(conditions: Conditions, service: Service, endpointShare: number): number {
  return Math.round(conditions.requestsPerSecond(service) * endpointShare * meanSeconds(conditions.latency(service)));
}
