// The pretend company: its faults, its memory of the past, and what our actions do to it.

import type { SeriesSource } from '../promql/series.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { constitutionalHash, nodes, services, wrongConstitutionalHash } from './company.ts';
import { type Conditions, conditionsAt, trueHitRatePercent, trueP99Ms } from './conditions.ts';
import { createEpisodes } from './episodes.ts';
import {
  type FaultEntry,
  type FaultId,
  faultCatalogue,
  type HttpWireFault,
  isFaultId,
  type RedisWireFault,
  type SystemName,
} from './faults.ts';
import { createKeyspace, type Keyspace } from './keyspace.ts';
import { createRecorder } from './recorder.ts';

export interface WorldOptions {
  /** Epoch milliseconds; a test gives its own clock. */
  readonly now?: () => number;
  readonly seed?: number;
  readonly historyDays?: number;
  readonly scrapeEveryMs?: number;
  /** 'shared' is ACGS-2's own layout (first edge 5 ms); 'fine' has edges at 1, 2, 2.5, 3 and 4 ms too. */
  readonly buckets?: 'shared' | 'fine';
  /** How soon after its cause an effect is gone; absent: 20 s, caches a minute. */
  readonly fallsWithinMs?: number;
  /** Whether the dashboard lists circuit breakers; the real one never does. */
  readonly publishesBreakers?: boolean;
}

export interface WorldState {
  readonly now: string;
  readonly faults: readonly (FaultEntry & { readonly on: boolean; readonly since: string | null })[];
  /** What is really so, whatever the systems say. */
  readonly truth: {
    readonly p99Ms: Readonly<Record<string, number>>;
    readonly rps: Readonly<Record<string, number>>;
    readonly errorPercent: number;
    readonly hitRatePercent: number;
    readonly cpuPercent: Readonly<Record<string, number>>;
    readonly redisKeys: number;
    readonly replicas: Readonly<Record<string, { readonly wanted: number; readonly ready: number }>>;
    /** Redis keys that held state and were deleted. */
    readonly lostState: readonly string[];
  };
}

export interface World {
  readonly now: () => number;
  readonly source: SeriesSource;
  readonly keyspace: Keyspace;
  readonly cluster: Cluster;
  readonly publishesBreakers: boolean;
  /**
   * Switches a fault on, if wished as if it had begun some time ago: then the recorded past is rewritten to show it.
   * A fault that is on stays on. Throws on an id that the catalogue does not have.
   */
  inject(fault: FaultId, options?: { readonly agoSeconds?: number }): void;
  heal(fault: FaultId): void;
  isOn(fault: FaultId): boolean;
  /** How the wire of an HTTP system is broken now, if it is. */
  wireFault(system: Exclude<SystemName, 'redis'>): HttpWireFault | undefined;
  redisWireFault(): RedisWireFault | undefined;
  /** 0–1: how strongly a fault is felt now. */
  strength(fault: FaultId): number;
  /** The hash the dashboard says it has. */
  claimedHash(): string;
  state(): WorldState;
  /** Called after every inject, heal and cure; returns the way to stop it. */
  onChange(listener: () => void): () => void;
  /** Makes every scrape that is due and draws the consequences. */
  tick(): void;
  /** Ticks by itself, until `stop`. */
  start(): void;
  stop(): void;
}

const replicasThatHelp = 5;
/** So much of the cache must be cleared, within a minute, for a poisoned cache to be clean again. */
const clearedShareThatHelps = 0.5;

