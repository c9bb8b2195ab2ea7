// Proves the pretend Prometheus against a real one: the same past, the same questions, the same answers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrometheusFace, startPrometheusFace } from '../../src/simulator/faces/prometheus.ts';
import { seriesInMemory } from '../../src/simulator/promql/series.ts';
import { acgs2History, HISTORY_END_MS } from '../support/acgs2-history.ts';
import { openMetricsText } from '../support/open-metrics.ts';
import { expressions, inOrder, instantOnly, metadataRequests } from '../support/promql-questions.ts';
import { badRequests, executionErrors, parseErrors } from '../support/promql-refusals.ts';
import { type RealPrometheus, startRealPrometheus, whyNoPrometheus } from '../support/real-prometheus.ts';

const MINUTE_S = 60;
const end = HISTORY_END_MS / 1_000;
/** Just after the newest scrape, between scrapes, in the hole of the queue's gauge, and after everything ended. */
const instants = [end, end + 7, end - 137.5, end - 29 * MINUTE_S, end + 4 * MINUTE_S];
const ranges = [
  { start: end - 40 * MINUTE_S, end, step: '17s' },
  { start: end - 3 * 3_600, end: end + 10 * MINUTE_S, step: '600' },
];
const tolerance = 1e-9;

type Point = readonly [seconds: number, value: string];
interface Row {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Point;
  readonly values?: readonly Point[];
}
interface Body {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly resultType: string; readonly result: readonly Row[] | Point };
}

const why = whyNoPrometheus();

describe.skipIf(why !== undefined)(`the pretend Prometheus beside a real one${why ? ` (${why})` : ''}`, () => {
  let real: RealPrometheus;
  let pretend: PrometheusFace;

  beforeAll(async () => {
    const history = acgs2History();
    real = await startRealPrometheus({ openMetrics: openMetricsText(history) });
    pretend = await startPrometheusFace({
      source: seriesInMemory(history),
      now: () => HISTORY_END_MS,
      targets: () => [],
    });
  }, 120_000);

  afterAll(async () => {
    await pretend?.stop();
    await real?.stop();
  });

  async function ask(
    path: string,
    form: Record<string, string>,
  ): Promise<{ readonly real: Body; readonly pretend: Body }> {
    const post = async (url: string) => {
      const answer = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(form) });
      return (await answer.json()) as Body;
    };
    const [fromReal, fromPretend] = await Promise.all([post(real.url), post(pretend.url)]);
    return { real: fromReal, pretend: fromPretend };
  }

  it.each(expressions)('answers %s alike at single instants', async (query) => {
    for (const time of instants) {
      const answers = await ask('query', { query, time: String(time) });
      expect(answers.real.status, answers.real.error).toBe('success');
      expectAlike(answers.pretend, answers.real, `at ${time - end} s`);
    }
  });

  it.each(expressions.filter((query) => !instantOnly.includes(query)))(
    'answers %s alike over a range',
    async (query) => {
      for (const { start, end, step } of ranges) {
        const answers = await ask('query_range', { query, start: String(start), end: String(end), step });
        expect(answers.real.status, answers.real.error).toBe('success');
        expectAlike(answers.pretend, answers.real, `step ${step}`);
      }
    },
  );

  it('is asked questions most of which have an answer', async () => {
    const counts = await Promise.all(
      expressions.map(async (query) => {
        const { data } = (await ask('query', { query, time: String(end) })).real;
        return Array.isArray(data?.result) ? data.result.length : 0;
      }),
    );
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(expressions.length * 0.8);
  });

  it.each(inOrder)('lists the rows of %s in the same order', async (query) => {
    const answers = await ask('query', { query, time: String(end) });
    const metrics = (body: Body) => rowsOf(body).map(({ metric }) => metric);
    expect(metrics(answers.real).length).toBeGreaterThan(1);
    expect(metrics(answers.pretend)).toEqual(metrics(answers.real));
  });

  it.each([...parseErrors, ...executionErrors])('refuses %s in the same words', async (query) => {
    const post = async (url: string) => {
      const form = new URLSearchParams({ query, time: String(end) });
      const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: form });
      return { status: answer.status, body: await answer.json() };
    };
    const expected = await post(real.url);
    expect(expected.body).toMatchObject({ status: 'error' });
    expect(await post(pretend.url)).toEqual(expected);
  });

  it.each([...badRequests, ...metadataRequests])('answers GET %s alike', async (path) => {
    const get = async (url: string) => {
      const answer = await fetch(`${url}${path.replaceAll('{end}', String(end))}`);
      const contentType = answer.headers.get('content-type');
      const text = await answer.text();
      return { status: answer.status, contentType, body: contentType === 'application/json' ? JSON.parse(text) : text };
    };
    expect(await get(pretend.url)).toEqual(await get(real.url));
  });
});

/** Same kind, same series, same times, same values to the tolerance; NaN equals NaN and infinities equal themselves. */
function expectAlike(pretend: Body, real: Body, context: string): void {
  expect(pretend.status, `${context}: ${pretend.error}`).toBe('success');
  expect(pretend.data?.resultType, context).toBe(real.data?.resultType);
  const ours = pointsOf(pretend);
  const theirs = pointsOf(real);
  expect([...ours.keys()].sort(), context).toEqual([...theirs.keys()].sort());
  for (const [key, expected] of theirs) {
    const got = ours.get(key) ?? '';
    expect(isClose(got, expected), `${context}: ${key} is ${got}, should be ${expected}`).toBe(true);
  }
}

function rowsOf({ data }: Body): readonly Row[] {
  return data?.resultType === 'vector' || data?.resultType === 'matrix' ? (data.result as readonly Row[]) : [];
}

/** Every point by its series and time. */
function pointsOf(body: Body): ReadonlyMap<string, string> {
  const { data } = body;
  if (data?.resultType === 'scalar' || data?.resultType === 'string') {
    const [seconds, value] = data.result as Point;
    return new Map([[`${seconds}`, value]]);
  }
  return new Map(
    rowsOf(body).flatMap(({ metric, value, values }) => {
      const labels = JSON.stringify(Object.entries(metric).sort());
      return (values ?? (value ? [value] : [])).map(([seconds, text]) => [`${labels} ${seconds}`, text] as const);
    }),
  );
}

function isClose(got: string, expected: string): boolean {
  if (got === expected) return true;
  const [left, right] = [Number(got), Number(expected)];
  return Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right));
}
