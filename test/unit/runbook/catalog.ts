// A catalog for tests: the kinds of checks and actions with their parameters, and nothing behind them.

import { z } from 'zod';
import type { Catalog } from '../../../src/runbook/index.ts';

const chart = z.strictObject({ range: z.string(), step: z.string() }).optional();
const matchers = z.record(z.string(), z.string()).optional();
const series = z.strictObject({ metric: z.string(), select: matchers });
const nothing = z.strictObject({});

const checks: Readonly<Record<string, z.ZodType>> = {
  'prometheus.latency': z.strictObject({
    metric: z.string(),
    quantile: z.number().gt(0).lt(1),
    window: z.string(),
    by: z.string().optional(),
    top: z.int().positive().optional(),
    select: matchers,
    exclude: matchers,
    chart,
  }),
  'prometheus.share': z.strictObject({
    part: series,
    of: series.optional(),
    rest: series.optional(),
    window: z.string(),
    by: z.string().optional(),
    chart,
  }),
  'prometheus.rate': z.strictObject({
    metric: z.string(),
    select: matchers,
    window: z.string(),
    by: z.string().optional(),
    compareOffset: z.string().optional(),
    chart,
  }),
  'prometheus.value': z.strictObject({
    promql: z.string(),
    labels: z.array(z.string()).optional(),
    reduce: z.enum(['max', 'min', 'sum']),
    scale: z.number().optional(),
    metric: z.string(),
    chart,
  }),
  'prometheus.compliance': z.strictObject({
    validations: z.string(),
    violations: z.string(),
    window: z.string(),
  }),
  'prometheus.budget': z.strictObject({ total: series, errors: series, objective: z.number(), window: z.string() }),
  'dashboard.overview': nothing,
  'dashboard.performance': nothing,
  'dashboard.breakers': nothing,
  'dashboard.constitution': nothing,
  'redis.latency': z.strictObject({ samples: z.int().positive() }),
  'redis.clients': nothing,
  'redis.slowlog': z.strictObject({ count: z.int().positive(), sinceMinutes: z.number().positive() }),
  'redis.memory': nothing,
  'kubernetes.deployment': z.strictObject({ name: z.string() }),
};

const actions: Readonly<Record<string, z.ZodType>> = {
  'redis.maxmemory-policy': z.strictObject({ policy: z.string() }),
  'redis.unlink-prefixes': z.strictObject({ prefixes: z.array(z.string()).min(1) }),
  'redis.flushdb': z.strictObject({ cache: z.array(z.string()), protected: z.record(z.string(), z.string()) }),
  'kubernetes.scale': z.strictObject({ deployment: z.string(), replicas: z.int(), maximum: z.int() }),
  'kubernetes.set-resources': z.strictObject({
    deployment: z.string(),
    container: z.string(),
    cpu: z.string().optional(),
    memory: z.string().optional(),
  }),
  'alertmanager.silence': z.strictObject({ matchers: z.record(z.string(), z.string()), for: z.string() }),
};

const systems = new Set([...Object.keys(checks), ...Object.keys(actions)].map((uses) => uses.split('.')[0]));

export const catalog: Catalog = {
  problems(system, kind, use, params) {
    if (!systems.has(system)) return 'no-such-system';
    const schema = (use === 'check' ? checks : actions)[`${system}.${kind}`];
    if (schema === undefined) return 'no-such-kind';
    const parsed = schema.safeParse(params);
    if (parsed.success) return [];
    return parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  },
};
