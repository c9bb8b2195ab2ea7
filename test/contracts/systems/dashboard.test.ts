// The dashboard as ACGS-2 really runs it: "healthy" with everything down, constants as measurements, breakers that are never listed.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/core/observation.ts';
import { type Asking, above, type TestSystems, testSystems } from '../../support/system-checks.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { dashboardPages, healthyDashboard } from './kinds.ts';
import { type PretendHttp, startPretendHttp } from './pretend-http.ts';

let http: PretendHttp;
let systems: TestSystems;

beforeAll(async () => {
  http = await startPretendHttp();
  systems = testSystems({ dashboard: { url: http.url } });
});
afterAll(async () => {
  await systems.close();
  await http.stop();
});

/** Asks with some pages changed, field by field. */
async function ask(kind: string, changes: Readonly<Record<string, object | undefined>>, asking: Asking = {}) {
  http.behave((url) => {
    if (url.pathname in changes && changes[url.pathname] === undefined) return undefined;
    const page = dashboardPages[url.pathname];
    return page === undefined ? undefined : { ...page, ...changes[url.pathname] };
  });
  return (await systems.ask(`dashboard.${kind}`, {}, asking)).observation;
}

const health = '/dashboard/health';
const overview = '/dashboard/overview';
const metrics = '/dashboard/metrics';
const service = (name: string, status: string, more: object = {}) => ({ name, status, details: {}, ...more });

