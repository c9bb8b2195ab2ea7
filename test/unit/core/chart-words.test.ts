// A chart in words must carry the numbers that the picture shows.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeChart, sparkline } from '../../../src/core/chart-words.ts';
import { latencyChart, seriesOf } from '../../support/charts.ts';

test('the words carry first, lowest, highest and latest value, limits, crossings, gaps and marks, with times in UTC', () => {
  expect(describeChart(latencyChart())).toBe(
    'P99 passed 5 ms at 02:14, agent-bus. Limits: critical above 5 ms, warning above 4 ms. ' +
      'agent-bus: first 3 ms at 01:45, lowest 3 ms at 01:45, highest 19 ms at 02:14, latest 3 ms at 02:45 UTC. ' +
      'Went above 5 ms at 02:14, came back at 02:35. Went above 4 ms at 02:14, came back at 02:35. ' +
      'No data 02:20 to 02:22. Marks: 02:15 declared, 02:16 acknowledged, 02:45 resolved.',
  );
});

test('a series past its limit all the time is told so', () => {
  const chart = { ...latencyChart(), series: [seriesOf('bus', [9, 9, 9])], marks: [] };
  expect(describeChart(chart)).toContain('Throughout above 5 ms.');
});

test('no data is said, and never spelled as a number', () => {
  expect(describeChart({ ...latencyChart(), series: [], marks: [] })).toContain('No data.');
  const silent = describeChart({ ...latencyChart(), series: [seriesOf('bus', [null, Number.NaN])], marks: [] });
  expect(silent).toContain('bus: no data.');
});

test('times of several days carry their date', () => {
  const chart = { ...latencyChart(), series: [seriesOf('bus', [1, ...Array<null>(2_000).fill(null), 2])] };
  expect(describeChart(chart)).toContain('latest 2 ms at 2026-11-25 11:06');
});

test('the words always fit into 2,000 characters, and say how many series did not', () => {
  const many = Array.from({ length: 40 }, (_, n) => seriesOf(`service ${n} ${'x'.repeat(500)}`, [1, 9, 1, 9, null, 1]));
  const words = describeChart({ ...latencyChart(), title: 'T'.repeat(5_000), series: many });
  expect(words.length).toBeLessThanOrEqual(2_000);
  expect(words).toMatch(/\d+ more series not described/);
  expect(words).toContain('02:45 resolved');
});

test('any chart fits', () => {
  const value = fc.oneof(fc.double(), fc.constant(null));
  const series = fc.tuple(fc.string({ maxLength: 300, unit: 'binary' }), fc.array(value, { maxLength: 100 }));
  fc.assert(
    fc.property(fc.array(series, { maxLength: 12 }), fc.string({ maxLength: 3_000, unit: 'binary' }), (all, title) => {
      const chart = { ...latencyChart(), title, series: all.map(([name, values]) => seriesOf(name, values)) };
      expect(describeChart(chart).length).toBeLessThanOrEqual(2_000);
    }),
  );
});

test('a sparkline shows the shape, the gaps and the range with its unit', () => {
  expect(sparkline(seriesOf('bus', [1, 1, 8, null, 4, 1]), 20)).toBe('▁▁█·▄▁ 1 ms to 8 ms');
  expect(sparkline(seriesOf('bus', [3, 3, 3]), 20)).toBe('▄▄▄ 3 ms');
  expect(sparkline(seriesOf('bus', []), 20)).toBe('no data');
});

test('a sparkline of many points is as wide as asked and keeps the one peak and the one dip', () => {
  const values = Array.from({ length: 500 }, (_, index) => (index === 250 ? 90 : index === 400 ? -80 : 3));
  const line = sparkline(seriesOf('bus', values), 20);
  expect([...(line.split(' ')[0] ?? '')]).toHaveLength(20);
  expect(line).toMatch(/█.*▁.* -80 ms to 90 ms$/);
});
