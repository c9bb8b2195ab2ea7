// What a condition may say, and what it answers.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/core/observation.ts';
import { compileCondition } from '../../../src/runbook/condition.ts';
import { observed, unanswered } from './observations.ts';

function ask(text: string, observations: readonly Observation[]) {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(`${text}: ${compiled.problem.message}`);
  return compiled.condition.ask(Object.fromEntries(observations.map((one) => [one.check, one])));
}

function problemOf(text: string) {
  const compiled = compileCondition(text);
  return compiled.ok ? undefined : compiled.problem;
}

const p99 = observed('p99', {
  verdict: 'critical',
  measurement: { value: 19, unit: 'ms' },
  facts: { open: 2, mode: 'stale', 'quite-odd': true },
  rows: [
    { label: 'bus', verdict: 'critical', measurement: { value: 19, unit: 'ms' } },
    { label: 'audit', verdict: 'unknown' },
  ],
});

describe('a condition', () => {
  it.each([
    ['checks["p99"].value > 5', true],
    ['checks.p99.value > 5.5', true],
    ['checks["p99"].value < 5', false],
    ['checks["p99"].verdict in ["warning", "critical"]', true],
    ['checks["p99"].known', true],
    ['checks["p99"].facts.open > 1', true],
    ['checks["p99"].facts["mode"] == "fresh"', false],
    ['"quite-odd" in checks["p99"].facts', true],
    ['"closed" in checks["p99"].facts', false],
    ['checks["p99"].rows.exists(r, r.value > 10.0)', true],
    ['checks["p99"].rows.exists(r, has(r.value) && r.value > 100.0)', false],
    ['checks["p99"].rows.filter(r, r.verdict == "unknown").size() == 1', true],
    ['checks["p99"].value > 5 || checks["p99"].facts.nothing > 1', true],
  ])('%s is %s', (text, answer) => {
    expect(ask(text, [p99])).toBe(answer);
  });

  it.each([
    ['names a check that gave no answer', 'checks["redis"].known', [unanswered('redis')]],
    ['names a check that has not answered yet', 'checks["redis"].value < 2', []],
    ['names it even where it would not matter', 'true || checks["redis"].known', [unanswered('redis')]],
    ['asks a fact that the answer does not have', 'checks["p99"].facts.closed > 1', [p99]],
    ['compares a word with a number', 'checks["p99"].facts.mode > 1', [p99]],
    ['asks the value of a row that has none', 'checks["p99"].rows.all(r, r.value > 10.0)', [p99]],
    ['asks the value of an answer without a number', 'checks["a"].value > 1', [withoutNumber('a')]],
    [
      'asks a value that is not a number',
      'checks["a"].value < 1',
      [observed('a', { measurement: { value: Number.NaN, unit: 'ms' } })],
    ],
    ['is about a name that JavaScript objects know', 'checks["constructor"].known', []],
  ])('is undecided when it %s', (_, text, observations) => {
    expect(ask(text, observations)).toEqual({ undecided: expect.any(String) });
  });

  it.each([
    ['reaches into the host', 'checks["p99"].constructor == checks["p99"].constructor', /No such key: constructor/],
    ['reaches into the host through a word', 'checks["p99"].verdict.constructor("x") == "x"', /cannot be called/],
    ['asks all checks at once', 'size(checks) > 3', /one by one/],
    ['computes the name of a check', 'checks["p" + "99"].known', /one by one/],
    ['asks no check', '1 < 2', /asks no check/],
    ['matches a regular expression', 'checks["p99"].verdict.matches("(a+)+$")', /`matches` cannot be called/],
    ['calls something unknown', 'now() > checks["p99"].value', /`now` cannot be called/],
    ['names a variable that does not exist', 'chekcs["p99"].known', /Unknown variable: chekcs/],
    ['misspells the field of a row', 'checks["p99"].rows.exists(r, r.lable == "bus")', /No such key: lable/],
    ['compares a number with a word', 'checks["p99"].value == "5"', /no such overload/i],
    [
      'loops inside loops inside loops',
      'checks.a.rows.all(x, checks.a.rows.all(y, checks.a.rows.all(z, x.label + y.label == z.label)))',
      /More than 2 loops/,
    ],
    ['is longer than any author writes', Array(200).fill('checks.a.known').join(' && '), /exceed/i],
  ])('is refused when it %s', (_, text, message) => {
    expect(problemOf(text)?.message).toMatch(message);
    expect(problemOf(text)?.remedy).not.toBe('');
  });

  it('lists every check that it names, once', () => {
    const compiled = compileCondition(
      'checks.b.known && checks["a-b"].value > 1 && checks.b.rows.all(r, checks.c.known)',
    );
    expect(compiled).toMatchObject({ ok: true, condition: { checks: ['b', 'a-b', 'c'] } });
  });

  it('never throws, whatever the text: it compiles and answers, or says what is wrong', () => {
    const words = [
      'checks',
      '.',
      '["p99"]',
      'value',
      'rows',
      'exists',
      '(',
      ')',
      'r',
      ',',
      '>',
      '5',
      '&&',
      '"x"',
      '!',
      '?',
      ':',
      '{',
      '[',
    ];
    const anyText = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((some) => some.join('')),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const compiled = compileCondition(text);
        if (compiled.ok) expect(['boolean', 'object']).toContain(typeof compiled.condition.ask({ p99 }));
        else expect(compiled.problem.message).not.toBe('');
      }),
      { numRuns: 2_000 },
    );
  });
});

function withoutNumber(check: string): Observation {
  const { measurement: _, ...rest } = observed(check);
  return rest;
}
