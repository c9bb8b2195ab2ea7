// Quantiles of bucketed requests: what the edges decide is right for the requests behind them, and nothing else is decided.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Limit } from '../../../src/core/verdict.ts';
import {
  countWithin,
  type Histogram,
  histogramOf,
  holdQuantile,
  quantileInterval,
} from '../../../src/systems/prometheus/histogram.ts';

const shared = [5, 10, 25, 50, 100, 250, 1_000];
const foreign = [0.01, 0.1, 1, 10, 100];
const spell = (value: number) => `${value} ms`;

function above(bound: number): Limit {
  return { level: 'critical', breachedWhen: 'above', bound, source: 'test' };
}

/** What an exporter with these edges says about these requests. */
function exported(durations: readonly number[], edges: readonly number[] = shared): Histogram {
  return histogramOf([
    ...edges.map((edge) => [edge, durations.filter((each) => each <= edge).length] as const),
    [Number.POSITIVE_INFINITY, durations.length],
  ]);
}

/** The smallest duration that at least this share of the requests did not exceed. */
function trueQuantile(durations: readonly number[], quantile: number): number {
  const sorted = durations.toSorted((a, b) => a - b);
  const rank = Math.ceil(quantile * sorted.length * (1 - 1e-9));
  return sorted[Math.max(0, rank - 1)] ?? Number.NaN;
}

/** To the microsecond: nearer to each other than a billionth, two times are the same to the code. */
const ms = (max: number) => fc.integer({ min: 1, max: max * 1_000 }).map((us) => us / 1_000);
const durations = fc.array(ms(2_000), { minLength: 1, maxLength: 300 });
const quantiles = fc.constantFrom(0.5, 0.9, 0.95, 0.99, 0.999);
const bounds = fc.oneof(fc.constantFrom(...shared, ...foreign), ms(3_000));

describe('whatever the requests are', () => {
  it('the interval holds the true quantile', () => {
    fc.assert(
      fc.property(durations, quantiles, (all, quantile) => {
        const interval = quantileInterval([exported(all)], quantile);
        const truth = trueQuantile(all, quantile);
        expect(truth).toBeGreaterThanOrEqual(interval?.low ?? Number.NaN);
        expect(truth).toBeLessThanOrEqual(interval?.high ?? Number.POSITIVE_INFINITY);
        expect(interval?.value).toBeGreaterThanOrEqual(interval?.low ?? Number.NaN);
        expect(interval?.value).toBeLessThanOrEqual(interval?.high ?? Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('a limit that is decided is decided rightly, also with two bucket layouts mixed', () => {
    fc.assert(
      fc.property(
        durations,
        fc.array(durations, { maxLength: 1 }),
        quantiles,
        bounds,
        (ours, theirs, quantile, bound) => {
          const histograms = [exported(ours), ...theirs.map((each) => exported(each, foreign))];
          const interval = quantileInterval(histograms, quantile);
          if (interval === undefined) throw new Error('there are requests');
          const { outcome } = holdQuantile(interval, above(bound), spell);
          if (outcome === 'undecidable') return;
          const truth = trueQuantile([...ours, ...theirs.flat()], quantile);
          expect({ outcome, truth, bound }).toEqual({ outcome: truth > bound ? 'breached' : 'held', truth, bound });
        },
      ),
    );
  });

  it('a limit that is an edge is always decided', () => {
    fc.assert(
      fc.property(durations, quantiles, fc.constantFrom(...shared), (all, quantile, bound) => {
        const interval = quantileInterval([exported(all)], quantile);
        if (interval === undefined) throw new Error('there are requests');
        expect(holdQuantile(interval, above(bound), spell).outcome).not.toBe('undecidable');
      }),
    );
  });
});

describe('the edges of the case', () => {
  const hundred = (slow: number) => [...Array(100 - slow).fill(1), ...Array(slow).fill(7)];

  it('99 of 100 within 5 ms is not above 5 ms, 98 is', () => {
    const at = (slow: number) => {
      const interval = quantileInterval([exported(hundred(slow))], 0.99);
      if (interval === undefined) throw new Error('there are requests');
      return holdQuantile(interval, above(5), spell).outcome;
    };
    expect([at(1), at(2)]).toEqual(['held', 'breached']);
  });

  it('interpolates as Prometheus does, but calls it an interval', () => {
    const interval = quantileInterval([exported(Array(1_000).fill(0.8))], 0.99);
    expect(interval).toEqual({ low: 0, high: 5, value: expect.closeTo(4.95, 9) });
  });

  it('says which edges a limit would need', () => {
    const why = (all: readonly number[], bound: number) => {
      const interval = quantileInterval([exported(all)], 0.99);
      return interval === undefined ? undefined : holdQuantile(interval, above(bound), spell);
    };
    expect(why([0.8], 4)).toMatchObject({ outcome: 'undecidable', why: 'the first bucket edge is 5 ms' });
    expect(why([30], 40)).toMatchObject({ why: 'there is no bucket edge between 25 ms and 50 ms' });
    expect(why([5_000], 2_000)).toMatchObject({ why: 'the last bucket edge is 1000 ms' });
  });

  it('has no quantile without requests, nor from counts that are no numbers', () => {
    expect(quantileInterval([exported([])], 0.99)).toBeUndefined();
    expect(quantileInterval([], 0.99)).toBeUndefined();
    for (const count of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(
        quantileInterval(
          [
            histogramOf([
              [5, count],
              [Number.POSITIVE_INFINITY, count],
            ]),
          ],
          0.99,
        ),
      ).toBeUndefined();
  });

  it('evens out the rounding of summed rates', () => {
    const histogram = histogramOf([
      [5, 10.000000000000002],
      [10, 10],
      [Number.POSITIVE_INFINITY, 10],
    ]);
    expect(histogram.within).toEqual([10.000000000000002, 10.000000000000002]);
    expect(quantileInterval([histogram], 0.99)).toMatchObject({ low: 0, high: 5 });
  });

  it('knows how many took at most a time only as well as the edges tell', () => {
    expect(countWithin([exported([1, 7, 30])], 10)).toEqual({ atLeast: 2, atMost: 2 });
    expect(countWithin([exported([1, 7, 30])], 8)).toEqual({ atLeast: 1, atMost: 2 });
    expect(countWithin([exported([1, 7, 3_000])], 2_000)).toEqual({ atLeast: 2, atMost: 3 });
  });
});
