// The runbook package that ships: it is right, it holds the owners' steps and numbers, and it reads well.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { CheckDefinition, Procedure, ReviewDefinition } from '../src/core/runbook.ts';
import type { Verdict } from '../src/core/verdict.ts';
import { loadRunbooks, renderMarkdown, weigh } from '../src/runbook/index.ts';
import { catalog } from './unit/runbook/catalog.ts';
import { observed, unanswered } from './unit/runbook/observations.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const loaded = await loadRunbooks([here('../runbooks/acgs2')], catalog);
const library = loaded.ok ? loaded.library : { procedures: [], reviews: [] };
const latency = library.procedures.find(({ name }) => name === 'latency') as Procedure;
const health = library.reviews.find(({ name }) => name === 'health') as ReviewDefinition;

it('the shipped package has no faults', () => {
  expect(loaded).toMatchObject({ ok: true });
});

describe('the accounts that ship reach what the runbooks change, and nothing beside it', () => {
  /** A parameter of all actions of one kind in the package. */
  function named<T>(system: string, kind: string, parameter: string): readonly T[] {
    const actions = library.procedures.flatMap((procedure) => procedure.actions);
    const ofKind = actions.filter((action) => action.system === system && action.kind === kind);
    return [
      ...new Set(ofKind.flatMap(({ params }) => (params as Record<string, T | readonly T[]>)[parameter] ?? [])),
    ] as T[];
  }

  it('deploy/redis/accounts.conf: the cache prefixes', () => {
    const file = readFileSync(here('../deploy/redis/accounts.conf'), 'utf8');
    const patterns = [...(/^user acgs-chatops-actions .*$/m.exec(file)?.[0] ?? '').matchAll(/ ~(\S+)/g)];
    const prefixes = named<string>('redis', 'unlink-prefixes', 'prefixes');
    expect(patterns.map(([, pattern]) => pattern).sort()).toEqual(prefixes.map((prefix) => `${prefix}*`).sort());
  });

  it.each([
    ['scale', 'deployments/scale'],
    ['set-resources', 'deployments'],
  ])('deploy/kubernetes/rbac.yml: the deployments of %s', (kind, resource) => {
    const role = parseAllDocuments(readFileSync(here('../deploy/kubernetes/rbac.yml'), 'utf8'))
      .map((document) => document.toJS() as { rules?: { resources: string[]; resourceNames?: string[] }[] })
      .flatMap(({ rules = [] }) => rules)
      .find(({ resources, resourceNames }) => resources.includes(resource) && resourceNames !== undefined);
    expect(role?.resourceNames?.sort()).toEqual([...named<string>('kubernetes', kind, 'deployment')].sort());
  });
});

