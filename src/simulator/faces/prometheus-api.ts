// The answers of Prometheus's HTTP API, endpoint by endpoint, in its own envelope and words.
import { parseDuration } from '../promql/duration.ts';
import { type QueryAnswer, queryInstant, queryRange } from '../promql/evaluate.ts';
import { compareLabels, labelKey } from '../promql/labels.ts';
import { formatNumber } from '../promql/number-text.ts';
import { parseSeriesSelector } from '../promql/parse-selector.ts';
import { ParseRefusal } from '../promql/refusal.ts';
import type { Labels, Sample, SeriesSource } from '../promql/series.ts';

/** Prometheus refuses ranges with more points per series (web/api/v1, query_range). */
const MOST_POINTS = 11_000;

export interface PrometheusTarget {
  readonly job: string;
  readonly instance: string;
  readonly health: 'up' | 'down' | 'unknown';
  /** Why the last scrape failed; empty or absent when it did not. */
  readonly lastError?: string;
  /** Unix milliseconds; absent before the first scrape. */
  readonly lastScrapeMs?: number;
}

export interface MetricMetadata {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'info' | 'unknown';
  readonly help: string;
}

export interface ApiContext {
  readonly source: SeriesSource;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly targets: () => readonly PrometheusTarget[];
  readonly metadata: Readonly<Record<string, MetricMetadata>>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A parameter that Prometheus answers with 400 and these words. */
class BadParameter extends Error {}

type Endpoint = (parameters: URLSearchParams, context: ApiContext) => ApiAnswer;

const ENDPOINTS: Readonly<Record<string, { readonly post: boolean; readonly answer: Endpoint }>> = {
  query: { post: true, answer: answerQuery },
  query_range: { post: true, answer: answerQueryRange },
  series: { post: true, answer: answerSeries },
  labels: { post: true, answer: answerLabels },
  targets: { post: false, answer: answerTargets },
  metadata: { post: false, answer: answerMetadata },
};

/**
 * Answers a request to `/api/v1/<endpoint>`; `undefined` when there is no such endpoint, or not with this method.
 *
 * @param parameters of the address and of a posted form together.
 */
export function answerApi(
  method: string,
  endpoint: string,
  parameters: URLSearchParams,
  context: ApiContext,
): ApiAnswer | undefined {
  const label = /^label\/([^/]*)\/values$/.exec(endpoint)?.[1];
  const found =
    label === undefined
      ? ENDPOINTS[endpoint]
      : { post: false, answer: (given: URLSearchParams) => answerLabelValues(label, given, context) };
  if (found === undefined || !(method === 'GET' || (method === 'POST' && found.post))) return undefined;
  try {
    return found.answer(parameters, context);
  } catch (error) {
    if (error instanceof BadParameter) return failure(400, 'bad_data', error.message);
    throw error;
  }
}

function answerQuery(parameters: URLSearchParams, { source, now }: ApiContext): ApiAnswer {
  const at = parameters.get('time') ?? '';
  const atMs = at === '' ? now() : parseTime(at);
  if (atMs === undefined) {
    throw new BadParameter(`invalid parameter "time": Invalid time value for 'time': ${unreadable(at, 'timestamp')}`);
  }
  checkTimeout(parameters);
  return answerWith(queryInstant(parameters.get('query') ?? '', source, atMs), atMs);
}

function answerQueryRange(parameters: URLSearchParams, { source }: ApiContext): ApiAnswer {
  const startMs = timeParameter(parameters, 'start');
  const endMs = timeParameter(parameters, 'end');
  if (endMs < startMs) throw new BadParameter('invalid parameter "end": end timestamp must not be before start time');
  const stepMs = durationParameter(parameters, 'step');
  if (stepMs <= 0) {
    const rule = 'zero or negative query resolution step widths are not accepted. Try a positive integer';
    throw new BadParameter(`invalid parameter "step": ${rule}`);
  }
  if ((endMs - startMs) / stepMs > MOST_POINTS) {
    const advice = 'Try decreasing the query resolution (?step=XX)';
    throw new BadParameter(`exceeded maximum resolution of 11,000 points per timeseries. ${advice}`);
  }
  checkTimeout(parameters);
  return answerWith(queryRange(parameters.get('query') ?? '', source, { startMs, endMs, stepMs }), endMs);
}

function answerSeries(parameters: URLSearchParams, context: ApiContext): ApiAnswer {
  if (parameters.getAll('match[]').length === 0) throw new BadParameter('no match[] parameter provided');
  return success(matchingLabelSets(parameters, context));
}

function answerLabels(parameters: URLSearchParams, context: ApiContext): ApiAnswer {
  return success(unique(matchingLabelSets(parameters, context).flatMap((labels) => Object.keys(labels))));
}

function answerLabelValues(name: string, parameters: URLSearchParams, context: ApiContext): ApiAnswer {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) throw new BadParameter(`invalid label name: ${JSON.stringify(name)}`);
  return success(unique(matchingLabelSets(parameters, context).flatMap((labels) => labels[name] ?? [])));
}

