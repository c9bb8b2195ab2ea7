// What our actions do to the pretend company, and what they cure.
import { expect, test } from 'vitest';
import { faultCatalogue } from '../../../../src/simulator/world/faults.ts';
import { scrapeTargets } from '../../../../src/simulator/world/targets.ts';
import { cpuPercent, hitRatePercent, quantileMs, rate, seriesOf, worldAtNoon } from './reading.ts';

const bus = { service: 'acgs2-agent-bus' };

test('a cold cache shows in one-minute rates within twenty seconds', () => {
  const { world, pass } = worldAtNoon();
  expect(hitRatePercent(world, 60)).toBeCloseTo(95, 0);
  world.inject('cache-cold');
  pass(20);
  expect(hitRatePercent(world, 60)).toBeLessThan(85);
  expect(quantileMs(world, 0.99, bus, 60)).toBeGreaterThan(5);
});

test('a fault that began some minutes ago is in the record at once', () => {
  const { world } = worldAtNoon();
  const before = rate(world, 'cache_hits_total', {}, 300, world.now() - 600_000);
  world.inject('cache-cold', { agoSeconds: 600 });
  expect(hitRatePercent(world)).toBeCloseTo(41, 0);
  const p99 = quantileMs(world, 0.99, bus);
  expect(p99).toBeGreaterThan(17);
  expect(p99).toBeLessThan(21);
  expect(world.state().truth.p99Ms['acgs2-agent-bus']).toBeCloseTo(p99, -1);
  expect(rate(world, 'cache_hits_total', {}, 300, world.now() - 600_000)).toBe(before);
});

test('unlinking the cache prefixes, in whatever batches, cures the cold cache within a good minute', () => {
  const { world, pass } = worldAtNoon();
  world.inject('cache-cold', { agoSeconds: 240 });
  const keys = world.keyspace.keys().filter((key) => /^(policy|opa):/.test(key));
  expect(keys).toHaveLength(504);
  for (let from = 0; from < keys.length; from += 100) world.keyspace.remove(keys.slice(from, from + 100));
  expect(world.isOn('cache-cold')).toBe(false);
  expect(world.state().truth.lostState).toEqual([]);
  pass(30);
  expect(world.state().truth.hitRatePercent).toBeLessThan(80);
  pass(100);
  expect(hitRatePercent(world, 60)).toBeCloseTo(95, 0);
  expect(quantileMs(world, 0.99, bus, 60)).toBeLessThan(5);
  expect(world.keyspace.keys().filter((key) => /^(policy|opa):/.test(key))).toHaveLength(504);
});

test('a flush cures it too, loses state for good, and says which', () => {
  const { world, pass } = worldAtNoon();
  world.inject('cache-cold', { agoSeconds: 60 });
  world.keyspace.flush();
  expect(world.isOn('cache-cold')).toBe(false);
  pass(120);
  expect(world.state().truth.lostState).toContain('acgs2:registry:agents');
  expect(world.keyspace.get('acgs2:registry:agents')).toBeUndefined();
  expect(world.keyspace.keys().filter((key) => key.startsWith('policy:'))).toHaveLength(400);
});

test('clearing a healthy cache makes it cold for a while', () => {
  const { world, pass } = worldAtNoon();
  world.keyspace.flush();
  pass(15);
  expect(world.state().truth.hitRatePercent).toBeLessThan(75);
  pass(60);
  expect(world.state().truth.hitRatePercent).toBeGreaterThan(94);
});

test('five ready agent buses cure exhausted CPUs, four do not', () => {
  const { world, pass } = worldAtNoon();
  world.inject('cpu-exhausted', { agoSeconds: 400 });
  expect(cpuPercent(world, 'node-1:9100')).toBeGreaterThan(90);
  expect(quantileMs(world, 0.99)).toBeGreaterThan(10);
  const scale = (replicas: number) => {
    const deployment = world.cluster.deployment('acgs2-agent-bus');
    if (!deployment) throw new Error('no agent bus');
    world.cluster.write(deployment.name, { spec: { ...deployment.spec, replicas } }, { dryRun: false });
  };
  scale(4);
  pass(30);
  expect(world.isOn('cpu-exhausted')).toBe(true);
  scale(5);
  expect(world.cluster.readyPods('acgs2-agent-bus')).toBe(4);
  pass(15);
  expect(world.isOn('cpu-exhausted')).toBe(false);
  pass(120);
  expect(cpuPercent(world, 'node-1:9100', 60)).toBeLessThan(50);
});

