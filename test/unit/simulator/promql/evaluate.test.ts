// What the pretend Prometheus makes of series whose answer can be worked out by hand.
import { describe, expect, it } from 'vitest';
import { type QueryAnswer, queryInstant, queryRange } from '../../../../src/simulator/promql/evaluate.ts';
import { type Labels, type Series, seriesInMemory } from '../../../../src/simulator/promql/series.ts';

const NOW = Date.UTC(2026, 5, 15, 9);
const MINUTE = 60_000;

/** A series sampled every minute, its last value `agoMinutes` before NOW. */
function series(labels: Labels, values: readonly number[], agoMinutes = 0): Series {
  const last = NOW - agoMinutes * MINUTE;
  return { labels, samples: values.map((value, index) => [last - (values.length - 1 - index) * MINUTE, value]) };
}

function ask(query: string, all: readonly Series[], atMs = NOW): QueryAnswer {
  return queryInstant(query, seriesInMemory(all), atMs);
}

/** The values of a vector answer by label text; fails the test on any other answer. */
function valuesOf(answer: QueryAnswer): Readonly<Record<string, number>> {
  if (answer.kind !== 'vector') throw new Error(`no vector: ${JSON.stringify(answer)}`);
  return Object.fromEntries(answer.samples.map(({ labels, value }) => [Object.values(labels).sort().join(' '), value]));
}

function messageOf(answer: QueryAnswer): string {
  return answer.kind === 'refused' ? `${answer.errorType}: ${answer.message}` : answer.kind;
}

const counter = (values: readonly number[]) => [series({ __name__: 'c' }, values)];

describe('rates of counters', () => {
  it('stretches growth to the window edges that the samples nearly reach', () => {
    // Five samples, a minute apart, in a window of five minutes with its last sample on the edge: 4 minutes seen, 5 told.
    expect(valuesOf(ask('increase(c[5m])', counter([100, 110, 120, 130, 140]), NOW))).toEqual({ '': 50 });
    expect(valuesOf(ask('rate(c[5m])', counter([100, 110, 120, 130, 140])))).toEqual({ '': 50 / 300 });
  });

  it('never stretches a counter to before it was zero', () => {
    expect(valuesOf(ask('increase(c[5m])', counter([0, 10, 20, 30, 40])))).toEqual({ '': 40 });
  });

  it('adds half an interval where a series begins far inside the window', () => {
    expect(valuesOf(ask('increase(c[20m])', counter([100, 110, 120])))).toEqual({ '': 25 });
  });

  it('takes a fall for a restart from zero', () => {
    expect(valuesOf(ask('increase(c[4m])', counter([100, 110, 5, 15, 25])))).toEqual({ '': 35 });
    expect(valuesOf(ask('resets(c[4m])', counter([100, 110, 5, 15, 25])))).toEqual({ '': 1 });
  });

  it('does not see the first violation, whose series is born at one', () => {
    const violations = counter([1, 1, 1]);
    expect(valuesOf(ask('increase(c[15m])', violations))).toEqual({ '': 0 });
    expect(valuesOf(ask('c unless c offset 15m', violations))).toEqual({ c: 1 });
  });

  it('says nothing of a single sample', () => {
    expect(valuesOf(ask('rate(c[5m])', counter([7])))).toEqual({});
  });
});

describe('quantiles of histograms', () => {
  const histogram = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([le, count]) => series({ __name__: 'b', le }, [count]));

  it('reads 4.95 ms when every request fell into the first bucket of 5 ms, however fast it was', () => {
    const answer = ask('histogram_quantile(0.99, b)', histogram({ '0.005': 1000, '0.01': 1000, '+Inf': 1000 }));
    expect(valuesOf(answer)['']).toBeCloseTo(0.00495, 12);
  });

  it('reads the highest finite edge when the quantile is in the overflow bucket', () => {
    expect(valuesOf(ask('histogram_quantile(0.99, b)', histogram({ '5': 10, '10': 50, '+Inf': 100 })))).toEqual({
      '': 10,
    });
  });

  it('is not a number without traffic, and passes no threshold', () => {
    const idle = histogram({ '0.005': 0, '+Inf': 0 });
    expect(valuesOf(ask('histogram_quantile(0.99, b)', idle))).toEqual({ '': Number.NaN });
    expect(valuesOf(ask('histogram_quantile(0.99, b) > 0', idle))).toEqual({});
  });

  it('is not a number without an overflow bucket', () => {
    expect(valuesOf(ask('histogram_quantile(0.5, b)', histogram({ '1': 5, '2': 9 })))).toEqual({ '': Number.NaN });
  });
});

