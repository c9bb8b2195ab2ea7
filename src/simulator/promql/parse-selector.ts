// Reads vector selectors: `http_requests_total{status=~"5..", service!="opa"}`.
import { Cursor } from './cursor.ts';
import { METRIC_NAME } from './labels.ts';
import { type Matcher, type MatchOperator, matcher } from './series.ts';
import type { Selector } from './syntax.ts';
import type { Token } from './tokens.ts';

/** Words of the language that Prometheus also takes as metric names. */
const WORDS_AS_METRICS = new Set(['and', 'or', 'unless', 'by', 'without', 'offset']);

/** Parses the value of a `match[]` parameter: one selector without offset. Throws a ParseRefusal. */
export function parseSeriesSelector(text: string): readonly Matcher[] {
  const cursor = new Cursor(text);
  const name = takeMetricWord(cursor);
  const { matchers } = readSelector(cursor, name);
  cursor.expectEnd();
  return matchers;
}

/** Takes the word that a selector, a call or an aggregation begins with, unless a selector begins with its braces. */
export function takeMetricWord(cursor: Cursor): Token | undefined {
  if (cursor.sees('{')) return undefined;
  if (!isMetricWord(cursor.ahead)) throw cursor.unexpected();
  return cursor.take();
}

/** Reads the rest of a selector whose metric name, if it has one, was taken. Throws a ParseRefusal. */
export function readSelector(cursor: Cursor, name: Token | undefined): Selector {
  const at = name?.at ?? cursor.ahead.at;
  const inBraces = cursor.sees('{') ? readBraces(cursor) : [];
  const matchers = name === undefined ? inBraces : [...inBraces, matcher(METRIC_NAME, '=', name.text)];
  return { kind: 'selector', at, name: name?.text, matchers, offsetMs: undefined };
}

function readBraces(cursor: Cursor): readonly Matcher[] {
  cursor.expect('{');
  const matchers: Matcher[] = [];
  while (!cursor.sees('}')) {
    matchers.push(readMatcher(cursor));
    if (cursor.takeIf('punctuation', ',') === undefined && !cursor.sees('}')) {
      throw cursor.unexpected('label matching', '"," or "}"');
    }
  }
  cursor.take();
  return matchers;
}

function readMatcher(cursor: Cursor): Matcher {
  const name = cursor.takeKind('identifier', 'label matching', 'identifier or "}"');
  const operator = cursor.takeKind('operator', 'label matching', 'label matching operator');
  const value = cursor.takeKind('string', 'label matching', 'string');
  try {
    return matcher(name.value, operator.value as MatchOperator, value.value);
  } catch (error) {
    if (error instanceof SyntaxError) throw cursor.refusal(name.at, error.message);
    throw error;
  }
}

function isMetricWord({ kind, value }: Token): boolean {
  if (kind === 'keyword' || kind === 'operator') return WORDS_AS_METRICS.has(value);
  return kind === 'identifier' || kind === 'metric identifier' || kind === 'aggregator';
}
