// How the pretend Prometheus reads queries, and with which words it refuses them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../../src/simulator/promql/duration.ts';
import { queryInstant } from '../../../../src/simulator/promql/evaluate.ts';
import { formatNumber } from '../../../../src/simulator/promql/number-text.ts';
import { parseQuery } from '../../../../src/simulator/promql/parse.ts';
import { matcher, matchesAll, seriesInMemory } from '../../../../src/simulator/promql/series.ts';
import type { Expression } from '../../../../src/simulator/promql/syntax.ts';

function refusalOf(query: string): string {
  const answer = queryInstant(query, seriesInMemory([]), 0);
  return answer.kind === 'refused' ? answer.message : `not refused: ${answer.kind}`;
}

/** The query with parentheses around every operation, of metric names and operators only. */
function bracketed(expression: Expression): string {
  if (expression.kind === 'binary') {
    return `(${bracketed(expression.left)} ${expression.operator} ${bracketed(expression.right)})`;
  }
  if (expression.kind === 'sign') return `-${bracketed(expression.inner)}`;
  if (expression.kind === 'parenthesis') return bracketed(expression.inner);
  return expression.kind === 'selector' ? (expression.name ?? '') : expression.kind;
}

describe('reading queries', () => {
  it('tells the runbook reader what became of a plus sign that the address turned into a space', () => {
    expect(refusalOf('sum(a)/(sum(a) sum(b))')).toBe(
      'invalid parameter "query": 1:16: parse error: unexpected <aggr:sum>',
    );
  });

  it.each([
    ['rate(a)', '1:6: parse error: expected type range vector in call to function "rate", got instant vector'],
    ['a\n+\nb c', '3:3: parse error: unexpected identifier "c"'],
    ['a{b="c"', '1:8: parse error: unexpected end of input inside braces'],
    ['deriv_of(a)', '1:1: parse error: unknown function with name "deriv_of"'],
    ['a @ 1', '1:3: parse error: the pretend Prometheus does not know the @ modifier'],
    ['', '1:1: parse error: no expression found in input'],
    ['a{b=~"x(?<!y)"}', '1:3: parse error: error parsing regexp: invalid or unsupported Perl syntax: `(?<!`'],
  ])('refuses %j with line, column and reason', (query, reason) => {
    expect(refusalOf(query)).toBe(`invalid parameter "query": ${reason}`);
  });

  it.each([
    ['a or b and c == d + e * f ^ g', '(a or (b and (c == (d + (e * (f ^ g))))))'],
    ['a - b - c', '((a - b) - c)'],
    ['a ^ b ^ c', '(a ^ (b ^ c))'],
    ['-a ^ b * c', '(-(a ^ b) * c)'],
    ['a unless b and c or d', '(((a unless b) and c) or d)'],
    ['(a or b) and c', '((a or b) and c)'],
  ])('reads %s as %s', (query, grouped) => {
    expect(bracketed(parseQuery(query))).toBe(grouped);
  });

  it('answers or refuses whatever is typed, and never breaks', () => {
    const words = 'a rate sum by on or ( ) [ ] { } 5m 1 "x" = =~ , : + - ^ offset group_left bool \\ " # é'.split(' ');
    const typed = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 3 })), { maxLength: 12 });
    fc.assert(
      fc.property(typed, (parts) => {
        const answer = queryInstant(parts.join(' '), seriesInMemory([]), 0);
        expect(['scalar', 'string', 'vector', 'matrix', 'refused']).toContain(answer.kind);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the small parts of the language', () => {
  it.each([
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1500ms', 1_500],
    ['2w', 1_209_600_000],
    ['30m1h', undefined],
    ['5', undefined],
    ['', undefined],
  ])('reads the duration %j as %s ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    [0.1, '0.1'],
    [1e-7, '1e-07'],
    [1e21, '1e+21'],
    [123456789012, '123456789012'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [-0, '-0'],
  ])('writes %s as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('anchors patterns at both ends and takes a missing label for an empty one', () => {
    const labels = { status: '500' };
    expect(matchesAll([matcher('status', '=~', '5..')], labels)).toBe(true);
    expect(matchesAll([matcher('status', '=~', '5')], labels)).toBe(false);
    expect(matchesAll([matcher('service', '=', '')], labels)).toBe(true);
    expect(matchesAll([matcher('service', '!=', '')], labels)).toBe(false);
    expect(matchesAll([matcher('service', '!~', '.+')], labels)).toBe(true);
  });
});