describe('series that are not there', () => {
  const gauge = (agoMinutes: number) => [series({ __name__: 'g' }, [4, 5], agoMinutes)];

  it('still sees the last sample when it is five minutes old, and not a millisecond longer', () => {
    expect(valuesOf(ask('g', gauge(5)))).toEqual({ g: 5 });
    expect(valuesOf(ask('g', gauge(5), NOW + 1))).toEqual({});
  });

  it('does not see a series that a scrape found gone, while its window still does', () => {
    const gone: Series = { ...series({ __name__: 'g' }, [4, 5], 2), endedMs: NOW - MINUTE };
    expect(valuesOf(ask('g', [gone], NOW - 1.5 * MINUTE))).toEqual({ g: 5 });
    expect(valuesOf(ask('g', [gone]))).toEqual({});
    expect(valuesOf(ask('max_over_time(g[5m])', [gone]))).toEqual({ '': 5 });
  });

  it('answers an unknown metric with nothing, not with zero', () => {
    expect(valuesOf(ask('sum(rate(nothing[5m]))', gauge(0)))).toEqual({});
    expect(valuesOf(ask('absent(nothing{job="x"})', gauge(0)))).toEqual({ x: 1 });
    expect(valuesOf(ask('nothing or 0 * g', gauge(0)))).toEqual({ '': 0 });
  });

  it('divides no traffic by no traffic into not a number', () => {
    expect(valuesOf(ask('rate(c[5m]) / rate(c[5m])', counter([3, 3, 3])))).toEqual({ '': Number.NaN });
  });
});

describe('operators', () => {
  const memory = [
    series({ __name__: 'total', node: 'a' }, [10]),
    series({ __name__: 'total', node: 'b' }, [20]),
    series({ __name__: 'free', node: 'a', zone: 'x' }, [4]),
    series({ __name__: 'free', node: 'b', zone: 'x' }, [5]),
  ];

  it.each([
    ['free / on (node) total', { a: 0.4, b: 0.25 }],
    ['free / ignoring (zone) total', { a: 0.4, b: 0.25 }],
    ['free * on (node) group_left total', { 'a x': 40, 'b x': 100 }],
    ['total - on (node) group_right free', { 'a x': 6, 'b x': 15 }],
    ['total - on (node) group_right (zone) free', { a: 6, b: 15 }],
    ['sum(free) - 1', { '': 8 }],
    ['free > 4', { 'b free x': 5 }],
    ['4 < free', { 'b free x': 5 }],
    ['free > bool 4', { 'a x': 0, 'b x': 1 }],
    ['free and on (node) total > 15', { 'b free x': 5 }],
    ['sum by (zone) (free) or total', { x: 9, 'a total': 10, 'b total': 20 }],
    ['-total', { a: -10, b: -20 }],
    ['topk(1, total)', { 'b total': 20 }],
    ['sum without (node) (free)', { x: 9 }],
    ['2 ^ 3 ^ 2 + 0 * sum(total)', { '': 512 }],
  ])('answers %s', (query, expected) => {
    expect(valuesOf(ask(query, memory))).toEqual(expected);
  });

  it('refuses matches that are not one to one', () => {
    expect(messageOf(ask('sum(total) / on () free', memory))).toBe(
      'execution: found duplicate series for the match group {} on the right hand-side of the operation: ' +
        '[{__name__="free", node="b", zone="x"}, {__name__="free", node="a", zone="x"}]' +
        ';many-to-many matching not allowed: matching labels must be unique on one side',
    );
    expect(messageOf(ask('free / on () sum(total)', memory))).toBe(
      'execution: multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
    );
  });

  it('refuses to make two series one', () => {
    expect(
      messageOf(ask('{__name__=~"total|other"} * 2', [...memory, series({ __name__: 'other', node: 'a' }, [1])])),
    ).toBe('execution: vector cannot contain metrics with the same labelset');
  });
});

describe('ranges', () => {
  it('leaves a gap where there was nothing', () => {
    const gauge = [series({ __name__: 'g' }, [1, 2], 10)];
    const answer = queryRange('g', seriesInMemory(gauge), {
      startMs: NOW - 12 * MINUTE,
      endMs: NOW,
      stepMs: 3 * MINUTE,
    });
    expect(answer).toEqual({
      kind: 'matrix',
      series: [
        {
          labels: { __name__: 'g' },
          samples: [
            [NOW - 9 * MINUTE, 2],
            [NOW - 6 * MINUTE, 2],
          ],
        },
      ],
    });
  });

  it('evaluates subqueries at whole multiples of their step', () => {
    expect(valuesOf(ask('min_over_time(timestamp(vector(1))[5m:2m])', [], NOW + 30_000))).toEqual({
      '': (NOW - 4 * MINUTE) / 1_000,
    });
  });

  it('refuses a range vector', () => {
    const answer = queryRange('c[5m]', seriesInMemory([]), { startMs: NOW, endMs: NOW, stepMs: MINUTE });
    expect(messageOf(answer)).toBe(
      'bad_data: invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    );
  });
});
