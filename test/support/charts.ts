// The chart that chart tests draw: an hour of latency with a gap, two limits and the marks of an incident.

import type { Chart } from '../../src/core/chart.ts';
import type { Series } from '../../src/core/observation.ts';

export const chartStart = Date.UTC(2026, 10, 24, 1, 45);
export const minute = 60_000;

/** One point per minute from 01:45 UTC on. */
export function seriesOf(name: string, values: readonly (number | null)[]): Series {
  return { name, unit: 'ms', points: values.map((value, index) => [chartStart + index * minute, value] as const) };
}

/** 3 ms until 02:14, then 18 ms with no data from 02:20 to 02:22, and 3 ms again from 02:35 to 02:45. */
export function latencyChart(): Chart {
  const values = Array.from({ length: 61 }, (_, index) => {
    if (index >= 35 && index <= 37) return null;
    return index >= 29 && index < 50 ? 18 + (index % 3) / 2 : 3 + (index % 2) / 10;
  });
  return {
    title: 'P99 passed 5 ms at 02:14, agent-bus',
    unit: 'ms',
    series: [seriesOf('agent-bus', values)],
    limits: [
      { level: 'critical', breachedWhen: 'above', bound: 5, source: 'runbook, Latency Alerts' },
      { level: 'warning', breachedWhen: 'above', bound: 4, source: 'runbook, Latency Alerts' },
    ],
    marks: [
      { at: chartStart + 30 * minute, label: 'declared' },
      { at: chartStart + 31 * minute, label: 'acknowledged' },
      { at: chartStart + 60 * minute, label: 'resolved' },
    ],
  };
}