export function createWorld(options: WorldOptions = {}): World {
  const { now = Date.now, seed = 20_251_223, historyDays = 9, scrapeEveryMs = 5_000 } = options;
  const episodes = createEpisodes(options.fallsWithinMs);
  const listeners = new Set<() => void>();
  const cleared = { share: 0, sinceMs: 0 };
  let timer: NodeJS.Timeout | undefined;

  const cluster = createCluster({
    now,
    vanished: () => episodes.openSince('signal-lost') !== undefined,
    stuck: () => episodes.openSince('rollout-stuck') !== undefined,
  });
  const keyspace = createKeyspace({ now, onCacheRemoved: feelClearedCache });
  const recorder = createRecorder({
    episodes,
    seed,
    historyDays,
    scrapeEveryMs,
    bucketEdges: options.buckets ?? 'shared',
    redisKeys: () => keyspace.size(),
    nowMs: now(),
    beforeScrape: feelReplicas,
  });

  const changed = () => {
    for (const listener of listeners) listener();
  };

  function end(fault: FaultId, atMs: number): void {
    if (episodes.openSince(fault) === undefined) return;
    episodes.end(fault, atMs);
    changed();
  }

  function feelReplicas(atMs: number): void {
    if (cluster.readyPods('acgs2-agent-bus') >= replicasThatHelp) end('cpu-exhausted', atMs);
  }

  function feelClearedCache(share: number): void {
    if (now() - cleared.sinceMs > 60_000) Object.assign(cleared, { share: 0, sinceMs: now() });
    cleared.share += share;
    if (cleared.share < clearedShareThatHelps) return;
    cleared.share = 0;
    if (episodes.openSince('cache-cold') !== undefined) end('cache-cold', now());
    else episodes.strike('cache-emptied', now());
  }

  function tick(): void {
    keyspace.refresh();
    recorder.catchUp(now());
  }

  const broken = (system: SystemName): string | undefined =>
    faultCatalogue
      .find((entry) => entry.group === system && episodes.openSince(entry.id) !== undefined)
      ?.id.slice(system.length + 1);

  return {
    now,
    source: recorder.source,
    keyspace,
    cluster,
    publishesBreakers: options.publishesBreakers ?? false,
    inject(fault, { agoSeconds = 0 } = {}) {
      if (!isFaultId(fault)) throw new Error(`There is no fault called '${fault}'.`);
      tick();
      const fromMs = now() - agoSeconds * 1000;
      if (fault === 'constitutional-violation') episodes.strike(fault, fromMs);
      else episodes.begin(fault, fromMs);
      if (agoSeconds > 0) recorder.rewrite(fromMs);
      changed();
    },
    heal(fault) {
      tick();
      end(fault, now());
    },
    isOn: (fault) => episodes.openSince(fault) !== undefined,
    wireFault: (system) => broken(system) as HttpWireFault | undefined,
    redisWireFault: () => broken('redis') as RedisWireFault | undefined,
    strength: (fault) => episodes.strength(fault, now()),
    claimedHash: () =>
      episodes.openSince('hash-mismatch') === undefined ? constitutionalHash : wrongConstitutionalHash,
    state: () => ({
      now: new Date(now()).toISOString(),
      faults: faultCatalogue.map((entry) => {
        const since = episodes.openSince(entry.id);
        return { ...entry, on: since !== undefined, since: since === undefined ? null : new Date(since).toISOString() };
      }),
      truth: truthOf(conditionsAt(episodes, seed, now()), keyspace, cluster),
    }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tick,
    start() {
      timer ??= setInterval(tick, Math.min(1_000, scrapeEveryMs));
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function truthOf(conditions: Conditions, keyspace: Keyspace, cluster: Cluster): WorldState['truth'] {
  const rounded = (value: number) => Math.round(value * 100) / 100;
  const perService = (measure: (service: (typeof services)[number]) => number) =>
    Object.fromEntries(services.map((service) => [service.name, rounded(measure(service))]));
  const failing = services.reduce((sum, service) => sum + service.share * conditions.errorShare(service), 0);
  return {
    p99Ms: { all: rounded(trueP99Ms(conditions)), ...perService((service) => trueP99Ms(conditions, [service])) },
    rps: {
      all: rounded(services.reduce((sum, service) => sum + conditions.requestsPerSecond(service), 0)),
      ...perService(conditions.requestsPerSecond),
    },
    errorPercent: rounded(100 * failing),
    hitRatePercent: rounded(trueHitRatePercent(conditions)),
    cpuPercent: Object.fromEntries(
      nodes.map((node, place) => [node.instance, rounded(conditions.cpuPercent[place] ?? 0)]),
    ),
    redisKeys: keyspace.size(),
    replicas: Object.fromEntries(
      cluster
        .deployments()
        .map((deployment) => [
          deployment.name,
          { wanted: deployment.spec.replicas, ready: cluster.readyPods(deployment.name) },
        ]),
    ),
    lostState: keyspace.lostState(),
  };
}
