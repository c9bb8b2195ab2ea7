// PromQL selectors from parameters: no text can end a string early, and the labels are those of the deployment.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { promNumber } from '../../../src/systems/prometheus/api.ts';
import { jobMatcher, promDuration, selector } from '../../../src/systems/prometheus/selector.ts';

const plain = { labels: { service: 'service', status: 'status' } };

describe('selectors', () => {
  it('say equal, matching, unequal and not matching', () => {
    const selection = { select: { status: '=~5..', method: 'GET' }, exclude: { service: 'opa', job: '=~kube.*' } };
    expect(selector('m', selection, plain)).toBe('m{status=~"5..",method="GET",service!="opa",job!~"kube.*"}');
    expect(selector('m', {}, plain)).toBe('m');
  });

  it('use the label names of the deployment', () => {
    const renamed = { labels: { service: 'exported_service', status: 'status_code' } };
    expect(selector('m', { select: { status: '=~5..' }, exclude: { service: 'opa' } }, renamed)).toBe(
      'm{status_code=~"5..",exported_service!="opa"}',
    );
  });

  it('keep to the configured jobs, unless they pick a job themselves', () => {
    const jobs = { ...plain, jobs: ['acgs2'] };
    expect(selector('m', {}, jobs)).toBe('m{job="acgs2"}');
    expect(selector('m', { exclude: { job: 'x' } }, jobs)).toBe('m{job="acgs2",job!="x"}');
    expect(selector('m', { select: { job: 'other' } }, jobs)).toBe('m{job="other"}');
  });

  it('take several jobs, names as they are and patterns as patterns', () => {
    expect(jobMatcher(undefined)).toBeUndefined();
    expect(jobMatcher(['=~acgs2-.*'])).toBe('job=~"acgs2-.*"');
    expect(jobMatcher(['a.b', '=~c|d'])).toBe('job=~"a\\\\.b|(?:c|d)"');
  });

  it('never let a value out of its quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const written = selector('m', { select: { a: value.replace(/^=~/, '') } }, plain);
        const quoted = /^m\{a="((?:[^"\\\n]|\\["\\n])*)"\}$/s.exec(written)?.[1];
        expect(quoted?.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c))).toBe(value.replace(/^=~/, ''));
      }),
    );
  });
});

describe('what Prometheus writes', () => {
  it.each([
    ['NaN', Number.NaN],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-Inf', Number.NEGATIVE_INFINITY],
    ['1e-05', 0.00001],
    ['', Number.NaN],
  ])('reads %s', (text, value) => {
    expect(promNumber(text)).toBe(value);
  });

  it.each(['5m', '1h30m', '30d', '500ms'])('takes %s as a duration', (text) => {
    expect(promDuration.safeParse(text).success).toBe(true);
  });

  it.each(['5', '0m', '-5m', '1.5h', '5m]', 'five minutes', ''])('refuses %s as a duration', (text) => {
    expect(promDuration.safeParse(text).success).toBe(false);
  });
});
