// The Chart.js configuration: pure JSON that keeps gaps, limits and marks.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChartJsConfig, type Dialect, toChartJs } from '../../../src/charts/chartjs.ts';
import { drawnPoints } from '../../../src/charts/points.ts';
import { timeTicks } from '../../../src/charts/time-ticks.ts';
import { chartStart, latencyChart, minute, seriesOf } from '../../support/charts.ts';

interface Dataset {
  label: string;
  data: { x: number; y: number | null }[];
  borderColor: string;
  borderDash?: number[];
  pointRadius: number | number[];
  spanGaps?: boolean;
}

const datasets = (config: ChartJsConfig) => config.data.datasets as Dataset[];

/** What the tests look at, from the outside as a drawing program sees it. */
function options(config: ChartJsConfig) {
  return config.options as {
    scales: { x: { min: number; max: number; adapters: unknown }; y: { min: number; max: number } };
    plugins: {
      title: { text: string[] };
      subtitle: { text: string };
      annotation?: { annotations: Record<string, { label?: { content: string }; content?: string; yMin?: number }> };
    };
  };
}

test.each<Dialect>(['canvas', 'quickchart'])('the %s configuration is pure JSON: no functions, no dates', (dialect) => {
  const config = toChartJs(latencyChart(), dialect);
  expect(JSON.parse(JSON.stringify(config))).toEqual(config);
});

test('a gap stays a gap, and a lone point between two gaps gets a dot', () => {
  const series = seriesOf('a', [1, null, 2, null, 3, 3]);
  const [dataset] = datasets(toChartJs({ ...latencyChart(), series: [series] }, 'canvas'));
  expect(dataset?.spanGaps).toBe(false);
  expect(dataset?.data.map((point) => point.y)).toEqual([1, null, 2, null, 3, 3]);
  expect(dataset?.pointRadius).toEqual([4, 0, 4, 0, 0, 0]);
});

test('what is not a finite number is a gap, never zero', () => {
  const series = seriesOf('a', [1, Number.NaN, Infinity, -Infinity, 2]);
  expect(drawnPoints(series).map((point) => point.y)).toEqual([1, null, null, null, 2]);
});

test('the time axis is UTC and holds the data and the marks that are close', () => {
  const late = { ...latencyChart(), marks: [{ at: chartStart + 65 * minute, label: 'resolved' }] };
  const farAway = { ...latencyChart(), marks: [{ at: chartStart + 600 * minute, label: 'resolved' }] };
  expect(options(toChartJs(late, 'canvas')).scales.x).toMatchObject({
    min: chartStart,
    max: chartStart + 65 * minute,
    adapters: { date: { zone: 'utc' } },
  });
  expect(options(toChartJs(farAway, 'canvas')).scales.x.max).toBe(chartStart + 60 * minute);
});

test('ticks stand on round moments, at most seven', () => {
  expect(
    timeTicks({ min: chartStart + 123, max: chartStart + 60 * minute }).at.map((at) => (at / minute) % 10),
  ).toEqual(Array(6).fill(0));
  fc.assert(
    fc.property(fc.nat({ max: 2e12 }), fc.integer({ min: 1_000, max: 1e11 }), (min, span) => {
      const { at } = timeTicks({ min, max: min + span });
      expect(at.length).toBeLessThanOrEqual(7);
      for (const tick of at) expect(tick >= min && tick <= min + span).toBe(true);
    }),
  );
});

describe('limits and marks', () => {
  test('on our canvas they are dashed lines with labels', () => {
    const { annotations } = options(toChartJs(latencyChart(), 'canvas')).plugins.annotation ?? { annotations: {} };
    expect(annotations.limit0).toMatchObject({ yMin: 5, yMax: 5, label: { content: 'critical > 5 ms' } });
    expect(annotations.limit1).toMatchObject({ yMin: 4, label: { content: 'warning > 4 ms' } });
    expect(annotations.mark0).toMatchObject({ xMin: chartStart + 30 * minute });
    expect(annotations.label0).toMatchObject({ content: '02:15 declared' });
  });

  test('labels of close marks stand in different rows', () => {
    const { annotations } = options(toChartJs(latencyChart(), 'canvas')).plugins.annotation ?? { annotations: {} };
    const rows = ['label0', 'label1', 'label2'].map((key) => (annotations[key] as { yAdjust?: number }).yAdjust);
    expect(rows[0]).not.toBe(rows[1]);
    expect(rows[2]).toBe(rows[0]);
  });

  test('a QuickChart server without the plugin gets them as lines named in the legend', () => {
    const config = toChartJs(latencyChart(), 'quickchart');
    const names = datasets(config).map((dataset) => dataset.label);
    expect(names).toEqual([
      'agent-bus',
      'critical > 5 ms',
      'warning > 4 ms',
      '02:15 declared',
      '02:16 acknowledged',
      '02:45 resolved',
    ]);
    expect(options(config).plugins.annotation).toBeUndefined();
  });

  test('the value axis always holds the limit, also when the data stay far below it', () => {
    const calm = { ...latencyChart(), series: [seriesOf('a', [0.1, 0.2])] };
    const { y } = options(toChartJs(calm, 'canvas')).scales;
    expect(y.min).toBe(0);
    expect(y.max).toBeGreaterThan(5);
  });
});

