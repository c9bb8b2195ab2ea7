// A chart in words: the alternative text with the same numbers, and a line of blocks for where no picture can be.

import type { Chart } from './chart.ts';
import type { Series } from './observation.ts';
import { clockTime, spellValue } from './spell.ts';
import type { Limit } from './verdict.ts';

/** Slack's limit for alt_text. */
const maxWords = 2_000;
const maxListed = 6;

type Value = readonly [at: number, value: number];

/**
 * The title, then per series first, lowest, highest and latest value with its time (UTC), crossings of limits and gaps,
 * then the marks. At most 2,000 characters: series that do not fit are counted, never dropped silently.
 */
export function describeChart(chart: Chart): string {
  const head = `${sentence(oneLine(chart.title, 300))} ${limitWords(chart)}`.trim();
  const tail = markWords(chart);
  const told: string[] = [];
  let room = maxWords - head.length - tail.length - 60;
  for (const series of chart.series) {
    const words = seriesWords(series, chart);
    room -= words.length + 1;
    if (room < 0) break;
    told.push(words);
  }
  const left = chart.series.length - told.length;
  const rest = left > 0 ? `${left} more series not described.` : '';
  const body = chart.series.length === 0 ? 'No data.' : told.join(' ');
  return [head, body, rest, tail].filter((part) => part !== '').join(' ');
}

function limitWords(chart: Chart): string {
  if (chart.limits.length === 0) return '';
  const limits = chart.limits.map(
    (limit) => `${limit.level} ${limit.breachedWhen} ${spellValue(limit.bound, chart.unit)}`,
  );
  return sentence(`Limits: ${listed(limits)}`);
}

function seriesWords(series: Series, chart: Chart): string {
  const name = oneLine(series.name, 60);
  const values = valuesOf(series);
  const first = values[0];
  const last = values.at(-1);
  if (first === undefined || last === undefined) return `${name}: no data.`;
  const time = timeWords(series.points);
  const point = ([at, value]: Value) => `${spellValue(value, chart.unit)} at ${time(at)}`;
  const lowest = values.reduce((a, b) => (b[1] < a[1] ? b : a));
  const highest = values.reduce((a, b) => (b[1] > a[1] ? b : a));
  return [
    `${name}: first ${point(first)}, lowest ${point(lowest)}, highest ${point(highest)}, latest ${point(last)} UTC.`,
    ...chart.limits.map((limit) => crossingWords(values, limit, chart, time)),
    gapWords(series, time),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** `Went above 5 ms at 02:14 and back at 02:40.` A limit that was never crossed is told only when it was breached throughout. */
function crossingWords(values: readonly Value[], limit: Limit, chart: Chart, time: (at: number) => string): string {
  const breached = (value: number) => (limit.breachedWhen === 'above' ? value > limit.bound : value < limit.bound);
  const bound = `${limit.breachedWhen} ${spellValue(limit.bound, chart.unit)}`;
  const turns = values.flatMap(([at, value], index) => {
    const before = values[index - 1];
    if (before === undefined || breached(before[1]) === breached(value)) return [];
    return [breached(value) ? `went ${bound} at ${time(at)}` : `came back at ${time(at)}`];
  });
  const [first] = values;
  if (turns.length > 0) return sentence(capital(listed(turns)));
  return first !== undefined && breached(first[1]) ? `Throughout ${bound}.` : '';
}

function gapWords(series: Series, time: (at: number) => string): string {
  const gaps: { from: number; to: number }[] = [];
  series.points.forEach(([at, value], index) => {
    if (isValue(value)) return;
    const before = series.points[index - 1];
    const open = gaps.at(-1);
    if (open !== undefined && before !== undefined && !isValue(before[1])) open.to = at;
    else gaps.push({ from: at, to: at });
  });
  if (gaps.length === 0) return '';
  const spans = gaps.map(({ from, to }) => (from === to ? `at ${time(from)}` : `${time(from)} to ${time(to)}`));
  return sentence(`No data ${listed(spans)}`);
}

function markWords(chart: Chart): string {
  if (chart.marks.length === 0) return '';
  const time = timeWords(chart.marks.map((mark) => [mark.at, null]));
  return sentence(`Marks: ${listed(chart.marks.map((mark) => `${time(mark.at)} ${oneLine(mark.label, 60)}`))}`);
}

/** Times of one day are clock times; where points span days the date is said too. */
function timeWords(points: Series['points']): (at: number) => string {
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const days = new Set([points[0], points.at(-1)].map((point) => (point === undefined ? '' : day(point[0]))));
  return days.size > 1 ? (at) => `${day(at)} ${clockTime(at)}` : clockTime;
}

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const gapSign = '·';

/**
 * `▁▂▃█▅·▂ 2.6 ms to 19.0 ms`: at most `width` blocks from first to last point, each the value of its stretch that lies
 * farthest from the median, so that no peak or dip is lost; `·` where there is no data.
 */
export function sparkline(series: Series, width: number): string {
  const values = valuesOf(series).map(([, value]) => value);
  if (values.length === 0) return 'no data';
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const middle = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? low;
  const columns = Math.min(width, series.points.length);
  const drawn = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * series.points.length) / columns);
    const to = Math.floor(((column + 1) * series.points.length) / columns);
    const stretch = series.points.slice(from, to).flatMap(([, value]) => (isValue(value) ? [value] : []));
    if (stretch.length === 0) return gapSign;
    const shown = stretch.reduce((a, b) => (Math.abs(b - middle) > Math.abs(a - middle) ? b : a));
    const height = high === low ? 3 : Math.round(((shown - low) / (high - low)) * (blocks.length - 1));
    return blocks[height] ?? gapSign;
  });
  const label =
    high === low ? spellValue(low, series.unit) : `${spellValue(low, series.unit)} to ${spellValue(high, series.unit)}`;
  return `${drawn.join('')} ${label}`;
}

function valuesOf(series: Series): readonly Value[] {
  return series.points.flatMap(([at, value]) => (isValue(value) ? [[at, value] as const] : []));
}

/** True for a number that can be drawn; null, NaN and infinities are gaps. */
export function isValue(value: number | null): value is number {
  return value !== null && Number.isFinite(value);
}

function listed(items: readonly string[]): string {
  const left = items.length - maxListed;
  return items.slice(0, maxListed).join(', ') + (left > 0 ? ` and ${left} more` : '');
}

function sentence(text: string): string {
  return /[.?!…]$/.test(text) ? text : `${text}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Untrusted text on one line, without control or direction characters, cut at `max` characters. */
export function oneLine(text: string, max: number): string {
  const plain = [...text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()];
  return plain.length <= max ? plain.join('') : `${plain.slice(0, max - 1).join('')}…`;
}