test('a stuck rollout never gets ready', () => {
  const { world, pass } = worldAtNoon();
  world.inject('rollout-stuck');
  const deployment = world.cluster.deployment('acgs2-agent-bus');
  if (!deployment) throw new Error('no agent bus');
  world.cluster.write(deployment.name, { spec: { ...deployment.spec, replicas: 5 } }, { dryRun: false });
  pass(600);
  expect(world.cluster.pods().filter((pod) => pod.deployment === 'acgs2-agent-bus')).toHaveLength(5);
  expect(world.cluster.readyPods('acgs2-agent-bus')).toBe(3);
});

test('the first violation is a series born at one; the second makes it two', () => {
  const { world, pass } = worldAtNoon();
  world.inject('constitutional-violation');
  pass(10);
  const values = () => seriesOf(world, 'constitutional_violations_total')[0]?.samples.map(([, value]) => value);
  expect(values()?.[0]).toBe(1);
  world.inject('constitutional-violation');
  pass(10);
  expect(values()?.at(-1)).toBe(2);
  expect(world.isOn('constitutional-violation')).toBe(false);
});

test('a burst of errors is eight percent of the traffic, and ends', () => {
  const { world, pass } = worldAtNoon();
  world.inject('error-burst', { agoSeconds: 400 });
  const share = (seconds: number) =>
    (100 * rate(world, 'http_requests_total', { status: '500' }, seconds)) /
    rate(world, 'http_requests_total', {}, seconds);
  expect(share(300)).toBeGreaterThan(7.5);
  expect(share(300)).toBeLessThan(8.5);
  world.heal('error-burst');
  pass(90);
  expect(share(60)).toBe(0);
});

test('a throughput drop goes below the critical hundred', () => {
  const { world } = worldAtNoon();
  world.inject('throughput-drop', { agoSeconds: 400 });
  expect(rate(world, 'http_requests_total')).toBeLessThan(100);
});

test('when the pods vanish the series end, up is 0, and counters start again from nothing', () => {
  const { world, pass } = worldAtNoon();
  const counter = () => seriesOf(world, 'http_requests_total', { endpoint: '/api/v1/messages', status: '200' }, 60)[0];
  const before = counter()?.samples.at(-1)?.[1] ?? 0;
  world.inject('signal-lost');
  pass(10);
  expect(counter()?.endedMs).toBe(world.now() - 5_000);
  expect(seriesOf(world, 'up', { job: 'acgs2-enhanced-agent-bus' })[0]?.samples.at(-1)?.[1]).toBe(0);
  expect(scrapeTargets(world).filter((target) => target.health === 'down')).toHaveLength(3);
  expect(world.cluster.pods()).toEqual([]);
  pass(300);
  expect(seriesOf(world, 'http_requests_total')).toEqual([]);
  world.heal('signal-lost');
  pass(10);
  expect(counter()?.samples.at(-1)?.[1]).toBeGreaterThan(0);
  expect(counter()?.samples.at(-1)?.[1]).toBeLessThan(before);
});

test('a double scrape shows the same counters under a second job', () => {
  const { world, pass } = worldAtNoon();
  world.inject('double-scrape');
  pass(30);
  const labels = { endpoint: '/api/v1/messages', status: '200' };
  const [first, second] = seriesOf(world, 'http_requests_total', labels, 20);
  expect(new Set([first?.labels.job, second?.labels.job])).toEqual(
    new Set(['acgs2-enhanced-agent-bus', 'kubernetes-pods']),
  );
  expect(first?.samples.at(-1)).toEqual(second?.samples.at(-1));
});

test('OPA brings the same histogram name with microsecond edges', () => {
  const { world } = worldAtNoon();
  world.inject('opa-pollution', { agoSeconds: 300 });
  const edges = seriesOf(world, 'http_request_duration_seconds_bucket', { job: 'opa' }).map(
    (series) => series.labels.le,
  );
  expect(edges).toContain('1e-06');
  expect(quantileMs(world, 0.99)).toBeGreaterThan(5);
  expect(quantileMs(world, 0.99, bus)).toBeLessThan(5);
});

test('the state lists every fault and is plain JSON', () => {
  const { world } = worldAtNoon();
  world.inject('redis:down');
  const state = world.state();
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  expect(state.faults.map((fault) => fault.id)).toEqual(faultCatalogue.map((fault) => fault.id));
  expect(state.faults.filter((fault) => fault.on).map((fault) => fault.id)).toEqual(['redis:down']);
  expect(() => world.inject('no-such-fault' as 'cache-cold')).toThrow("no fault called 'no-such-fault'");
});
