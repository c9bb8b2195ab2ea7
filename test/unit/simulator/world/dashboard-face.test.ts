// The pretend dashboard answers in the shapes and with the quirks of the real one.
import { afterEach, expect, test } from 'vitest';
import { startDashboardFace } from '../../../../src/simulator/faces/dashboard.ts';
import type { FaultId } from '../../../../src/simulator/world/faults.ts';
import type { WorldOptions } from '../../../../src/simulator/world/world.ts';
import { worldAtNoon } from './reading.ts';

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.stop();
});

async function start(options: WorldOptions = {}) {
  const { world, pass } = worldAtNoon({ historyDays: 0.01, ...options });
  const face = await startDashboardFace({ world });
  opened.push(face);
  const ask = async (path: string, timeoutMs = 2_000) => {
    const response = await fetch(`${face.url}${path}`, { signal: AbortSignal.timeout(timeoutMs) });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  return { world, pass, face, ask };
}

const stamp = /^2026-11-23T12:00:\d\d\.\d{6}Z$/;

test('the overview has the documented fields, with the constants of the source', async () => {
  const { ask } = await start();
  const { status, body } = await ask('/dashboard/overview');
  expect(status).toBe(200);
  expect(body).toEqual({
    constitutional_hash: 'cdd01ef066bc6cf2',
    timestamp: expect.stringMatching(stamp),
    overall_status: 'healthy',
    health_score: 1,
    total_services: 4,
    healthy_services: 4,
    degraded_services: 0,
    unhealthy_services: 0,
    total_circuit_breakers: 0,
    closed_breakers: 0,
    open_breakers: 0,
    half_open_breakers: 0,
    p99_latency_ms: 0.278,
    throughput_rps: 6310,
    cache_hit_rate: 0.95,
    cpu_percent: expect.any(Number),
    memory_percent: 36.2,
    disk_percent: 30.3,
    critical_alerts: 0,
    warning_alerts: 0,
    total_alerts: 0,
  });
});

test('the overview says healthy while health says unhealthy, when nothing can be reached', async () => {
  const { world, ask } = await start();
  world.inject('services-unreachable');
  expect((await ask('/dashboard/overview')).body).toMatchObject({
    overall_status: 'healthy',
    health_score: 0,
    healthy_services: 0,
  });
  const { body } = await ask('/dashboard/health');
  expect(body).toMatchObject({ overall_status: 'unhealthy', health_score: 0 });
  expect(body.services.map((service: { status: string }) => service.status)).toEqual([
    'unknown',
    'unknown',
    'unknown',
    'unknown',
  ]);
});

test('services are a bare list without a hash', async () => {
  const { body } = await (await start()).ask('/dashboard/services');
  expect(body.map((service: { name: string }) => service.name)).toEqual([
    'enhanced-agent-bus',
    'policy-registry',
    'constitutional-ai',
    'audit-service',
  ]);
  expect(Object.keys(body[0])).toEqual([
    'name',
    'status',
    'response_time_ms',
    'last_check',
    'error_message',
    'details',
  ]);
});

test('metrics are constants, unless somebody writes the three Redis keys', async () => {
  const { world, ask } = await start();
  const { body } = await ask('/dashboard/metrics?minutes=60');
  expect(body.performance).toMatchObject({
    p99_latency_ms: 0.278,
    throughput_rps: 6310,
    cache_hit_rate: 0.95,
    constitutional_compliance: 100,
    requests_total: 0,
  });
  expect(Object.keys(body.system)).toContain('memory_total_gb');
  expect(body.history).toHaveLength(300);
  world.keyspace.set('acgs2:metrics:cache_hit_rate', '92', undefined);
  expect((await ask('/dashboard/metrics')).body.performance.cache_hit_rate).toBe(92);
});

test('breakers are never listed, even when one is open', async () => {
  const { world, ask } = await start();
  world.inject('upstream-slow');
  expect((await ask('/dashboard/health')).body.circuit_breakers).toEqual([]);
});

test('a dashboard that publishes breakers shows the open and the half-open one', async () => {
  const { world, ask } = await start({ publishesBreakers: true });
  const states = async () =>
    (await ask('/dashboard/health')).body.circuit_breakers.map((breaker: { state: string }) => breaker.state);
  expect(new Set(await states())).toEqual(new Set(['closed']));
  world.inject('upstream-slow');
  expect((await states()).sort()).toEqual(['closed', 'closed', 'closed', 'closed', 'half-open', 'open']);
  expect((await ask('/dashboard/overview')).body).toMatchObject({
    total_circuit_breakers: 6,
    open_breakers: 1,
    half_open_breakers: 1,
  });
});

test('alerts are an empty list, and the main dashboard is not found', async () => {
  const { ask } = await start();
  expect(await ask('/dashboard/alerts?severity=critical')).toEqual({ status: 200, body: [] });
  expect(await ask('/dashboard')).toEqual({ status: 404, body: { detail: 'Not Found' } });
});

test('another constitutional hash is in every answer that has one', async () => {
  const { world, ask } = await start();
  world.inject('hash-mismatch');
  for (const path of ['/dashboard/overview', '/dashboard/health', '/dashboard/metrics']) {
    expect((await ask(path)).body.constitutional_hash, path).not.toBe('cdd01ef066bc6cf2');
  }
});

test('a hanging service makes the whole answer late', async () => {
  const { world, ask } = await start();
  world.inject('service-hangs');
  await expect(ask('/dashboard/services', 300)).rejects.toThrow(/timeout/);
  const { body } = await ask('/dashboard/services', 8_000);
  expect(body[3]).toMatchObject({ name: 'audit-service', status: 'unhealthy', error_message: 'Timeout' });
}, 12_000);

test('each broken wire breaks in its own way, and heals on the same port', async () => {
  const { world, face, ask } = await start();
  const answers: Record<string, string> = {};
  const kinds = ['down', 'hang', 'trickle', 'huge', 'html', 'http401', 'http429', 'http500', 'garbage'];
  for (const kind of kinds) {
    const fault = `dashboard:${kind}` as FaultId;
    world.inject(fault);
    answers[kind] = await fetch(`${face.url}/dashboard/overview`, { signal: AbortSignal.timeout(700) })
      .then(async (response) => {
        const text = await response.text();
        return `${response.status} ${text.length > 200 ? 'long' : text}`;
      })
      .catch((error: Error) =>
        error.name === 'TimeoutError' ? 'timeout' : `cause ${(error.cause as NodeJS.ErrnoException)?.code}`,
      );
    world.heal(fault);
    await expect
      .poll(() =>
        ask('/health').then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  }
  expect(answers).toMatchObject({
    down: 'cause ECONNREFUSED',
    hang: 'timeout',
    trickle: 'timeout',
    html: expect.stringContaining('200 <!doctype html>'),
    http401: '401 {"detail":"Unauthorized"}',
    http429: '429 {"detail":"Too many requests"}',
    http500: '500 {"detail":"Internal server error"}',
    garbage: '200 {"status":"success","data":{"resultType":"vec',
  });
  expect(answers.huge).toMatch(/^200 long$|^timeout$/);
});

test('a fault that begins in the middle of a request cuts it', async () => {
  const { world, ask } = await start();
  world.inject('dashboard:hang');
  const waiting = ask('/health', 5_000);
  setTimeout(() => world.inject('dashboard:down'), 100);
  await expect(waiting).rejects.toThrow('fetch failed');
});
