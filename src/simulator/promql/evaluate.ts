// Answers queries: at one instant, or step by step over a range, as Prometheus 2.42 does.
import { aggregate } from './aggregate.ts';
import { applyBinary } from './binary.ts';
import { type Matrix, type Value, type Vector, vector } from './call.ts';
import { kindName, kindOf } from './check.ts';
import { functionNamed } from './functions.ts';
import { compareLabels, dropMetricName, labelKey } from './labels.ts';
import { parseQuery } from './parse.ts';
import { ExecutionRefusal, ParseRefusal } from './refusal.ts';
import { instantVector, selectAll, windowOf } from './selected.ts';
import type { Labels, Sample, Series, SeriesSource } from './series.ts';
import type { Expression, Selector, Subquery } from './syntax.ts';

/** The step of a subquery that names none: the global evaluation interval. */
const DEFAULT_SUBQUERY_STEP_MS = 60_000;

export interface AnsweredSeries {
  readonly labels: Labels;
  readonly samples: readonly Sample[];
}

/** An answer, or why there is none in Prometheus's words. */
export type QueryAnswer =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'vector'; readonly samples: readonly { readonly labels: Labels; readonly value: number }[] }
  | { readonly kind: 'matrix'; readonly series: readonly AnsweredSeries[] }
  | { readonly kind: 'refused'; readonly errorType: 'bad_data' | 'execution'; readonly message: string };

export interface QueryRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** Evaluates a query at `atMs` (Unix milliseconds). */
export function queryInstant(query: string, source: SeriesSource, atMs: number): QueryAnswer {
  return answering('invalid parameter "query": ', () => {
    const root = parseQuery(query);
    const value = evaluator(root, source, atMs, atMs)(root, atMs);
    if (value.kind === 'matrix') return { kind: 'matrix', series: inOrder(value.series) };
    if (value.kind !== 'vector') return value;
    return { kind: 'vector', samples: value.samples.map(({ labels, value }) => ({ labels, value })) };
  });
}

/** Evaluates a query at startMs, startMs + stepMs, … up to endMs. Gaps stay gaps. */
export function queryRange(query: string, source: SeriesSource, range: QueryRange): QueryAnswer {
  return answering('', () => {
    const root = parseQuery(query);
    const kind = kindOf(root);
    if (kind !== 'scalar' && kind !== 'vector') {
      const message = `invalid expression type "${kindName(kind)}" for range query, must be Scalar or instant Vector`;
      return { kind: 'refused', errorType: 'bad_data', message };
    }
    return { kind: 'matrix', series: inOrder(stepThrough(root, source, range)) };
  });
}

/** Prometheus words what it cannot read as a bad parameter for instant queries only. */
function answering(parsePrefix: string, answer: () => QueryAnswer): QueryAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof ParseRefusal) {
      return { kind: 'refused', errorType: 'bad_data', message: `${parsePrefix}${error.message}` };
    }
    if (error instanceof ExecutionRefusal) return { kind: 'refused', errorType: 'execution', message: error.message };
    throw error;
  }
}

function stepThrough(root: Expression, source: SeriesSource, { startMs, endMs, stepMs }: QueryRange): AnsweredSeries[] {
  const evaluate = evaluator(root, source, startMs, endMs);
  const gathering = gatherSeries();
  for (let atMs = startMs; atMs <= endMs; atMs += stepMs) gathering.add(atMs, asVector(evaluate(root, atMs)));
  return gathering.series();
}

/** Turns the vectors of successive moments into series. */
function gatherSeries() {
  const found = new Map<string, { readonly labels: Labels; readonly samples: Sample[] }>();
  return {
    add(atMs: number, samples: Vector): void {
      for (const { labels, value } of samples) {
        const key = labelKey(labels);
        const series = found.get(key) ?? { labels, samples: [] };
        series.samples.push([atMs, value]);
        found.set(key, series);
      }
    },
    series: (): AnsweredSeries[] => [...found.values()],
  };
}

