// `dashboard.overview`: health of the services, derived from each of them; the dashboard's own "healthy" counts for nothing.

import { z } from 'zod';
import type { CheckCall, Row } from '../../core/observation.ts';
import { spellValue } from '../../core/spell.ts';
import { holdAgainst, type Limit, type Verdict } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import { type Failure, oneLine } from '../failure.ts';
import { ruleReading, type Statement, unmeasured } from '../statement.ts';
import {
  ask,
  type DashboardDeps,
  type DashboardService,
  foreignHash,
  healthAnswer,
  overviewAnswer,
  sourceOf,
} from './api.ts';

const overviewPath = '/dashboard/overview';
const healthPath = '/dashboard/health';

/** The dashboard's own bounds for its score; used where the runbook gives none. */
const scoreLimits: readonly Limit[] = [
  { level: 'warning', breachedWhen: 'below', bound: 0.9, source: 'ACGS-2 dashboard, health score' },
  { level: 'critical', breachedWhen: 'below', bound: 0.5, source: 'ACGS-2 dashboard, health score' },
];

const fineWords = new Set(['healthy', 'ok', 'up', 'alive', 'ready', 'pass', 'running']);

const verdicts: Readonly<Record<string, Verdict>> = { healthy: 'ok', degraded: 'warning', unhealthy: 'critical' };

export const overview = defineCheck(z.strictObject({}), async (deps: DashboardDeps, call): Promise<Statement> => {
  // Each page probes all services live, so that one hanging service makes both slow: they are asked together.
  const [page, health] = await Promise.all([
    ask(deps, overviewPath, overviewAnswer, call.signal),
    ask(deps, healthPath, healthAnswer, call.signal),
  ]);
  const source = sourceOf(deps, overviewPath);
  const foreign = [
    page.ok ? foreignHash(deps, overviewPath, page.value.constitutional_hash) : undefined,
    health.ok ? foreignHash(deps, healthPath, health.value.constitutional_hash) : undefined,
  ].filter((one) => one !== undefined);
  // A foreign hash is critical even when the other page gives no answer.
  const silent = !page.ok ? page : !health.ok ? health : undefined;
  if (silent !== undefined && foreign.length === 0) return unmeasured(silent.failure, { source });
  const services = health.ok ? (health.value.services ?? []) : [];
  const notes = [
    ...foreign.map((one) => one.note),
    ...(silent === undefined ? [] : [silent.failure.detail]),
    ...(page.ok ? contradictions(page.value, services) : []),
  ];
  if (services.length === 0)
    return foreign.length === 0
      ? unmeasured(noServices, { source, notes })
      : {
          kind: 'measured',
          source,
          readings: foreign.map((one) => one.reading),
          summary: 'constitutional hash differs; health of the services not known',
          notes,
        };

  const counts = countByStatus(services);
  const score = counts.healthy / services.length;
  const value = call.unit === '%' ? score * 100 : score;
  const unit = call.unit === '%' ? '%' : 'ratio';
  const rows = services.map(rowOf).sort((a, b) => rankOf(a) - rankOf(b));
  return {
    kind: 'measured',
    source,
    readings: [
      ...foreign.map((one) => one.reading),
      ...holdAgainst(value, limitsOf(call)),
      ruleReading('warning', 'every service must be healthy', rows.filter((row) => row.verdict !== 'ok').length),
    ],
    measurement: { value, unit },
    summary: `${foreign.length > 0 ? 'constitutional hash differs; ' : ''}${say(counts, services.length)}, score ${spellValue(value, unit)}`,
    rows,
    notes,
    facts: { total: services.length, ...counts, score },
  };
});

const noServices: Failure = {
  reason: 'no_data',
  detail: 'dashboard: it lists no services, so nothing is known about their health',
  remedy: 'Check which services the dashboard is configured to probe.',
};

interface Counts {
  readonly healthy: number;
  readonly degraded: number;
  readonly unhealthy: number;
  readonly unknown: number;
}

/** Whatever is none of the three known words is unknown; the dashboard itself does not count those. */
function countByStatus(services: readonly DashboardService[]): Counts {
  const count = (status: string) => services.filter((service) => service.status.toLowerCase() === status).length;
  const [healthy, degraded, unhealthy] = [count('healthy'), count('degraded'), count('unhealthy')];
  return { healthy, degraded, unhealthy, unknown: services.length - healthy - degraded - unhealthy };
}

function say(counts: Counts, total: number): string {
  const others = (['unhealthy', 'unknown', 'degraded'] as const).filter((status) => counts[status] > 0);
  const parts = others.map((status) => `${counts[status]} ${status}`);
  return [`${counts.healthy} of ${total} services healthy`, ...parts].join(', ');
}

function limitsOf(call: CheckCall): readonly Limit[] {
  if (call.limits.length > 0) return call.limits;
  return call.unit === '%' ? scoreLimits.map((limit) => ({ ...limit, bound: limit.bound * 100 })) : scoreLimits;
}

/** HTTP 200 is "healthy" for the dashboard, whatever the service says about itself in the body. */
function rowOf(service: DashboardService): Row {
  const own = service.details?.status;
  const denies = typeof own === 'string' && !fineWords.has(own.toLowerCase());
  const verdict = verdicts[service.status.toLowerCase()] ?? 'unknown';
  const notes = [
    verdict === 'unknown' ? `${oneLine(service.status, 40)}: the dashboard cannot reach it` : '',
    oneLine(service.error_message ?? ''),
    denies ? `answers 200, but says of itself: ${oneLine(own, 60)}` : '',
  ].filter((note) => note !== '');
  return {
    label: service.name,
    ...(typeof service.response_time_ms === 'number'
      ? { measurement: { value: service.response_time_ms, unit: 'ms' as const } }
      : {}),
    verdict: verdict === 'ok' && denies ? 'warning' : verdict,
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
}

function rankOf(row: Row): number {
  return (['critical', 'warning', 'unknown', 'ok'] as const).indexOf(row.verdict);
}

function contradictions(
  page: z.output<typeof overviewAnswer>,
  services: readonly DashboardService[],
): readonly string[] {
  const { healthy, unknown } = countByStatus(services);
  const claims = page.overall_status?.toLowerCase() === 'healthy' && healthy < services.length;
  const counted = (page.healthy_services ?? 0) + (page.degraded_services ?? 0) + (page.unhealthy_services ?? 0);
  const dropped = (page.total_services ?? counted) - counted;
  return [
    claims ? `the dashboard itself says healthy, with ${healthy} of ${services.length} services healthy` : '',
    dropped > 0 && unknown === 0
      ? `the overview counts ${dropped} services as unknown that /dashboard/health does not`
      : '',
  ].filter((note) => note !== '');
}
