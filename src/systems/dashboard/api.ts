// The dashboard's answers as it really gives them: every number may be missing, and its own verdicts are not taken over.

import { z } from 'zod';
import type { Source } from '../../core/observation.ts';
import type { LimitReading } from '../../core/verdict.ts';
import { type Answer, answered, failed, oneLine } from '../failure.ts';
import type { Http } from '../http.ts';
import { ruleReading } from '../statement.ts';

export interface DashboardDeps {
  readonly http: Http;
  readonly linkBase: string;
  /** The hash that every answer of ACGS-2 must carry. */
  readonly constitutionalHash: string;
}

const number = z.number().nullish();
const text = z.string().nullish();
const hash = { constitutional_hash: text };

const service = z.object({
  name: z.string(),
  status: z.string(),
  response_time_ms: number,
  error_message: text,
  details: z.record(z.string(), z.unknown()).nullish(),
});
export type DashboardService = z.output<typeof service>;

const count = z.number().nullish();
const breaker = z.object({
  name: z.string(),
  state: z.string(),
  // The documentation, the types of its own page and the library name this number differently.
  fail_count: count,
  failure_count: count,
  fail_counter: count,
});
export type DashboardBreaker = z.output<typeof breaker>;

export const overviewAnswer = z.object({
  ...hash,
  overall_status: text,
  total_services: number,
  healthy_services: number,
  degraded_services: number,
  unhealthy_services: number,
});

export const healthAnswer = z.object({
  ...hash,
  services: z.array(service).nullish(),
  circuit_breakers: z.array(breaker).nullish(),
});

export const metricsAnswer = z.object({
  ...hash,
  performance: z.object({ p99_latency_ms: number, throughput_rps: number, cache_hit_rate: number }),
});

/** Any answer, as far as its hash is concerned. */
export const hashedAnswer = z.object(hash);

export function sourceOf(deps: DashboardDeps, path: string): Source {
  return { system: 'dashboard', query: `GET ${path}`, link: `${deps.linkBase}${path}` };
}

/** Asks one page and checks its form. */
export async function ask<Schema extends z.ZodType>(
  deps: DashboardDeps,
  path: string,
  schema: Schema,
  signal: AbortSignal,
): Promise<Answer<z.output<Schema>>> {
  const answer = await deps.http.getJson(path, {}, signal);
  if (!answer.ok) return answer;
  const parsed = schema.safeParse(answer.value);
  if (parsed.success) return answered(parsed.data);
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  return failed(
    'malformed',
    `dashboard: GET ${path} was answered in a form that is not its API${where === '' ? '' : ` (at ${oneLine(where, 60)})`}`,
    'Check that systems.dashboard.url leads to the ACGS-2 dashboard, and its version.',
  );
}

/** `undefined` when the answer carries the expected hash, or none at all. */
export function foreignHash(
  deps: DashboardDeps,
  path: string,
  found: string | null | undefined,
): { readonly reading: LimitReading; readonly note: string } | undefined {
  if (found === null || found === undefined || found === deps.constitutionalHash) return undefined;
  return {
    reading: ruleReading('critical', 'the constitutional hash must be the configured one', 1),
    note: `CONSTITUTIONAL HASH of ${path} is ${oneLine(found, 64)}, expected ${deps.constitutionalHash}`,
  };
}
