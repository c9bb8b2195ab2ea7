// The pretend company's recorded past: monotone counters, births, ends, and rates that agree with them.
import { expect, test } from 'vitest';
import { queryInstant } from '../../../../src/simulator/promql/evaluate.ts';
import { matcher } from '../../../../src/simulator/promql/series.ts';
import { metricHelp } from '../../../../src/simulator/world/metric-help.ts';
import { createWorld } from '../../../../src/simulator/world/world.ts';
import { noon, quantileMs, rate, seriesOf, worldAtNoon } from './reading.ts';

const hour = 3600;
const day = 24 * hour;

test('nine days of history are there at once', () => {
  const started = performance.now();
  const world = createWorld({ now: () => noon });
  const tookMs = performance.now() - started;
  const [up] = seriesOf(world, 'up', { job: 'acgs2-enhanced-agent-bus' }, 9 * day);
  expect(up?.samples[0]?.[0]).toBeLessThanOrEqual(noon - 9 * day * 1000 + 300_000);
  expect(up?.samples.at(-1)?.[0]).toBe(noon);
  // Under 300 ms on a quiet machine; a shared one may take longer, but never seconds.
  expect(tookMs).toBeLessThan(1_500);
});

test('no counter ever goes down, also where coarse history meets fine and where time goes on', () => {
  const { world, pass } = worldAtNoon();
  pass(3 * hour);
  const names = [
    'http_requests_total',
    'http_request_duration_seconds_bucket',
    'node_cpu_seconds_total',
    'cache_hits_total',
  ];
  let steps = 0;
  for (const series of names.flatMap((name) => seriesOf(world, name, {}, 3 * day))) {
    for (const [place, [ms, value]] of series.samples.entries()) {
      const before = series.samples[place - 1];
      if (!before) continue;
      steps += 1;
      if (value < before[1] || ms <= before[0])
        expect.fail(`${JSON.stringify(series.labels)} at ${ms}: ${before[1]} → ${value}`);
    }
  }
  expect(steps).toBeGreaterThan(100_000);
});

test('buckets of one endpoint never count more than wider ones', () => {
  const { world } = worldAtNoon({ buckets: 'fine' });
  const buckets = seriesOf(world, 'http_request_duration_seconds_bucket', { endpoint: '/api/v1/messages' }, hour)
    .map(
      (series) =>
        [series.labels.le === '+Inf' ? Infinity : Number(series.labels.le), series.samples.at(-1)?.[1] ?? 0] as const,
    )
    .sort(([a], [b]) => a - b);
  expect(buckets).toHaveLength(20);
  expect(buckets.map(([, count]) => count)).toEqual(buckets.map(([, count]) => count).sort((a, b) => a - b));
});

test.each([
  ['1h', hour],
  ['24h', day],
  ['7d', 7 * day],
])('the request rate over %s is the traffic that was there', (range, seconds) => {
  const world = createWorld({ now: () => noon });
  const byHand = rate(world, 'http_requests_total', {}, seconds);
  const answer = queryInstant(`sum(rate(http_requests_total[${range}]))`, world.source, noon);
  const value = answer.kind === 'vector' ? (answer.samples[0]?.value ?? 0) : 0;
  expect(value).toBeGreaterThan(0.97 * byHand);
  expect(value).toBeLessThan(1.03 * byHand);
  // Whole days average the wave out to 314 requests a second.
  if (seconds >= day) expect(byHand).toBeCloseTo(314, -1);
});

test('the same hour yesterday can be compared by 5-minute rates', () => {
  const { world } = worldAtNoon();
  const yesterday = rate(world, 'http_requests_total', {}, 300, noon - day * 1000);
  expect(rate(world, 'http_requests_total')).toBeGreaterThan(0.95 * yesterday);
  expect(rate(world, 'http_requests_total')).toBeLessThan(1.05 * yesterday);
});

test('a healthy P99 cannot be read with ACGS-2 buckets, and can with fine ones', () => {
  expect(quantileMs(worldAtNoon().world, 0.99)).toBeCloseTo(4.95, 1);
  const fine = quantileMs(worldAtNoon({ buckets: 'fine' }).world, 0.99);
  expect(fine).toBeGreaterThan(3);
  expect(fine).toBeLessThan(3.6);
});

test('what never happened has no series', () => {
  const { world } = worldAtNoon();
  expect(seriesOf(world, 'constitutional_violations_total', {}, 3 * day)).toEqual([]);
  expect(seriesOf(world, 'http_requests_total', { status: '500' }, 3 * day)).toEqual([]);
  expect(seriesOf(world, 'http_requests_total', { status: '404' }, 3 * day)).toEqual([]);
  expect(seriesOf(world, 'message_queue_depth', {}, 3 * day)).toEqual([]);
  expect(seriesOf(world, 'constitutional_validations_total', { result: 'success' })).toHaveLength(2);
});

test('a night of running keeps the memory small and the past readable', () => {
  const { world, pass } = worldAtNoon({ historyDays: 1 });
  pass(6 * hour);
  const [up] = seriesOf(world, 'up', { job: 'acgs2-enhanced-agent-bus' }, 3 * day);
  // Two to three hours at 5 s, the rest at a minute or more.
  expect(up?.samples.length).toBeLessThan(3 * 720 + 28 * 60 + 10);
  const earlier = rate(world, 'http_requests_total', {}, hour, world.now() - 4 * hour * 1000);
  expect(earlier).toBeGreaterThan(250);
  expect(earlier).toBeLessThan(380);
});

test('two worlds with one seed have one past', () => {
  const samples = () => seriesOf(worldAtNoon({ seed: 7 }).world, 'http_requests_total', {}, hour);
  expect(samples()).toEqual(samples());
});

test('every metric that is exported has its type announced', () => {
  const { world } = worldAtNoon({ historyDays: 0.05 });
  for (const fault of ['opa-pollution', 'error-burst', 'constitutional-violation'] as const)
    world.inject(fault, { agoSeconds: 60 });
  const all = world.source.select([matcher('job', '!=', '')], noon - 60_000, noon);
  const names = all.map((series) => series.labels.__name__ ?? '').filter((name) => name !== 'up');
  const families = names.map((name) => name.replace(/^(http_request_duration_seconds)_(bucket|sum|count)$/, '$1'));
  expect([...new Set(families)].sort()).toEqual(Object.keys(metricHelp).sort());
});