test('six series differ in colour and in dash', () => {
  const series = Array.from({ length: 6 }, (_, n) => seriesOf(`service ${n}`, [n, n + 1]));
  const drawn = datasets(toChartJs({ ...latencyChart(), series }, 'canvas'));
  expect(new Set(drawn.map((dataset) => dataset.borderColor)).size).toBe(6);
  expect(new Set(drawn.map((dataset) => JSON.stringify(dataset.borderDash))).size).toBe(6);
});

test('of more than six series the worst are drawn, and the picture says so', () => {
  const series = Array.from({ length: 9 }, (_, n) => seriesOf(`service ${n}`, [n, n + 1]));
  const high = toChartJs({ ...latencyChart(), series }, 'canvas');
  expect(datasets(high).map((dataset) => dataset.label)).toEqual([3, 4, 5, 6, 7, 8].map((n) => `service ${n}`));
  expect(options(high).plugins.subtitle.text).toContain('6 of 9 series');
  const below = { level: 'critical', breachedWhen: 'below', bound: 85, source: 'runbook' } as const;
  const low = toChartJs({ ...latencyChart(), series, limits: [below] }, 'canvas');
  expect(datasets(low).map((dataset) => dataset.label)).toEqual([0, 1, 2, 3, 4, 5].map((n) => `service ${n}`));
});

test('the title is a sentence on at most two lines, also when somebody writes a novel into a label', () => {
  const title = `P99 passed 5 ms\n\u202Eat 02:14, ${'very-long-service-name '.repeat(50)}`;
  const lines = options(toChartJs({ ...latencyChart(), title }, 'canvas')).plugins.title.text;
  expect(lines.length).toBeLessThanOrEqual(2);
  expect(lines[0]).toMatch(/^P99 passed 5 ms at 02:14, /);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(58);
});

test('a chart without data says so', () => {
  const silent = { ...latencyChart(), series: [seriesOf('a', [null, null])] };
  expect(options(toChartJs(silent, 'canvas')).plugins.subtitle.text).toContain('no data');
});

test('thinning a long series keeps its lowest and highest value, its ends in time and its gap', () => {
  const values: (number | null)[] = Array.from({ length: 4_000 }, () => 3);
  values[1_234] = 900;
  values[2_345] = -900;
  values[3_456] = null;
  const points = drawnPoints(seriesOf('a', values));
  expect(points.length).toBeLessThanOrEqual(300);
  expect(points.map((point) => point.y)).toEqual(expect.arrayContaining([900, -900, null]));
  expect(points.map((point) => point.x)).toEqual(points.map((point) => point.x).sort((a, b) => a - b));
});

test('any chart becomes a configuration with bounds that hold its finite values', () => {
  const value = fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.constant(null), fc.constant(Number.NaN));
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 400 }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.constantFrom('above' as const, 'below' as const),
      (values, bound, breachedWhen) => {
        const limit = { level: 'critical', breachedWhen, bound, source: 'runbook' } as const;
        const { y } = options(
          toChartJs({ ...latencyChart(), series: [seriesOf('a', values)], limits: [limit] }, 'canvas'),
        ).scales;
        const held = [bound, ...values.filter((one): one is number => one !== null && Number.isFinite(one))];
        const slack = (y.max - y.min) * 1e-3;
        for (const one of held) expect(one >= y.min - slack && one <= y.max + slack).toBe(true);
        expect(y.max).toBeGreaterThan(y.min);
      },
    ),
  );
});