function answerTargets(parameters: URLSearchParams, { targets }: ApiContext): ApiAnswer {
  const wantsActive = (parameters.get('state') ?? 'any').toLowerCase() !== 'dropped';
  return success({ activeTargets: wantsActive ? targets().map(targetJson) : [], droppedTargets: [] });
}

function answerMetadata(parameters: URLSearchParams, { metadata }: ApiContext): ApiAnswer {
  const only = parameters.get('metric');
  const chosen = Object.entries(metadata).filter(([name]) => only === null || name === only);
  return success(Object.fromEntries(chosen.map(([name, { type, help }]) => [name, [{ type, help, unit: '' }]])));
}

/** The label sets that any `match[]` chooses in the asked time, once each and in order; all of them without a `match[]`. */
function matchingLabelSets(parameters: URLSearchParams, { source, now }: ApiContext): readonly Labels[] {
  const fromMs = parameters.has('start') ? timeParameter(parameters, 'start') : 0;
  const toMs = parameters.has('end') ? timeParameter(parameters, 'end') : now();
  const selectors = parameters.getAll('match[]').map(selectorParameter);
  const found = new Map<string, Labels>();
  for (const matchers of selectors.length === 0 ? [[]] : selectors) {
    for (const { labels, samples } of source.select(matchers, fromMs, toMs)) {
      if (samples.length > 0) found.set(labelKey(labels), labels);
    }
  }
  return [...found.values()].sort(compareLabels);
}

function selectorParameter(text: string) {
  try {
    const matchers = parseSeriesSelector(text);
    if (matchers.some((each) => !each.accepts(''))) return matchers;
  } catch (error) {
    if (error instanceof ParseRefusal) throw new BadParameter(`invalid parameter "match[]": ${error.message}`);
    throw error;
  }
  throw new BadParameter('invalid parameter "match[]": match[] must contain at least one non-empty matcher');
}

function targetJson({ job, instance, health, lastError = '', lastScrapeMs }: PrometheusTarget) {
  const scrapeUrl = `http://${instance}/metrics`;
  return {
    discoveredLabels: { __address__: instance, __metrics_path__: '/metrics', __scheme__: 'http', job },
    labels: { instance, job },
    scrapePool: job,
    scrapeUrl,
    globalUrl: scrapeUrl,
    lastError,
    lastScrape: lastScrapeMs === undefined ? '0001-01-01T00:00:00Z' : new Date(lastScrapeMs).toISOString(),
    lastScrapeDuration: lastScrapeMs === undefined ? 0 : 0.004,
    health,
    scrapeInterval: '15s',
    scrapeTimeout: '10s',
  };
}

function answerWith(answer: QueryAnswer, atMs: number): ApiAnswer {
  switch (answer.kind) {
    case 'refused':
      return failure(answer.errorType === 'bad_data' ? 400 : 422, answer.errorType, answer.message);
    case 'scalar':
      return success({ resultType: 'scalar', result: point([atMs, answer.value]) });
    case 'string':
      return success({ resultType: 'string', result: [atMs / 1_000, answer.value] });
    case 'vector': {
      const result = answer.samples.map(({ labels, value }) => ({ metric: labels, value: point([atMs, value]) }));
      return success({ resultType: 'vector', result });
    }
    case 'matrix': {
      const result = answer.series.map(({ labels, samples }) => ({ metric: labels, values: samples.map(point) }));
      return success({ resultType: 'matrix', result });
    }
  }
}

function point([ms, value]: Sample): readonly [seconds: number, value: string] {
  return [ms / 1_000, formatNumber(value)];
}

function timeParameter(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? '';
  const ms = parseTime(text);
  if (ms === undefined) throw new BadParameter(`invalid parameter "${name}": ${unreadable(text, 'timestamp')}`);
  return ms;
}

function durationParameter(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? '';
  const seconds = parseFloatWhole(text);
  const ms = seconds === undefined ? parseDuration(text) : Math.trunc(seconds * 1_000);
  if (ms === undefined) throw new BadParameter(`invalid parameter "${name}": ${unreadable(text, 'duration')}`);
  return ms;
}

function checkTimeout(parameters: URLSearchParams): void {
  if ((parameters.get('timeout') ?? '') !== '') durationParameter(parameters, 'timeout');
}

/** Unix seconds with fractions, or RFC 3339. Gives Unix milliseconds. */
function parseTime(text: string): number | undefined {
  const seconds = parseFloatWhole(text);
  if (seconds !== undefined) return Math.round(seconds * 1_000);
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function parseFloatWhole(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function unreadable(text: string, what: 'timestamp' | 'duration'): string {
  return `cannot parse ${JSON.stringify(text)} to a valid ${what}`;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

function success(data: unknown): ApiAnswer {
  return { status: 200, body: { status: 'success', data } };
}

function failure(status: number, errorType: string, error: string): ApiAnswer {
  return { status, body: { status: 'error', errorType, error } };
}
