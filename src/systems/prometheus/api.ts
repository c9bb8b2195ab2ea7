// Prometheus's HTTP API: instant and range queries as values; NaN and infinities are read by hand, never by Number().

import { z } from 'zod';
import { type Answer, answered, failed, oneLine } from '../failure.ts';
import type { Http } from '../http.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** May be NaN or infinite. */
  readonly value: number;
}

export interface Vector {
  readonly samples: readonly Sample[];
  /** Time of evaluation by the server's own clock, epoch ms; absent for an empty vector. */
  readonly evaluatedAt?: number;
  readonly warnings: readonly string[];
}

export interface RangeSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [ms: number, value: number])[];
}

/** Epoch milliseconds. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

export interface PrometheusApi {
  query(promql: string, signal: AbortSignal): Promise<Answer<Vector>>;
  range(promql: string, span: Span, signal: AbortSignal): Promise<Answer<readonly RangeSeries[]>>;
}

const point = z.tuple([z.number(), z.string()]);
const labels = z.record(z.string(), z.string());
const warnings = z.array(z.string()).default([]);
const success = z.literal('success');

const instantAnswer = z.object({
  status: success,
  warnings,
  data: z.discriminatedUnion('resultType', [
    z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: labels, value: point })) }),
    z.object({ resultType: z.literal('scalar'), result: point }),
  ]),
});

const rangeAnswer = z.object({
  status: success,
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: labels, values: z.array(point) })),
  }),
});

export function prometheusApi(http: Http): PrometheusApi {
  return {
    async query(promql, signal) {
      const answer = await http.getJson('/api/v1/query', { query: promql }, signal);
      if (!answer.ok) return answer;
      const parsed = instantAnswer.safeParse(answer.value);
      if (!parsed.success) return unexpected('GET /api/v1/query', answer.value);
      const { data, warnings } = parsed.data;
      const samples =
        data.resultType === 'scalar'
          ? [{ labels: {}, at: data.result[0], value: promNumber(data.result[1]) }]
          : data.result.map(({ metric, value: [at, text] }) => ({ labels: metric, at, value: promNumber(text) }));
      const seconds = samples[0]?.at;
      return answered({
        samples: samples.map(({ labels, value }) => ({ labels, value })),
        ...(seconds === undefined ? {} : { evaluatedAt: Math.round(seconds * 1_000) }),
        warnings: warnings.map((warning) => `Prometheus warns: ${oneLine(warning)}`),
      });
    },

    async range(promql, { startMs, endMs, stepMs }, signal) {
      const times = { start: String(startMs / 1_000), end: String(endMs / 1_000), step: String(stepMs / 1_000) };
      const answer = await http.getJson('/api/v1/query_range', { query: promql, ...times }, signal);
      if (!answer.ok) return answer;
      const parsed = rangeAnswer.safeParse(answer.value);
      if (!parsed.success) return unexpected('GET /api/v1/query_range', answer.value);
      return answered(
        parsed.data.data.result.map(({ metric, values }) => ({
          labels: metric,
          points: values.map(([at, text]) => [Math.round(at * 1_000), promNumber(text)] as const),
        })),
      );
    },
  };
}

/** Prometheus spells NaN, +Inf and -Inf, of which Number() knows only the first. */
export function promNumber(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return text.trim() === '' ? Number.NaN : Number(text);
}

function unexpected(request: string, body: unknown): Answer<never> {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  const says = typeof error === 'string' ? ` with the error: ${oneLine(error)}` : ' in a form that is not its API';
  return failed(
    'malformed',
    `prometheus: ${request} was answered${says}`,
    'Check that systems.prometheus.url leads to Prometheus itself.',
  );
}