describe('overview', () => {
  it('is critical with every service unreachable, although the dashboard says healthy', async () => {
    const services = ['a', 'b', 'c', 'd'].map((name) =>
      service(name, 'unknown', { error_message: 'connection refused' }),
    );
    const observation = await ask(
      'overview',
      { [overview]: { total_services: 4, healthy_services: 0, overall_status: 'healthy' }, [health]: { services } },
      { unit: 'ratio' },
    );
    expect(observation.verdict).toBe('critical');
    expect(observation.summary).toBe('0 of 4 services healthy, 4 unknown, score 0');
    expect(observation.rows.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
    expect(observation.notes).toContain('the dashboard itself says healthy, with 0 of 4 services healthy');
    expect(observation.facts).toMatchObject({ total: 4, healthy: 0, unknown: 4, score: 0 });
  });

  it('warns of one service that is not healthy, and puts it first', async () => {
    const services = [
      ...Array.from({ length: 10 }, (_, i) => service(`s${i}`, 'healthy')),
      service('audit', 'unhealthy'),
    ];
    const observation = await ask('overview', { [health]: { services } }, { unit: 'ratio' });
    expect(observation.verdict).toBe('warning');
    expect(observation.rows[0]).toMatchObject({ label: 'audit', verdict: 'critical' });
  });

  it('looks at what a service says of itself behind its HTTP 200', async () => {
    const bus = service('enhanced-agent-bus', 'healthy', { details: { status: 'unhealthy' } });
    const observation = await ask('overview', { [health]: { services: [bus] } }, { unit: 'ratio' });
    expect(observation.verdict).toBe('warning');
    expect(observation.rows[0]?.note).toBe('answers 200, but says of itself: unhealthy');
  });

  it('knows nothing from an empty list of services', async () => {
    const observation = await ask('overview', { [health]: { services: [] } }, { unit: 'ratio' });
    expect(observation.unknown?.reason).toBe('no_data');
  });

  it('is critical for a foreign hash, even when the other page gives no answer', async () => {
    const observation = await ask('overview', { [overview]: undefined, [health]: { constitutional_hash: 'feed' } });
    expect(observation.verdict).toBe('critical');
    expect(observation.summary).toContain('constitutional hash differs');
    expect(observation.notes.join()).toContain('feed');
  });
});

describe('performance', () => {
  const constants = { p99_latency_ms: 0.278, throughput_rps: 6310, cache_hit_rate: 0.95 };
  const p99: Asking = { unit: 'ms', limits: [above(5)] };

  it('does not take the constants of its source for measurements', async () => {
    const observation = await ask('performance', { [metrics]: { performance: constants } }, p99);
    expect(observation.unknown?.reason).toBe('default_value');
    expect(observation.rows.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(observation.measurement).toBeUndefined();
  });

  it('reads one real number among the constants, and leaves the others unknown', async () => {
    const observation = await ask(
      'performance',
      { [metrics]: { performance: { ...constants, p99_latency_ms: 7 } } },
      p99,
    );
    expect(observation.verdict).toBe('critical');
    expect(observation.summary).toBe('P99 7 ms > 5 ms');
    expect(observation.facts).toEqual({ p99: 7 });
  });

  it.each([
    [0.92, 92],
    [92, 92],
    [1, 100],
  ])('reads a hit rate of %d as %d percent', async (written, percent) => {
    const performance = { p99_latency_ms: 2, throughput_rps: 300, cache_hit_rate: written };
    const observation = await ask('performance', { [metrics]: { performance } }, p99);
    expect(observation.facts?.cacheHitRate).toBeCloseTo(percent, 6);
  });
});

describe('breakers', () => {
  const listed = (...states: readonly string[]) => ({
    [health]: {
      circuit_breakers: states.map((state, index) => ({ name: `breaker-${index}`, state, fail_counter: 3 })),
    },
  });

  it('does not take an empty list for closed breakers, and gives no count of open ones', async () => {
    const observation = await ask('breakers', listed());
    expect(observation.unknown?.reason).toBe('no_data');
    expect(observation.unknown?.detail).toContain('publishes no circuit breakers');
    expect(observation.facts).toBeUndefined();
  });

  it.each([
    [['closed', 'OPEN'], 'critical'],
    [['closed', 'half-open'], 'warning'],
    [['Closed', 'closed'], 'ok'],
    [['half_open', 'half open', 'open'], 'critical'],
    [['closed', 'isolated'], 'unknown'],
  ])('reads %j as %s', async (states, verdict) => {
    expect((await ask('breakers', listed(...states))).verdict).toBe(verdict);
  });

  it('counts them for the hypotheses, and names the open ones', async () => {
    const observation = await ask('breakers', listed('closed', 'open', 'half-open'));
    expect(observation.facts).toEqual({ open: 1, halfOpen: 1, closed: 1 });
    expect(observation.summary).toBe('1 open (breaker-1), 1 half open (breaker-2), 1 of 3 circuit breakers closed');
    expect(observation.rows[1]).toMatchObject({ verdict: 'critical', note: 'open, 3 failures' });
  });
});

describe('constitutional hash', () => {
  it('is ok when every answer carries the configured one', async () => {
    const observation = await ask('constitution', {});
    expect(observation.verdict).toBe('ok');
    expect(observation.summary).toBe('constitutional hash as configured in 3 of 3 answers');
  });

  it('is critical when one answer carries another, also where one page is missing', async () => {
    const observation = await ask('constitution', { [metrics]: { constitutional_hash: 'feed' }, [health]: undefined });
    expect(observation.verdict).toBe('critical');
    expect(observation.rows.map(({ verdict }) => verdict)).toEqual(['ok', 'unknown', 'critical']);
  });

  it('is unknown when an answer carries none', async () => {
    const observation = await ask('constitution', { [metrics]: { constitutional_hash: null } });
    expect(observation.unknown?.reason).toBe('no_data');
  });

  it.each([
    ['overview', overview],
    ['performance', metrics],
    ['breakers', health],
  ])('turns %s critical by its own answer', async (kind, path) => {
    const observation = await ask(kind, { [path]: { constitutional_hash: 'feed' } }, { unit: 'ms' });
    expect(observation.verdict).toBe('critical');
    expect(observation.notes.join()).toContain('CONSTITUTIONAL HASH');
  });

  it('is cut when it comes as an essay, and stays on its line', async () => {
    const observation = await ask('breakers', { [health]: { constitutional_hash: `x\n${'y'.repeat(5_000)}` } });
    expect(observation.notes[0]?.length).toBeLessThan(200);
    expect(observation.notes[0]).not.toContain('\n');
  });
});

describe('a slow dashboard', () => {
  /** Of the shipped runbook. */
  const budgetMs = 8_000;

  it('is waited for while it waits 5 s for a service that hangs, and not for ever', async () => {
    const proxy = await startTcpProxy(Number(new URL(http.url).port));
    http.behave(healthyDashboard);
    const slow = testSystems({ dashboard: { url: `http://${proxy.address}` } });
    const kinds = ['overview', 'performance', 'breakers', 'constitution'];
    const askAll = async (): Promise<readonly Observation[]> =>
      Promise.all(
        kinds.map(async (kind) => (await slow.ask(`dashboard.${kind}`, {}, { unit: 'ms', budgetMs })).observation),
      );
    await proxy.set({ toClient: { delayMs: 5_500 } });
    expect((await askAll()).map(({ unknown }) => unknown)).toEqual(kinds.map(() => undefined));
    await proxy.set({ toClient: { delayMs: 30_000 } });
    expect((await askAll()).map(({ unknown }) => unknown?.reason)).toEqual(kinds.map(() => 'timeout'));
    await slow.close();
    await proxy.stop();
  });
});