describe('the latency procedure', () => {
  it('has every step of the owners, in its phase, and drops none', () => {
    const placed = [...latency.checks, ...latency.sayings].map(({ phase, step }) => `${phase} ${step}`);
    const steps = new Set([...placed, ...latency.actions.map(({ step }) => `mitigate ${step}`)]);
    expect([...steps].sort()).toEqual(
      [
        ...[
          'acknowledge 1',
          'verify 2',
          'verify 3',
          'investigate 4',
          'investigate 5',
          'investigate 6',
          'investigate 7',
        ],
        ...['mitigate 8', 'mitigate 9', 'post-mortem 10'],
      ].sort(),
    );
  });

  it('asks what the steps 2 to 7 ask', () => {
    expect(Object.fromEntries(latency.checks.map(({ id, step }) => [id, step]))).toEqual({
      p99: '2',
      'p99-by-service': '2',
      'slowest-services': '3',
      cpu: '4',
      memory: '4',
      'agent-bus-pods': '4',
      'cache-hit-rate': '5',
      'redis-latency': '6',
      'redis-clients': '6',
      'redis-slowlog': '6',
      'circuit-breakers': '7',
    });
  });

  it('offers every fix of step 8, the safe sibling before FLUSHDB, each with its caution', () => {
    expect(latency.actions.map(({ system, kind }) => `${system}.${kind}`)).toEqual([
      ...['redis.unlink-prefixes', 'redis.maxmemory-policy', 'redis.flushdb'],
      ...['kubernetes.scale', 'kubernetes.set-resources', 'alertmanager.silence'],
    ]);
    for (const { id, caution } of latency.actions) expect(caution, id).toBeDefined();
  });

  it('says that an upstream cause leaves nothing to execute, and that tracing cannot be switched on', () => {
    expect(latency.sayings).toContainEqual(expect.objectContaining({ helps: 'upstream', step: '8' }));
    expect(latency.sayings.some(({ text }) => text.includes('TRACE_ENABLED'))).toBe(true);
  });

  it('answers within 5 minutes and tells the platform lead at once', () => {
    expect(latency).toMatchObject({ severity: 'critical', respondWithinMs: 300_000, alsoTell: ['L2'] });
  });

  it('watches P99 every 5 seconds without asking for charts, one minute beside five, with traffic', () => {
    const { check, fast, traffic, everyMs } = latency.recovery;
    expect(everyMs).toBe(5_000);
    expect([check, fast, traffic?.check].map((one) => one?.chart)).toEqual([false, false, false]);
    expect([check, fast]).toMatchObject([{ params: { window: '5m' } }, { params: { window: '1m' } }]);
    expect(traffic?.check.kind).toBe('rate');
  });

  it.each<[string, Record<string, Verdict>, Record<string, string>]>([
    [
      'a cold cache',
      { 'cache-hit-rate': 'critical', 'redis-latency': 'ok', cpu: 'ok', memory: 'ok', 'circuit-breakers': 'unknown' },
      { cache: 'supported', resources: 'ruled-out', upstream: 'unknown' },
    ],
    [
      'a hot processor while the memory cannot be read',
      { 'cache-hit-rate': 'ok', 'redis-latency': 'ok', cpu: 'critical', memory: 'unknown', 'circuit-breakers': 'ok' },
      { cache: 'ruled-out', resources: 'supported', upstream: 'ruled-out' },
    ],
    [
      'an open breaker while Redis is down',
      { 'cache-hit-rate': 'ok', 'redis-latency': 'unknown', cpu: 'ok', memory: 'ok', 'circuit-breakers': 'warning' },
      { cache: 'open', resources: 'ruled-out', upstream: 'supported' },
    ],
    ['silence everywhere', {}, { cache: 'unknown', resources: 'unknown', upstream: 'unknown' }],
  ])('reads %s rightly', (_, verdicts, expected) => {
    const observations = Object.fromEntries(
      latency.checks.map(({ id }) => {
        const verdict = verdicts[id] ?? 'unknown';
        return [id, verdict === 'unknown' ? unanswered(id) : observed(id, { verdict })];
      }),
    );
    const standings = weigh(latency, observations);
    expect(Object.fromEntries(standings.map(({ hypothesis, position }) => [hypothesis, position]))).toEqual(expected);
  });

  it('prints as a page with its steps, limits, cautions and conditions', () => {
    const page = renderMarkdown(latency);
    for (const step of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
      expect(page).toContain(`### Step ${step}\n`);
    expect(page).toContain('warning > 4 ms (runbook, Latency Alerts), critical > 5 ms (runbook, Latency Alerts)');
    expect(page).toContain('Caution: Destroys more than the cache');
    expect(page).toContain('- For: `checks["cache-hit-rate"].verdict in ["warning", "critical"]`');
    expect(page).not.toMatch(/undefined|NaN|\[object/);
    expect(page.indexOf('### Step 9')).toBeLessThan(page.indexOf('### Step 10'));
  });
});

it('the health check asks what the daily health check of the owners asks', () => {
  expect(health.checks.map(({ id }) => id)).toEqual([
    ...['overview', 'dashboard-performance', 'p99', 'throughput', 'error-rate', 'cache-hit-rate'],
    ...['compliance', 'constitution', 'circuit-breakers', 'error-budget'],
  ]);
});

const thresholdsPath = './fixtures/acgs2/performance_thresholds.yml';
const thresholds = parse(readFileSync(here(thresholdsPath), 'utf8'));
const everyCheck = new Map<string, CheckDefinition>(
  [...latency.checks, ...health.checks].map((check) => [check.id, check]),
);

describe('the limits are the numbers of the owners', () => {
  const { performance, resources } = thresholds;
  it.each([
    ['p99', 'above', performance.latency.p99.warning_ms, performance.latency.p99.critical_ms],
    ['p99-by-service', 'above', performance.latency.p99.warning_ms, performance.latency.p99.critical_ms],
    ['throughput', 'below', performance.throughput.warning_rps, performance.throughput.critical_rps],
    ['error-rate', 'above', performance.error_rate.warning_percent, performance.error_rate.critical_percent],
    [
      'cache-hit-rate',
      'below',
      performance.cache.hit_rate.warning_percent,
      performance.cache.hit_rate.critical_percent,
    ],
    ['redis-latency', 'above', performance.cache.latency_ms.warning, performance.cache.latency_ms.critical],
    ['cpu', 'above', resources.cpu.warning_percent, resources.cpu.critical_percent],
    ['memory', 'above', resources.memory.warning_percent, resources.memory.critical_percent],
  ])('%s: %s %d warns, %d is critical', (id, breachedWhen, warning, critical) => {
    expect(everyCheck.get(id)?.limits).toMatchObject([
      { level: 'warning', breachedWhen, bound: warning },
      { level: 'critical', breachedWhen, bound: critical },
    ]);
  });

  it('compliance and the error budget of their service-level objectives', () => {
    const { availability, constitutional_compliance } = thresholds.sli_slo;
    expect(everyCheck.get('compliance')?.limits).toMatchObject([{ bound: constitutional_compliance.slo_target }]);
    expect(everyCheck.get('error-budget')?.params).toMatchObject({
      objective: availability.slo_target,
      window: availability.error_budget_period,
    });
  });

  it('every limit names where it comes from', () => {
    for (const { id, limits } of everyCheck.values()) {
      for (const { source } of limits) expect(source, id).toMatch(/^(runbook|performance_thresholds\.yml|dashboard)\b/);
    }
  });

  // The fixture is a copy; where the owners' own file lies beside the project, the copy must be the same.
  const original = here('../../shared/data/acgs2/performance_thresholds.yml');
  it.skipIf(!existsSync(original))(
    "the copy of the owners' thresholds is unchanged (needs the owners' file beside the project)",
    () => {
      expect(readFileSync(here(thresholdsPath), 'utf8')).toBe(readFileSync(original, 'utf8'));
    },
  );
});
