// The lines across a chart: limits lie, marks stand; as annotations with labels, or as plain datasets where the plugin is missing.

import type { Chart } from '../core/chart.ts';
import { oneLine } from '../core/chart-words.ts';
import { clockTime, spellValue } from '../core/spell.ts';
import type { Limit } from '../core/verdict.ts';
import type { Range } from './points.ts';

const colours = { critical: '#B71C1C', warning: '#9A5B00', mark: '#37474F' } as const;
const limitDash = { critical: [16, 7], warning: [3, 4] } as const;

/** Rows of mark labels above the curve; where marks stand too close for this many, the line stays and its label is left to the words. */
const maxLabelRows = 3;
const labelRowPx = 27;
/** In a legend; more would leave no room for the curve. */
const maxNamedMarks = 6;
/** Width of a character of a label, and of the plot, in the pixels of an 800 px chart. */
const charPx = 9.5;
const plotPx = 700;

export interface PlacedMark {
  readonly at: number;
  readonly label: string;
  /** Row of the label from the top; undefined when there is no room for it. */
  readonly row?: number;
}

/** The marks inside the time range, each label in the first row where it overlaps none before it. */
export function placeMarks(chart: Chart, time: Range): readonly PlacedMark[] {
  const rowEnds: number[] = [];
  return chart.marks
    .filter((mark) => mark.at >= time.min && mark.at <= time.max)
    .sort((a, b) => a.at - b.at)
    .map((mark) => {
      const label = `${clockTime(mark.at)} ${oneLine(mark.label, 30)}`;
      const width = label.length * charPx;
      const x = ((mark.at - time.min) / (time.max - time.min)) * plotPx;
      const left = Math.min(Math.max(0, x - width / 2), plotPx - width);
      const row = [...Array(maxLabelRows).keys()].find((index) => (rowEnds[index] ?? -Infinity) <= left);
      if (row === undefined) return { at: mark.at, label };
      rowEnds[row] = left + width + charPx;
      return { at: mark.at, label, row };
    });
}

/** Share of the plot's height that the labels of these marks take; a legend and a second line of title leave about 160 px of plot. */
export function labelShare(marks: readonly PlacedMark[], legend: boolean): number {
  const rows = Math.max(0, ...marks.map((mark) => (mark.row ?? -1) + 1));
  return (rows * labelRowPx) / (legend ? 160 : 250);
}

export function limitLabel(limit: Limit, chart: Chart): string {
  return `${limit.level} ${limit.breachedWhen === 'above' ? '>' : '<'} ${spellValue(limit.bound, chart.unit)}`;
}

/** For chartjs-plugin-annotation. Critical and warning labels stand at opposite ends and sides, so that close limits stay readable. */
export function annotations(
  chart: Chart,
  marks: readonly PlacedMark[],
  time: Range,
  value: Range,
): Record<string, object> {
  const limits = chart.limits.map((limit, index) => [
    `limit${index}`,
    {
      type: 'line',
      yMin: limit.bound,
      yMax: limit.bound,
      borderColor: colours[limit.level],
      borderWidth: 2.5,
      borderDash: limitDash[limit.level],
      label: {
        ...labelStyle(colours[limit.level], true),
        content: limitLabel(limit, chart),
        position: limit.level === 'critical' ? 'start' : 'end',
        yAdjust: (limit.breachedWhen === 'above') === (limit.level === 'critical') ? -15 : 15,
      },
    },
  ]);
  const lines = marks.map((mark, index) => [
    `mark${index}`,
    { type: 'line', xMin: mark.at, xMax: mark.at, borderColor: colours.mark, borderWidth: 1.5 },
  ]);
  const labels = marks.flatMap((mark, index) =>
    mark.row === undefined ? [] : [[`label${index}`, markLabel(mark, mark.row, time, value)] as const],
  );
  return Object.fromEntries([...limits, ...lines, ...labels]);
}

/** A box label of its own: labels of vertical lines cannot be kept inside the plot at its edges. */
function markLabel(mark: PlacedMark, row: number, time: Range, value: Range): object {
  const half = (mark.label.length * charPx) / 2;
  const x = ((mark.at - time.min) / (time.max - time.min)) * plotPx;
  const xAdjust = Math.max(0, half - x) - Math.max(0, x + half - plotPx);
  return {
    type: 'label',
    xValue: mark.at,
    yValue: value.max,
    xAdjust,
    yAdjust: row * labelRowPx,
    position: { x: 'center', y: 'start' },
    ...labelStyle(colours.mark, false),
    content: mark.label,
  };
}

/** Every font names its family: what is left out falls back to one that a bare machine does not have. */
export function letters(size: number, weight: number): object {
  return { family: 'Inter, sans-serif', size, weight };
}

function labelStyle(color: string, bold: boolean): object {
  return {
    display: true,
    color,
    // A curve may pass behind the label of a limit, never behind that of a mark.
    backgroundColor: bold ? 'rgba(255,255,255,0.65)' : 'rgba(255,255,255,0.9)',
    padding: 2,
    font: letters(17, bold ? 600 : 400),
  };
}

/** The same lines as datasets, named in the legend: an open-source QuickChart has no annotation plugin for Chart.js 4. */
export function lineDatasets(chart: Chart, marks: readonly PlacedMark[], time: Range, value: Range): readonly object[] {
  const limits = chart.limits.map((limit) => ({
    label: limitLabel(limit, chart),
    data: [
      { x: time.min, y: limit.bound },
      { x: time.max, y: limit.bound },
    ],
    borderColor: colours[limit.level],
    borderWidth: 2.5,
    borderDash: limitDash[limit.level],
    pointRadius: 0,
  }));
  const upright = marks.slice(0, maxNamedMarks).map((mark) => ({
    label: mark.label,
    data: [
      { x: mark.at, y: value.min },
      { x: mark.at, y: value.max },
    ],
    borderColor: colours.mark,
    borderWidth: 1.5,
    pointRadius: 0,
  }));
  return [...limits, ...upright];
}
