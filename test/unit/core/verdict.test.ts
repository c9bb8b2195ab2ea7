// Verdicts: no data is never green, unknown is never hidden, a limit that cannot be measured is said.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdAgainst, type Limit, type Verdict, verdictOf, worst } from '../../../src/core/verdict.ts';

const warning: Limit = { level: 'warning', breachedWhen: 'above', bound: 4, source: 'test' };
const critical: Limit = { level: 'critical', breachedWhen: 'above', bound: 5, source: 'test' };
const verdict = fc.constantFrom<Verdict>('ok', 'warning', 'critical', 'unknown');

describe('a group of verdicts', () => {
  test('nothing at all is unknown, never ok', () => {
    expect(worst([])).toBe('unknown');
    expect(verdictOf(holdAgainst(Number.NaN, [critical]))).toBe('unknown');
  });

  test('is never greener than its worst member, and unknown never hides behind ok', () => {
    fc.assert(
      fc.property(fc.array(verdict, { minLength: 1 }), (verdicts) => {
        const group = worst(verdicts);
        if (group === 'ok') expect(verdicts.every((one) => one === 'ok')).toBe(true);
        if (verdicts.includes('critical')) expect(group).toBe('critical');
        if (group === 'unknown') expect(verdicts.some((one) => one === 'warning' || one === 'critical')).toBe(false);
      }),
    );
  });
});

describe('a value against limits', () => {
  test.each([
    [3.2, 'ok'],
    [4, 'ok'],
    [4.5, 'warning'],
    [5, 'warning'],
    [19, 'critical'],
    [Number.POSITIVE_INFINITY, 'unknown'],
    [Number.NaN, 'unknown'],
  ] as const)('%d against 4 and 5 is %s', (value, expected) => {
    expect(verdictOf(holdAgainst(value, [warning, critical]))).toBe(expected);
  });

  test('a limit below breaches below', () => {
    const floor: Limit = { level: 'critical', breachedWhen: 'below', bound: 100, source: 'test' };
    expect(verdictOf(holdAgainst(99.9, [floor]))).toBe('critical');
    expect(verdictOf(holdAgainst(100, [floor]))).toBe('ok');
  });

  test('a limit that cannot be measured makes the verdict unknown unless somebody accepted the gap', () => {
    const held = { ...critical, outcome: 'held' } as const;
    const blind = { ...warning, outcome: 'undecidable', why: 'first bucket edge is 5 ms' } as const;
    expect(verdictOf([held, blind])).toBe('unknown');
    expect(verdictOf([held, { ...blind, accepted: { by: 'U0LENA', until: 1 } }])).toBe('ok');
    expect(verdictOf([{ ...critical, outcome: 'breached' }, blind])).toBe('critical');
    const accepted = { by: 'U0LENA', until: 1 };
    expect(
      verdictOf([
        { ...blind, accepted },
        { ...critical, outcome: 'undecidable', accepted },
      ]),
    ).toBe('unknown');
  });
});
