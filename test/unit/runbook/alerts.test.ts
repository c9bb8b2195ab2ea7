// Which procedure answers an alert: by its name and labels, never by the name alone where names are shared.

import { beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/core/alert.ts';
import type { Library } from '../../../src/core/runbook.ts';
import { findAlertRule } from '../../../src/runbook/index.ts';
import { loadFiles, rightFiles } from './package.ts';

const errors = `kind: procedure
name: errors
title: Errors
scope: bus
severity: critical
respondWithin: 5m
headline: p99
alerts:
  - alert: HighErrorRate
    labels: { severity: warning, service: [a, b] }
  - alert: HighErrorRate
    opens: yes
phases:
  verify:
    - step: 1
      checks: [p99]
recovery: { check: p99, every: 5s, samples: 1, hold: 1m }
`;

let library: Library;
beforeAll(async () => {
  const loaded = await loadFiles({ ...rightFiles, 'errors.yml': errors });
  expect(loaded.faults).toEqual([]);
  if (loaded.library === undefined) throw new Error('it loads');
  library = loaded.library;
});

function answerTo(name: string, labels: Readonly<Record<string, string>> = {}): string {
  const alert: Alert = { fingerprint: 'a1', name, status: 'firing', labels, startsAt: 0 };
  const answer = findAlertRule(library, alert);
  return answer.kind === 'answered' ? `${answer.procedure.name} ${answer.opens}` : answer.kind;
}

describe('an alert', () => {
  it('is answered by the procedure that names it, in shadow unless it says otherwise', () => {
    expect(answerTo('P99High')).toBe('latency shadow');
    expect(answerTo('P99High', { anything: 'else' })).toBe('latency shadow');
  });

  it('must have the labels that the rule asks for, where true is any value and an empty label is none', () => {
    expect(answerTo('Slow', { severity: 'critical', component: 'performance' })).toBe('latency yes');
    expect(answerTo('Slow', { severity: 'warning', component: 'performance' })).toBe('unmatched');
    expect(answerTo('Slow', { component: 'performance' })).toBe('unmatched');
    expect(answerTo('Slow')).toBe('unmatched');
  });

  it('is muted where the package says so', () => {
    expect(answerTo('Slow', { severity: 'critical' })).toBe('muted');
    expect(answerTo('Slow', { severity: 'critical', component: '' })).toBe('muted');
  });

  it('goes to the rule that asks for more', () => {
    expect(answerTo('HighErrorRate', { severity: 'warning', service: 'b' })).toBe('errors shadow');
    expect(answerTo('HighErrorRate', { severity: 'warning', service: 'c' })).toBe('errors yes');
    expect(answerTo('HighErrorRate', { severity: 'critical' })).toBe('errors yes');
  });

  it('that nobody names is unmatched, whatever its name is made of', () => {
    for (const name of ['', 'p99high', 'constructor', '__proto__']) expect(answerTo(name)).toBe('unmatched');
  });
});
