// The Prometheus checks against a real Prometheus, on pasts whose right answers are known.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scenarios } from '../support/prometheus-scenarios.ts';
import { type RealPrometheus, startRealPrometheus, whyNoPrometheus } from '../support/real-prometheus.ts';
import { type Asking, above, below, type TestSystems, testSystems } from '../support/system-checks.ts';

const missing = whyNoPrometheus();
const minute = 60_000;
const now = Date.now();

describe.skipIf(missing !== undefined)(`Prometheus checks${missing === undefined ? '' : ` (${missing})`}`, () => {
  let prometheus: RealPrometheus;
  const opened: TestSystems[] = [];

  beforeAll(async () => {
    prometheus = await startRealPrometheus({ openMetrics: scenarios(now) });
  });
  afterAll(async () => {
    await Promise.all(opened.map((systems) => systems.close()));
    await prometheus?.stop();
  });

  function askAt(
    jobs: readonly string[] | undefined,
    kind: string,
    params: unknown,
    asking: Asking = {},
    labels?: { service: string; status: string },
  ) {
    const systems = testSystems(
      { prometheus: { url: prometheus.url, ...(jobs === undefined ? {} : { jobs }) } },
      labels,
    );
    opened.push(systems);
    return systems.ask(`prometheus.${kind}`, params, asking);
  }

  const p99 = { metric: 'http_request_duration_seconds' };
  const p99Limits: Asking = { unit: 'ms', limits: [above(4, 'warning'), above(5)] };

  describe('latency', () => {
    it('F72: takes no alarm from 0.8 ms that interpolate to 4.95 ms, and says that 4 ms cannot be measured', async () => {
      const { observation } = await askAt(['fast'], 'latency', p99, p99Limits);
      expect(observation.verdict).toBe('unknown');
      expect(observation.unknown?.reason).toBe('unresolvable');
      expect(observation.limits.map(({ outcome }) => outcome)).toEqual(['undecidable', 'held']);
      expect(observation.limits[0]?.why).toBe('the first bucket edge is 5 ms');
      expect(observation.measurement?.value).toBeCloseTo(4.95, 2);
      expect(observation.measurement).toMatchObject({ low: 0, high: 5, unit: 'ms' });
      expect(observation.summary).toBe(
        'not critical: 0 % of requests above 5 ms (limit 1 %); the warning limit 4 ms cannot be measured: the first bucket edge is 5 ms',
      );
      expect(observation.facts?.shareAbove5ms).toBe(0);
    });

    it('F72: counts the share of slow requests where the limit is a bucket edge', async () => {
      const { observation } = await askAt(['nearly'], 'latency', p99, { unit: 'ms', limits: [above(5)] });
      expect(observation.verdict).toBe('ok');
      expect(observation.facts?.shareAbove5ms).toBeCloseTo(0.2, 2);
      expect(observation.summary).toBe('not critical: 0.2 % of requests above 5 ms (limit 1 %)');
    });

    it('calls 19 ms critical, in both limits', async () => {
      const { observation, series } = await askAt(
        ['slow'],
        'latency',
        { ...p99, chart: { range: '30m', step: '30s' } },
        p99Limits,
      );
      expect(observation.verdict).toBe('critical');
      expect(observation.limits.map(({ outcome }) => outcome)).toEqual(['breached', 'breached']);
      expect(observation.measurement).toMatchObject({ low: 10, high: 25 });
      expect(observation.summary).toMatch(/^P99 24\.\d ms > 5 ms$/);
      expect(observation.trend?.direction).toBe('steady');
      expect(series[0]?.points).toHaveLength(61);
      expect(series[0]?.points.at(-1)?.[1]).toBeCloseTo(24.85, 1);
    });

    it('shows a gap before the data begin as a gap, not as a line', async () => {
      const { series } = await askAt(['slow'], 'latency', { ...p99, chart: { range: '3h', step: '5m' } }, p99Limits);
      expect(series[0]?.points[0]?.[1]).toBeNull();
      expect(series[0]?.points.at(-1)?.[1]).not.toBeNull();
    });

    it('F70: reads the overflow bucket as at least the last edge', async () => {
      const { observation } = await askAt(['overflow'], 'latency', p99, p99Limits);
      expect(observation.summary).toBe('P99 ≥ 10,000 ms > 5 ms');
      expect(observation.measurement).toEqual({ value: 10_000, unit: 'ms', low: 10_000 });
      const higher = await askAt(['overflow'], 'latency', p99, { unit: 'ms', limits: [above(15_000)] });
      expect(higher.observation.unknown?.detail).toContain('the last bucket edge is 10,000 ms');
    });

    it('finds the quiet slow service that the overall P99 hides, and does not judge an idle one', async () => {
      const whole = await askAt(['many'], 'latency', p99, { unit: 'ms', limits: [above(5)] });
      expect(whole.observation.verdict).toBe('ok');
      const { observation } = await askAt(
        ['many'],
        'latency',
        { ...p99, by: 'service' },
        { unit: 'ms', limits: [above(5)] },
      );
      expect(observation.verdict).toBe('critical');
      expect(observation.rows.map(({ label, verdict }) => [label, verdict])).toEqual([
        ['tenant-management', 'critical'],
        ['agent-bus', 'ok'],
        ['idle-service', 'unknown'],
      ]);
      expect(observation.rows[0]?.note).toMatch(/low traffic: 60 requests in 5m/);
      expect(observation.rows[2]?.note).toBe('no traffic');
      expect(observation.summary).toMatch(
        /^tenant-management: P99 74\.\d ms > 5 ms; 1 of 2 over a limit, 1 without traffic/,
      );
    });

    it('F71: cuts to the slowest and says how many it left out', async () => {
      const { observation } = await askAt(['many'], 'latency', { ...p99, by: 'service', top: 1 }, p99Limits);
      expect(observation.rows.map(({ label }) => label)).toEqual(['tenant-management']);
      expect(observation.rowsCut).toBe(2);
    });

    it('F70: knows no latency without traffic', async () => {
      const { observation } = await askAt(['idle'], 'latency', p99, p99Limits);
      expect(observation.unknown).toMatchObject({ reason: 'not_a_number' });
      expect(observation.summary).toContain('no traffic');
    });

    it('F73: decides nothing from samples of three minutes ago', async () => {
      const { observation } = await askAt(['stale'], 'latency', p99, p99Limits);
      expect(observation.unknown?.reason).toBe('stale');
      expect(observation.summary).toMatch(/3 min( \d+ s)? old/);
      expect(now - (observation.sampleAt ?? 0)).toBeGreaterThan(2.5 * minute);
    });

    it('is not fooled by OPA, which exports the same name in other buckets, and says that it is mixed in', async () => {
      const merged = await query(
        'histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{job=~"bus-beside-opa|opa"}[5m])))',
      );
      expect(merged * 1_000).toBeGreaterThan(5);
      const { observation } = await askAt(['bus-beside-opa', 'opa'], 'latency', p99, {
        unit: 'ms',
        limits: [above(5)],
      });
      expect(observation.verdict).toBe('ok');
      expect(observation.notes.join()).toMatch(/bucket layouts differ .*opa/);
      const excluded = await askAt(
        ['bus-beside-opa', 'opa'],
        'latency',
        { ...p99, exclude: { job: 'opa' } },
        p99Limits,
      );
      expect(excluded.observation.notes.join()).not.toMatch(/layouts/);
    });

    it('says when two jobs export the same service', async () => {
      const { observation } = await askAt(['static-job', 'pod-discovery'], 'latency', p99, p99Limits);
      expect(observation.notes).toContain(
        'audit-service may be counted twice: jobs pod-discovery and static-job both export it (set systems.prometheus.jobs)',
      );
    });

    it('says where the number comes from and how old it is', async () => {
      const { observation } = await askAt(['fast'], 'latency', p99, p99Limits);
      expect(observation.source.query).toContain('http_request_duration_seconds_bucket{job="fast"}[5m]');
      expect(new URL(observation.source.link ?? '').searchParams.get('g0.expr')).toContain('histogram_quantile(0.99');
      expect(observation.observedAt - (observation.sampleAt ?? 0)).toBeLessThan(30_000);
    });
  });

  describe('share', () => {
    const errors = {
      part: { metric: 'http_requests_total', select: { status: '=~5..' } },
      of: { metric: 'http_requests_total' },
    };
    const errorLimits: Asking = { unit: '%', limits: [above(1, 'warning'), above(5)] };
    const hits = { part: { metric: 'cache_hits_total' }, rest: { metric: 'cache_misses_total' } };
    const hitLimits: Asking = { unit: '%', limits: [below(85, 'warning'), below(75)] };

    it('reads a service that never failed as 0 %, and says that no such series exists', async () => {
      const { observation } = await askAt(['fast'], 'share', errors, errorLimits);
      expect(observation.verdict).toBe('ok');
      expect(observation.measurement?.value).toBe(0);
      expect(observation.summary).toMatch(/^0 % \(want ≤ 1 %, 5m, 12,0\d\d counted\)$/);
      expect(observation.notes.join()).toContain('read as none counted so far');
    });

    it('measures 6 % of errors as critical', async () => {
      const { observation } = await askAt(['failing'], 'share', errors, errorLimits);
      expect(observation.verdict).toBe('critical');
      expect(observation.measurement?.value).toBeCloseTo(6, 0);
    });

    it('does not call it 0 % where no series carries the status label', async () => {
      const { observation } = await askAt(['gateway'], 'share', errors, errorLimits);
      expect(observation.unknown?.reason).toBe('unresolvable');
      expect(observation.unknown?.detail).toContain('label status');
      const renamed = await askAt(['gateway'], 'share', errors, errorLimits, {
        service: 'service',
        status: 'status_code',
      });
      expect(renamed.observation.verdict).toBe('ok');
    });

    it('reads a cache that never missed as 100 %', async () => {
      const { observation } = await askAt(['warm'], 'share', hits, hitLimits);
      expect(observation.verdict).toBe('ok');
      expect(observation.measurement?.value).toBe(100);
      expect(observation.notes.join()).toContain('cache_misses_total');
    });

    it('finds the operation that never hits, worst first', async () => {
      const { observation } = await askAt(['mixed-cache'], 'share', { ...hits, by: 'operation' }, hitLimits);
      expect(observation.verdict).toBe('critical');
      expect(observation.rows.map(({ label, verdict }) => [label, verdict])).toEqual([
        ['scan', 'critical'],
        ['get', 'ok'],
      ]);
      expect(observation.facts?.overall).toBeCloseTo(94.1, 0);
    });

    it('has no share of nothing', async () => {
      const { observation } = await askAt(['idle'], 'share', errors, errorLimits);
      expect(observation.unknown?.reason).toBe('not_a_number');
      expect(observation.summary).toContain('no traffic');
    });

    it('knows nothing about a metric that nobody exports, and says so in the words of the runbook', async () => {
      const { observation } = await askAt(['nobody'], 'share', hits, {
        ...hitLimits,
        missing: 'No cache counts its hits.',
      });
      expect(observation.unknown?.reason).toBe('no_data');
      expect(observation.unknown?.detail).toContain('No cache counts its hits.');
      expect(observation.unknown?.detail).toContain('it has no target with job="nobody"');
    });
  });

  describe('rate', () => {
    const traffic = { metric: 'http_requests_total' };
    const limits: Asking = { unit: 'rps', limits: [below(150, 'warning'), below(100)] };

    it('compares with the same time yesterday', async () => {
      const { observation } = await askAt(['compared'], 'rate', { ...traffic, compareOffset: '1d' }, limits);
      expect(observation.verdict).toBe('ok');
      expect(observation.measurement?.value).toBeCloseTo(300, 0);
      expect(observation.facts?.changePercent).toBeCloseTo(-25, 0);
      expect(observation.summary).toBe('300 rps (want ≥ 150 rps, 5m), −25 % on 1d ago');
    });

    it('measures silence as 0 rps, which is critical, while the counter still exists', async () => {
      const { observation } = await askAt(['idle'], 'rate', traffic, limits);
      expect(observation.verdict).toBe('critical');
      expect(observation.summary).toBe('0 rps < 100 rps, 5m');
    });

    it('F73: does not read a total outage as zero: the signal is lost, and its target is down', async () => {
      const { observation } = await askAt(['ended'], 'rate', traffic, limits);
      expect(observation.verdict).toBe('unknown');
      expect(['no_data', 'stale']).toContain(observation.unknown?.reason);
      expect(observation.unknown?.detail).toMatch(/12 min.*old.*signal is lost/);
    });

    it('shows services without judging them, and says when they may be counted twice', async () => {
      const { observation } = await askAt(
        ['static-job', 'pod-discovery'],
        'rate',
        { ...traffic, by: 'service' },
        limits,
      );
      expect(observation.measurement?.value).toBeCloseTo(200, 0);
      expect(observation.rows).toMatchObject([{ label: 'audit-service', verdict: 'ok' }]);
      expect(observation.notes.join()).toContain('counted twice');
    });
  });

  describe('value', () => {
    const cpu = {
      promql: '100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))',
      labels: ['instance'],
      reduce: 'max',
      metric: 'node_cpu_seconds_total',
    };

    it('shows the hot machine that an average hides', async () => {
      const { observation, series } = await askAt(
        undefined,
        'value',
        { ...cpu, chart: { range: '1h', step: '1m' } },
        { unit: '%', limits: [above(85)] },
      );
      expect(observation.verdict).toBe('critical');
      expect(observation.measurement?.value).toBeCloseTo(90, 0);
      expect(observation.summary).toMatch(/^(89\.\d|90(\.\d)?) % > 85 %, max of 2, node-2$/);
      expect(series.map(({ name }) => name)).toEqual(['node-2', 'node-1']);
    });

    it('F70: compares no infinity', async () => {
      const { observation } = await askAt(
        undefined,
        'value',
        { ...cpu, promql: 'node_cpu_seconds_total / 0' },
        { unit: '%', limits: [above(85)] },
      );
      expect(observation.unknown?.reason).toBe('not_a_number');
    });

    it("F68: shows Prometheus's own words for a query it refuses", async () => {
      const { observation } = await askAt(undefined, 'value', { ...cpu, promql: 'sum(' }, { unit: '%' });
      expect(observation.unknown?.reason).toBe('rejected');
      expect(observation.unknown?.detail).toContain('parse error');
    });
  });

  describe('compliance', () => {
    const constitution = {
      validations: 'constitutional_validations_total',
      violations: 'constitutional_violations_total',
      window: '24h',
    };
    const limits: Asking = { unit: '%', limits: [below(100)] };

    it('is ok when messages were validated and none violated', async () => {
      const { observation } = await askAt(['compliant'], 'compliance', constitution, limits);
      expect(observation.verdict).toBe('ok');
      expect(observation.facts).toMatchObject({ violations: 0, failures: 0 });
      expect(observation.summary).toMatch(
        /^100 % \(want ≥ 100 %\): 0 violations in 24h, 1,2\d\d,\d\d\d validations, 0 failed$/,
      );
    });

    it('sees the very first violation, which increase() does not', async () => {
      const blind = await query('sum(increase(constitutional_violations_total{job="first-violation"}[24h]))');
      expect(blind).toBe(0);
      const { observation } = await askAt(['first-violation'], 'compliance', constitution, limits);
      expect(observation.verdict).toBe('critical');
      expect(observation.facts?.violations).toBe(1);
      expect(observation.rows[0]?.label).toContain('hash_mismatch');
    });

    it('sees a violation that a pod counted before it went away', async () => {
      const { observation } = await askAt(['gone-pod'], 'compliance', constitution, limits);
      expect(observation.verdict).toBe('critical');
    });

    it('does not count violations of last week, but tells them', async () => {
      const { observation } = await askAt(['old-violations'], 'compliance', constitution, limits);
      expect(observation.verdict).toBe('ok');
      expect(observation.notes).toContain('7 violations since the exporters started');
    });

    it('cannot tell when they were, where Prometheus remembers three hours only', async () => {
      const { observation } = await askAt(['short-memory'], 'compliance', constitution, limits);
      expect(observation.unknown?.reason).toBe('unresolvable');
      expect(observation.notes.join()).toMatch(/remembers only the last (3 h|2 h 5\d min) of 24h/);
    });

    it('does not take silence for compliance', async () => {
      const { observation } = await askAt(['silent'], 'compliance', constitution, limits);
      expect(observation.unknown?.reason).toBe('no_data');
      const absent = await askAt(['nobody'], 'compliance', constitution, limits);
      expect(absent.observation.unknown?.reason).toBe('no_data');
    });

    it('F73: does not call compliant what was last seen two hours ago, although a day has data', async () => {
      const { observation } = await askAt(['lost'], 'compliance', constitution, limits);
      expect(observation.unknown?.reason).toBe('stale');
      expect(observation.summary).toContain('more than 1h old');
    });

    it('is critical when validations fail', async () => {
      const { observation } = await askAt(['refusing'], 'compliance', constitution, limits);
      expect(observation.verdict).toBe('critical');
      expect(observation.measurement?.value).toBeCloseTo(99, 1);
    });
  });

  describe('budget', () => {
    const slo = {
      total: { metric: 'http_requests_total' },
      errors: { metric: 'http_requests_total', select: { status: '=~5..' } },
      objective: 99.9,
      window: '30d',
    };

    it('tells what is left and how many days that is based on', async () => {
      const { observation } = await askAt(['budget'], 'budget', slo, { unit: '%', limits: [below(0)] });
      expect(observation.verdict).toBe('ok');
      expect(observation.facts?.remaining).toBeCloseTo(50, 0);
      expect(observation.facts?.burn).toBeCloseTo(0.5, 1);
      expect(observation.facts?.coveredDays).toBeGreaterThan(8.7);
      // The scrapes go on while the tests run.
      expect(observation.facts?.coveredDays).toBeLessThan(9.01);
      expect(observation.summary).toMatch(/left, burning 0\.5 ×, based on (9 d|8 d 2\d h) of 30d$/);
    });

    it('counts the errors with which a series was born', async () => {
      const { observation } = await askAt(['born-errors'], 'budget', { ...slo, window: '24h' }, { unit: '%' });
      // 200 of 864,000 requests, of which 864 may fail.
      expect(observation.facts?.remaining).toBeCloseTo(100 * (1 - 200 / 864), 0);
    });

    it('has a full budget where nothing ever failed, and none without the status label', async () => {
      const fast = await askAt(['fast'], 'budget', slo, { unit: '%' });
      expect(fast.observation.facts?.remaining).toBe(100);
      const gateway = await askAt(['gateway'], 'budget', slo, { unit: '%' });
      expect(gateway.observation.unknown?.reason).toBe('unresolvable');
    });
  });

  /** One number straight from Prometheus, to show what a plain query would have said. */
  async function query(promql: string): Promise<number> {
    const answer = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query: promql })}`);
    const body = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(body.data.result[0]?.value[1]);
  }
});
