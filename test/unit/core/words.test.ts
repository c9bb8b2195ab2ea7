// Durations, numbers, trends, gaps and Markdown: what people read is what was measured.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration, spellDuration } from '../../../src/core/duration.ts';
import { gapsFrom, withGaps } from '../../../src/core/gap.ts';
import { fenced, plainInMarkdown } from '../../../src/core/markdown.ts';
import type { Series } from '../../../src/core/observation.ts';
import { spellLimit, spellValue } from '../../../src/core/spell.ts';
import { trendOf } from '../../../src/core/trend.ts';
import type { Limit } from '../../../src/core/verdict.ts';
import { lena, observation } from '../../support/incident-history.ts';

const critical: Limit = { level: 'critical', breachedWhen: 'above', bound: 5, source: 'test' };

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['0m', 0],
    ['2d', 172_800_000],
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each(['', '5', '-5m', '5 m', '5x', 'm', '5m!'])('%s is not a duration', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  test('whole days are never dropped', () => {
    expect(spellDuration(2 * 86_400_000 + 3 * 3_600_000)).toBe('2 d 3 h');
    expect(spellDuration(350)).toBe('350 ms');
    expect(spellDuration(3_660_000)).toBe('1 h 1 min');
  });
});

describe('numbers', () => {
  test.each([
    [19, 'ms', '19 ms'],
    [4.95, 'ms', '5.0 ms'],
    [0.021, '%', '0.02 %'],
    [94_200, 'count', '94,200'],
    [1_234_567, 'bytes', '1.2 MB'],
    [Number.NaN, 'ms', 'not a number'],
    [Number.POSITIVE_INFINITY, '%', 'infinite'],
  ] as const)('%d %s reads %s', (value, unit, words) => expect(spellValue(value, unit)).toBe(words));

  test('a limit reads in the direction it was held', () => {
    expect(spellLimit({ ...critical, outcome: 'breached' }, 'ms')).toBe('> 5 ms');
    expect(spellLimit({ ...critical, outcome: 'held' }, 'ms')).toBe('want ≤ 5 ms');
  });
});

describe('trend', () => {
  const series = (values: readonly (number | null)[]): Series => ({
    name: 'p99',
    unit: 'ms',
    points: values.map((value, index) => [index * 30_000, value]),
  });

  test('says since when the limit has been passed without interruption', () => {
    const values = [3, 3, 9, 3, 3, 3, 3, 3, 3, 3, 12, 15, 18, 19, 19];
    expect(trendOf(series(values), critical)).toEqual({ direction: 'rising', breachedSince: 10 * 30_000 });
  });

  test('a series that begins in breach does not say since when, nor does one with a gap before the breach', () => {
    expect(trendOf(series(Array(12).fill(19)), critical)).toEqual({ direction: 'steady' });
    expect(trendOf(series([3, 3, 3, 3, null, null, 19, 19, 19, 19, 19, 19, 19]), critical)).not.toHaveProperty(
      'breachedSince',
    );
  });

  test('gaps are skipped, and too few values say nothing', () => {
    expect(trendOf(series([3, null, null, 3]), critical)).toBeUndefined();
    expect(trendOf(series([...Array(12).fill(3), null]), critical)).toEqual({ direction: 'steady' });
  });
});

describe('accepted gaps', () => {
  const blind = observation('p99', 'unknown', {
    limits: [
      { ...critical, level: 'warning', bound: 4, outcome: 'undecidable', why: 'first bucket edge is 5 ms' },
      { ...critical, outcome: 'held' },
    ],
    unknown: { reason: 'unresolvable', detail: 'the first bucket edge is 5 ms', remedy: 'add an edge at 4 ms' },
  });
  const accepted = (until: number) =>
    gapsFrom(
      [
        {
          stream: 'gaps',
          seq: 1,
          at: 0,
          recordedAt: 0,
          actor: lena,
          hash: '',
          event: { type: 'gap-accepted', check: 'p99', level: 'warning', until, reason: { private: 'known' } },
        },
      ],
      1_000,
    );

  test('an accepted gap is listed and no longer sets the verdict', () => {
    const seen = withGaps(blind, accepted(2_000));
    expect(seen.verdict).toBe('ok');
    expect(seen.unknown).toBeUndefined();
    expect(seen.limits[0]).toMatchObject({ outcome: 'undecidable', accepted: { by: 'U0LENA', until: 2_000 } });
  });

  test('a whole check that is known to answer nothing can be accepted, one with limits cannot: that is how an outage looks', () => {
    const gaps = [{ check: 'breakers', level: 'check', until: 2_000, by: 'U0LENA' }] as const;
    const silent = observation('breakers', 'unknown');
    expect(withGaps(silent, gaps)).toMatchObject({ verdict: 'unknown', accepted: { by: 'U0LENA', until: 2_000 } });
    const outage = observation('breakers', 'unknown', { limits: [{ ...critical, outcome: 'undecidable' }] });
    expect(withGaps(outage, gaps).accepted).toBeUndefined();
    const down = observation('breakers', 'unknown', { unknown: { reason: 'unreachable', detail: 'x', remedy: 'y' } });
    expect(withGaps(down, gaps).accepted).toBeUndefined();
  });

  test('it ends on its date', () => {
    expect(withGaps(blind, accepted(900)).verdict).toBe('unknown');
  });

  test('a breach and a system that does not answer cannot be accepted away', () => {
    const breached = observation('p99', 'critical', {
      limits: [{ ...critical, level: 'warning', outcome: 'breached' }],
    });
    expect(withGaps(breached, accepted(2_000)).verdict).toBe('critical');
    const dead = { ...blind, unknown: { reason: 'unreachable', detail: 'x', remedy: 'y' } } as const;
    expect(withGaps(dead, accepted(2_000)).verdict).toBe('unknown');
  });
});

describe('untrusted text in Markdown', () => {
  test('can neither format, link, mention nor break a table or a fence', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const line = plainInMarkdown(text);
        expect(line).not.toMatch(/[\n\r]/);
        expect(line).not.toMatch(/(?<!\\)[`*_[\]|~@#]/);
        expect(line).not.toMatch(/</);
        const longestRun = Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
        expect(/^`+/.exec(fenced(text))?.[0].length).toBeGreaterThan(longestRun);
      }),
    );
    expect(plainInMarkdown('<!channel> [x](http://evil) | `rm`')).toBe(
      '&lt;!channel> \\[x\\]\\(http://evil\\) \\| \\`rm\\`',
    );
  });
});
