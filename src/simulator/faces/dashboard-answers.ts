// The bodies of the dashboard's answers, field for field as the real dashboard_api.py makes them.
import type { World } from '../world/world.ts';

/** Constants in the real dashboard's source; only the Redis keys below override them, and nothing writes those. */
const defaults = { p99LatencyMs: 0.278, throughputRps: 6310, cacheHitRate: 0.95 };
const overrideKeys = {
  p99LatencyMs: 'acgs2:metrics:p99_latency',
  throughputRps: 'acgs2:metrics:throughput_rps',
  cacheHitRate: 'acgs2:metrics:cache_hit_rate',
} as const;

const breakerNames = [
  'rust_message_bus',
  'deliberation_layer',
  'constraint_generation',
  'vector_search',
  'audit_ledger',
  'adaptive_governance',
];
const historyItems = 300;

interface ServiceHealth {
  readonly name: string;
  readonly status: 'healthy' | 'unhealthy' | 'unknown';
  readonly response_time_ms: number;
  readonly last_check: string;
  readonly error_message: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface DashboardAnswers {
  overview(): unknown;
  health(): unknown;
  services(): readonly ServiceHealth[];
  metrics(): unknown;
  ownHealth(): unknown;
}

export function createDashboardAnswers(world: World): DashboardAnswers {
  const stamp = (ms = world.now()) => new Date(ms).toISOString().replace('Z', '041Z');

  function services(): readonly ServiceHealth[] {
    const last_check = stamp();
    const unreachable = world.isOn('services-unreachable');
    const lost = world.isOn('signal-lost');
    const answering = (
      name: string,
      response_time_ms: number,
      details: Readonly<Record<string, unknown>>,
    ): ServiceHealth =>
      unreachable || (lost && name !== 'policy-registry' && name !== 'audit-service')
        ? {
            name,
            status: 'unknown',
            response_time_ms: 1.2,
            last_check,
            error_message: 'All connection attempts failed',
            details: {},
          }
        : { name, status: 'healthy', response_time_ms, last_check, error_message: null, details };
    const slow = world.strength('upstream-slow');
    const audit = answering('audit-service', 4.4, { status: 'healthy', service: 'audit-service' });
    return [
      answering('enhanced-agent-bus', 5.2, { status: 'healthy', service: 'enhanced-agent-bus', version: '2.0.0' }),
      answering('policy-registry', 3.9, { status: 'healthy', policies_count: 400 }),
      answering('constitutional-ai', 6.1 + 1_900 * slow, { status: 'healthy', service: 'constitutional-ai' }),
      world.isOn('service-hangs') && !unreachable
        ? { ...audit, status: 'unhealthy', response_time_ms: 5_004.7, error_message: 'Timeout', details: {} }
        : audit,
    ];
  }

  /** Empty in the real dashboard, whatever the breakers do. The half-open state is spelled as pybreaker spells it. */
  function breakers() {
    if (!world.publishesBreakers) return [];
    const tripped = world.isOn('upstream-slow');
    return breakerNames.map((name) => {
      const state = !tripped
        ? 'closed'
        : name === 'deliberation_layer'
          ? 'open'
          : name === 'audit_ledger'
            ? 'half-open'
            : 'closed';
      const troubled = state !== 'closed';
      return {
        name,
        state,
        fail_count: troubled ? 5 : 0,
        success_count: state === 'open' ? 0 : 12,
        last_failure: troubled ? stamp(world.now() - 20_000) : null,
      };
    });
  }

  function number(key: keyof typeof overrideKeys): number {
    const written = Number.parseFloat(world.keyspace.get(overrideKeys[key])?.value ?? '');
    return Number.isNaN(written) ? defaults[key] : written;
  }

  function system(timestamp: string) {
    const host = 0.5 + 0.5 * Math.sin(world.now() / 1_700);
    return {
      cpu_percent: Math.round(10 * (18 + 60 * host)) / 10,
      memory_percent: 36.2,
      memory_used_gb: 2.9,
      memory_total_gb: 8,
      disk_percent: 30.3,
      disk_used_gb: 30.73,
      disk_total_gb: 101.4,
      network_bytes_sent: 3_371_824,
      network_bytes_recv: 793_392_280,
      process_count: 99,
      timestamp,
    };
  }

  function performance(timestamp: string) {
    return {
      p99_latency_ms: number('p99LatencyMs'),
      throughput_rps: number('throughputRps'),
      cache_hit_rate: number('cacheHitRate'),
      constitutional_compliance: 100,
      active_connections: 0,
      requests_total: 0,
      errors_total: 0,
      timestamp,
    };
  }

  return {
    services,
    overview() {
      const probed = services();
      const healthy = probed.filter((service) => service.status === 'healthy').length;
      const unhealthy = probed.filter((service) => service.status === 'unhealthy').length;
      const listed = breakers();
      const inState = (state: string) => listed.filter((breaker) => breaker.state === state).length;
      const timestamp = stamp();
      const { cpu_percent, memory_percent, disk_percent } = system(timestamp);
      return {
        constitutional_hash: world.claimedHash(),
        timestamp,
        // The real one forgets the unknown: with every service out of reach it says "healthy".
        overall_status: unhealthy === 0 ? 'healthy' : unhealthy * 2 > probed.length ? 'unhealthy' : 'degraded',
        health_score: healthy / probed.length,
        total_services: probed.length,
        healthy_services: healthy,
        degraded_services: 0,
        unhealthy_services: unhealthy,
        total_circuit_breakers: listed.length,
        closed_breakers: inState('closed'),
        open_breakers: inState('open'),
        half_open_breakers: inState('half-open'),
        p99_latency_ms: number('p99LatencyMs'),
        throughput_rps: number('throughputRps'),
        cache_hit_rate: number('cacheHitRate'),
        cpu_percent,
        memory_percent,
        disk_percent,
        critical_alerts: 0,
        warning_alerts: 0,
        total_alerts: 0,
      };
    },
    health() {
      const probed = services();
      const score = probed.filter((service) => service.status === 'healthy').length / probed.length;
      return {
        constitutional_hash: world.claimedHash(),
        timestamp: stamp(),
        overall_status: score >= 0.9 ? 'healthy' : score >= 0.5 ? 'degraded' : 'unhealthy',
        health_score: score,
        services: probed,
        circuit_breakers: breakers(),
      };
    },
    metrics() {
      const timestamp = stamp();
      const constitutional_hash = world.claimedHash();
      const history = Array.from({ length: historyItems }, (_, place) => {
        const then = stamp(world.now() - (historyItems - place) * 1000);
        return { timestamp: then, system: system(then), performance: performance(then), constitutional_hash };
      });
      return {
        constitutional_hash,
        timestamp,
        system: system(timestamp),
        performance: performance(timestamp),
        history,
      };
    },
    ownHealth: () => ({ status: 'healthy', service: 'monitoring-dashboard', constitutional_hash: world.claimedHash() }),
  };
}