/** Evaluates parts of `root` at single moments in [fromMs, toMs], over series fetched once. */
function evaluator(root: Expression, source: SeriesSource, fromMs: number, toMs: number) {
  const selected = selectAll(root, source, fromMs, toMs);
  const subqueryResults = new Map<Subquery, Map<number, Vector>>();
  const seriesOf = (selector: Selector): readonly Series[] => selected.get(selector) ?? [];

  const evaluate = (node: Expression, atMs: number): Value => {
    switch (node.kind) {
      case 'number':
        return { kind: 'scalar', value: node.value };
      case 'string':
        return { kind: 'string', value: node.value };
      case 'parenthesis':
        return evaluate(node.inner, atMs);
      case 'selector':
        return vector(instantVector(seriesOf(node), atMs - (node.offsetMs ?? 0)));
      case 'range': {
        const endMs = atMs - (node.selector.offsetMs ?? 0);
        return { kind: 'matrix', ...windowOf(seriesOf(node.selector), endMs - node.rangeMs, endMs) };
      }
      case 'subquery':
        return { kind: 'matrix', ...subquery(node, atMs) };
      case 'sign':
        return node.negative ? negated(evaluate(node.inner, atMs)) : evaluate(node.inner, atMs);
      case 'call': {
        const args = node.args.map((argument) => evaluate(argument, atMs));
        return withoutTwins(functionNamed(node.name).apply({ atMs, args, written: node.args }));
      }
      case 'aggregation': {
        const parameter = node.parameter === undefined ? undefined : evaluate(node.parameter, atMs);
        const given = parameter?.kind === 'scalar' || parameter?.kind === 'string' ? parameter.value : undefined;
        return vector(aggregate(node, given, asVector(evaluate(node.inner, atMs))));
      }
      case 'binary':
        return withoutTwins(applyBinary(node, evaluate(node.left, atMs), evaluate(node.right, atMs)));
    }
  };

  const subquery = (node: Subquery, atMs: number): Matrix => {
    const endMs = atMs - (node.offsetMs ?? 0);
    const startMs = endMs - node.rangeMs;
    const stepMs = node.stepMs ?? DEFAULT_SUBQUERY_STEP_MS;
    // Neighbouring windows share their moments: these are whole multiples of the step, whatever the window.
    const known = subqueryResults.get(node) ?? new Map<number, Vector>();
    subqueryResults.set(node, known);
    const gathering = gatherSeries();
    for (let ms = Math.ceil(startMs / stepMs) * stepMs; ms <= endMs; ms += stepMs) {
      const result = known.get(ms) ?? asVector(evaluate(node.inner, ms));
      known.set(ms, result);
      gathering.add(ms, result);
    }
    return { startMs, endMs, series: gathering.series() };
  };

  return evaluate;
}

function negated(value: Value): Value {
  if (value.kind === 'scalar') return { kind: 'scalar', value: -value.value };
  return withoutTwins(
    vector(asVector(value).map((sample) => ({ labels: dropMetricName(sample.labels), value: -sample.value }))),
  );
}

/** Dropping metric names can make two series one; Prometheus refuses to say which is meant. */
function withoutTwins(value: Value): Value {
  if (value.kind !== 'vector') return value;
  const keys = new Set(value.samples.map(({ labels }) => labelKey(labels)));
  if (keys.size === value.samples.length) return value;
  throw new ExecutionRefusal('vector cannot contain metrics with the same labelset');
}

function asVector(value: Value): Vector {
  if (value.kind === 'scalar') return [{ labels: {}, value: value.value }];
  if (value.kind === 'vector') return value.samples;
  throw new Error(`a ${value.kind} passed the check where a vector is needed`);
}

function inOrder(series: readonly AnsweredSeries[]): readonly AnsweredSeries[] {
  return series.toSorted((left, right) => compareLabels(left.labels, right.labels));
}
