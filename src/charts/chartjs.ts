// A chart as a Chart.js 4 configuration of pure JSON, which our own canvas and a QuickChart server draw alike.

import type { Chart } from '../core/chart.ts';
import { isValue, oneLine } from '../core/chart-words.ts';
import type { Series, Unit } from '../core/observation.ts';
import { annotations, labelShare, letters, lineDatasets, placeMarks } from './lines.ts';
import { drawnPoints, type Point, type Range, seriesToDraw, timeRange, valueAxis } from './points.ts';
import { timeTicks } from './time-ticks.ts';

/** In the pixels of the configuration; the PNG has twice as many each way. */
export const chartSize = { width: 800, height: 400, pixelRatio: 2 } as const;

/**
 * What the drawing side brings along. An open-source QuickChart server has the moment date adapter and no annotation plugin
 * for Chart.js 4 (its lib/charts.js), our canvas has luxon and the plugin.
 */
export type Dialect = 'canvas' | 'quickchart';

export interface ChartJsConfig {
  readonly type: 'line';
  /** `labels` are the moments of the ticks. */
  readonly data: { readonly labels: readonly number[]; readonly datasets: readonly object[] };
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Pairwise distinct in colour and in dash, none of them the red or amber of limits. The legend strokes a flat box of 54 px forth
 * and back, so each pattern returns onto itself there: 2 × 54 leaves the first dash as the rest of the period.
 */
const strokes = [
  { borderColor: '#0B57A4', borderDash: [] },
  { borderColor: '#00796B', borderDash: [12, 4] },
  { borderColor: '#7B1FA2', borderDash: [4, 4] },
  { borderColor: '#455A64', borderDash: [12, 4, 4, 4] },
  { borderColor: '#C2185B', borderDash: [12, 12] },
  { borderColor: '#33691E', borderDash: [4, 9] },
] as const;
const legendBoxPx = 54;

/** Day and month in the tokens of each date adapter. */
const dayFormat: Record<Dialect, string> = { canvas: 'd LLL', quickchart: 'D MMM' };

const unitNames: Record<Unit, string> = {
  ms: 'milliseconds',
  s: 'seconds',
  '%': 'percent',
  rps: 'requests per second',
  count: 'count',
  bytes: 'bytes',
  ratio: 'ratio',
  'per-second': 'per second',
  none: '',
};

const emptyRange: Range = { min: 0, max: 60_000 };

/** Letters are sized for a phone, where 800 pixels shrink to the width of a hand. */
export function toChartJs(chart: Chart, dialect: Dialect): ChartJsConfig {
  const drawn = seriesToDraw(chart);
  const time = timeRange(chart);
  const ticks = timeTicks(time ?? emptyRange);
  const marks = placeMarks(chart, time ?? emptyRange);
  const value = valueAxis(chart, drawn, dialect === 'canvas' ? labelShare(marks, drawn.length > 1) : 0);
  const series = drawn.map((one, index) => dataset(one, index));
  const extra = dialect === 'quickchart' && time ? lineDatasets(chart, marks, time, value) : [];
  return {
    type: 'line',
    data: { labels: ticks.at, datasets: [...series, ...extra] },
    options: {
      animation: false,
      responsive: false,
      locale: 'en-US',
      devicePixelRatio: chartSize.pixelRatio,
      color: '#212121',
      layout: { padding: { top: 6, right: 18, bottom: 6, left: 6 } },
      plugins: {
        title: text(titleLines(chart.title), 23, 600),
        subtitle: { ...text(subtitle(chart, drawn.length, time), 17, 400), color: '#424242', padding: { bottom: 16 } },
        legend: {
          display: series.length + extra.length > 1,
          position: 'bottom',
          labels: { boxWidth: legendBoxPx, boxHeight: 0, padding: 14, font: letters(17, 400) },
        },
        ...(dialect === 'canvas' && time
          ? { annotation: { annotations: annotations(chart, marks, time, value) } }
          : {}),
      },
      scales: {
        x: {
          type: 'time',
          min: (time ?? emptyRange).min,
          max: (time ?? emptyRange).max,
          adapters: { date: { zone: 'utc', locale: 'en-US' } },
          time: {
            unit: ticks.unit,
            displayFormats: { second: 'HH:mm:ss', minute: 'HH:mm', day: dayFormat[dialect] },
          },
          ticks: { source: 'labels', autoSkip: false, maxRotation: 0, font: letters(18, 400) },
          grid: { color: '#EEEEEE' },
        },
        y: {
          min: value.min,
          max: value.max,
          ticks: {
            stepSize: value.step,
            font: letters(18, 400),
            format: { notation: value.max < 100_000 ? 'standard' : 'compact', maximumSignificantDigits: 5 },
          },
          grid: { color: '#E0E0E0' },
        },
      },
    },
  };
}

function dataset(series: Series, index: number): object {
  const data = drawnPoints(series);
  return {
    label: oneLine(series.name, 32),
    data,
    ...strokes[index % strokes.length],
    borderWidth: 3,
    tension: 0,
    spanGaps: false,
    pointStyle: 'circle',
    // A point between two gaps has no line to either side: without a dot it would not be seen.
    pointRadius: data.map((point, at) => (point.y !== null && alone(data, at) ? 4 : 0)),
  };
}

function alone(data: readonly Point[], at: number): boolean {
  return (data[at - 1]?.y ?? null) === null && (data[at + 1]?.y ?? null) === null;
}

function text(content: string | readonly string[], size: number, weight: number): object {
  return { display: true, align: 'start', text: content, color: '#212121', font: letters(size, weight) };
}

/** At most two lines of what fits the width. */
function titleLines(title: string): readonly string[] {
  const room = 58;
  const words = oneLine(title, 2 * room - 8).split(' ');
  const lines = words.reduce<string[]>((done, word) => {
    const last = done.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) done[done.length - 1] = `${last} ${word}`;
    else done.push(word);
    return done;
  }, []);
  return lines.length <= 2 ? lines : [lines[0] ?? '', oneLine(lines.slice(1).join(' '), room)];
}

/** Unit, span in UTC, and what is not in the picture. */
function subtitle(chart: Chart, drawn: number, time: Range | undefined): string {
  const left = chart.series.length - drawn;
  const empty = !chart.series.some((series) => series.points.some(([, value]) => isValue(value)));
  return [
    unitNames[chart.unit],
    time ? span(time) : '',
    left > 0 ? `${drawn} of ${chart.series.length} series, the worst` : '',
    empty ? 'no data' : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function span(time: Range): string {
  const [from, to] = [time.min, time.max].map((at) => new Date(at).toISOString());
  const [fromDay, toDay] = [from?.slice(0, 10), to?.slice(0, 10)];
  const end = fromDay === toDay ? to?.slice(11, 16) : `${toDay} ${to?.slice(11, 16)}`;
  return `${fromDay} ${from?.slice(11, 16)} to ${end} UTC`;
}
