// What bucketed latencies say about limits, in numbers and words: over all requests, and by group.

import type { CheckCall, Measurement, Row } from '../../core/observation.ts';
import { spellValue } from '../../core/spell.ts';
import { type LimitReading, verdictOf } from '../../core/verdict.ts';
import type { Failure } from '../failure.ts';
import { breachedLimit, cannotBeMeasured, nearestHeld } from '../statement.ts';
import {
  countWithin,
  type Histogram,
  holdQuantile,
  type QuantileInterval,
  quantileInterval,
  totalOf,
} from './histogram.ts';
import type { Group } from './latency-groups.ts';

export interface Reading {
  readonly call: CheckCall;
  readonly quantile: number;
  readonly window: string;
  readonly windowMs: number;
  readonly metric: string;
}

interface Judged {
  readonly label: string;
  readonly histograms: readonly Histogram[];
  readonly interval: QuantileInterval;
  readonly readings: readonly LimitReading[];
  readonly requests: number;
}

export type Words =
  | {
      readonly kind: 'idle';
      readonly failure: Failure;
      readonly rows: readonly Row[];
      readonly notes: readonly string[];
    }
  | {
      readonly kind: 'measured';
      readonly measurement: Measurement;
      readonly readings: readonly LimitReading[];
      readonly summary: string;
      readonly rows: readonly Row[];
      readonly rowsCut: number;
      readonly notes: readonly string[];
      readonly facts: Readonly<Record<string, number>>;
      readonly undecidedRemedy: string;
    };

/** One verdict over all requests. */
export function overall(reading: Reading, groups: readonly Group[]): Words {
  const judged = judge(reading, '', groups);
  if (judged === undefined) return idle(reading, []);
  return {
    kind: 'measured',
    measurement: measurementOf(reading, judged),
    readings: judged.readings,
    summary: `${sentence(reading, judged)}${gapsOf(reading, judged)}`,
    rows: [],
    rowsCut: 0,
    notes: notesOf(reading, judged),
    facts: factsOf(reading, judged),
    undecidedRemedy: remedyOf(reading),
  };
}

/** One verdict for each group; the worst of those with traffic decides, because an average hides a slow quiet service. */
export function byGroup(reading: Reading, groups: readonly Group[], top: number | undefined): Words {
  const all = groups.map((group) => ({ label: group.label, judged: judge(reading, group.label, [group]) }));
  const busy = all.flatMap(({ judged }) => (judged === undefined ? [] : [judged])).sort(slowestFirst);
  const quiet = all.filter(({ judged }) => judged === undefined);
  const quietRows = quiet.map(({ label }): Row => ({ label, verdict: 'unknown', note: 'no traffic' }));
  const worst = busy[0];
  if (worst === undefined) return idle(reading, quietRows);
  const rows = [...busy.map((judged) => rowOf(reading, judged)), ...quietRows];
  const readings = reading.call.limits.map((_, index) => worstReading(busy.map((judged) => judged.readings[index])));
  const breaching = busy.filter(({ readings }) => readings.some(({ outcome }) => outcome === 'breached')).length;
  const scope = `${breaching} of ${busy.length} over a limit${quiet.length > 0 ? `, ${quiet.length} without traffic` : ''}`;
  const total = judge(reading, '', groups);
  return {
    kind: 'measured',
    measurement: measurementOf(reading, worst),
    readings: readings.flatMap((one) => (one === undefined ? [] : [one])),
    summary: `${worst.label === '' ? '(no name)' : worst.label}: ${sentence(reading, worst)}; ${scope}${gapsOf(reading, worst)}`,
    rows: rows.slice(0, top),
    rowsCut: Math.max(0, rows.length - (top ?? rows.length)),
    notes: notesOf(reading, worst),
    facts: { ...(total === undefined ? {} : factsOf(reading, total)), groups: all.length, groupsOverLimit: breaching },
    undecidedRemedy: remedyOf(reading),
  };
}

function judge(reading: Reading, label: string, groups: readonly Group[]): Judged | undefined {
  const histograms = groups.flatMap((group) => group.jobs.map(({ histogram }) => histogram));
  const interval = quantileInterval(histograms, reading.quantile);
  if (interval === undefined) return undefined;
  const spell = (value: number) => spellValue(value, reading.call.unit);
  const readings = reading.call.limits.map((limit) => holdQuantile(interval, limit, spell));
  return { label, histograms, interval, readings, requests: (totalOf(histograms) * reading.windowMs) / 1_000 };
}

/** Breaching groups come first, then the higher interval, then the higher value inside it. */
function slowestFirst(a: Judged, b: Judged): number {
  return b.interval.low - a.interval.low || b.interval.value - a.interval.value || b.requests - a.requests;
}

function worstReading(readings: readonly (LimitReading | undefined)[]): LimitReading | undefined {
  return (
    readings.find((one) => one?.outcome === 'breached') ??
    readings.find((one) => one?.outcome === 'undecidable') ??
    readings[0]
  );
}

function idle({ metric, window }: Reading, rows: readonly Row[]): Words {
  const failure: Failure = {
    reason: 'not_a_number',
    detail: `no traffic: ${metric} counted no request in the last ${window}, so there is no latency`,
    remedy: 'Check the throughput: no requests at all may be an outage.',
  };
  return { kind: 'idle', failure, rows, notes: [] };
}

function nameOf(quantile: number): string {
  return `P${Number((quantile * 100).toPrecision(6))}`;
}

/** `P99 19.0 ms > 5 ms`, `not critical: 0.2 % of requests above 5 ms (limit 1 %)`, `P99 3.3 ms (want ≤ 4 ms)`. */
function sentence(reading: Reading, { histograms, interval, readings }: Judged): string {
  const { call, quantile } = reading;
  const spell = (value: number) => spellValue(value, call.unit);
  const value = interval.high === undefined ? `≥ ${spell(interval.low)}` : spell(interval.value);
  const said = `${nameOf(quantile)} ${value}`;
  const breached = breachedLimit(readings);
  if (breached !== undefined)
    return `${said} ${breached.breachedWhen === 'above' ? '>' : '<'} ${spell(breached.bound)}`;
  const held = nearestHeld(readings);
  if (held === undefined)
    return readings.length > 0 || interval.low === 0 ? `${nameOf(quantile)} ${spellInterval(interval, spell)}` : said;
  // The interpolated value of the bucket that holds the quantile would look like a measurement here; the share is one.
  const above = shareAbove(histograms, held.bound);
  if (above === undefined || held.breachedWhen === 'below') return `${said} (want ≤ ${spell(held.bound)})`;
  const allowed = spellValue(Number((100 * (1 - quantile)).toPrecision(6)), '%');
  return `not ${held.level}: ${spellShare(above)} of requests above ${spell(held.bound)} (limit ${allowed})`;
}

function spellInterval({ low, high }: QuantileInterval, spell: (value: number) => string): string {
  if (high === undefined) return `≥ ${spell(low)}`;
  return low === 0 ? `at most ${spell(high)}` : `between ${spell(low)} and ${spell(high)}`;
}

function gapsOf(reading: Reading, { readings }: Judged): string {
  const gaps = readings.filter(({ outcome }) => outcome === 'undecidable');
  return gaps.map((gap) => `; ${cannotBeMeasured(gap, reading.call.unit)}`).join('');
}

/** Percent of requests above `bound`, where bucket edges tell it. */
function shareAbove(histograms: readonly Histogram[], bound: number): number | undefined {
  const total = totalOf(histograms);
  const { atLeast, atMost } = countWithin(histograms, bound);
  if (total === 0 || atMost - atLeast > total * 1e-9) return undefined;
  return Math.max(0, 100 * (1 - atLeast / total));
}

/** Below one percent two digits count: 0.004 % is not zero. */
function spellShare(percent: number): string {
  return percent > 0 && percent < 1 ? `${Number(percent.toPrecision(2))} %` : spellValue(percent, '%');
}

function measurementOf({ call }: Reading, { interval }: Judged): Measurement {
  const { value, low, high } = interval;
  return { value, unit: call.unit, low, ...(high === undefined ? {} : { high }) };
}

function rowOf(reading: Reading, judged: Judged): Row {
  const gaps = gapsOf(reading, judged).slice(2);
  const overflow = judged.interval.high === undefined ? `≥ ${spellValue(judged.interval.low, reading.call.unit)}` : '';
  const note = [overflow, lowTraffic(reading, judged), gaps].filter((part) => part !== '').join('; ');
  return {
    label: judged.label,
    measurement: measurementOf(reading, judged),
    verdict: verdictOf(judged.readings),
    ...(note === '' ? {} : { note }),
  };
}

/** With fewer requests than 1 / (1 − quantile) a single one decides the quantile. */
function lowTraffic({ quantile, window }: Reading, { requests }: Judged): string {
  const enough = Math.round(1 / (1 - quantile));
  return requests >= enough ? '' : `low traffic: ${Math.round(requests)} requests in ${window}, one decides`;
}

function notesOf(reading: Reading, judged: Judged): readonly string[] {
  const { low, high } = judged.interval;
  const artefact =
    low === 0 && high !== undefined
      ? `all of the quantile lies in the first bucket (0 to ${spellValue(high, reading.call.unit)}): a value inside it is interpolation, not a measurement`
      : '';
  return [artefact, lowTraffic(reading, judged)].filter((note) => note !== '');
}

/** `{ p99: 19, requests: 94200, shareAbove5ms: 3.1 }`; shares in percent, a dot in a bound is written `_`. */
function factsOf({ call, quantile }: Reading, { histograms, interval, requests }: Judged): Record<string, number> {
  const shares = call.limits.flatMap(({ bound }) => {
    const share = shareAbove(histograms, bound);
    return share === undefined ? [] : [[`shareAbove${String(bound).replace('.', '_')}${call.unit}`, share] as const];
  });
  return {
    [nameOf(quantile).toLowerCase().replace('.', '_')]: interval.value,
    requests: Math.round(requests),
    ...Object.fromEntries(shares),
  };
}

function remedyOf({ metric }: Reading): string {
  return `Add a bucket edge at this limit to ${metric}, or accept this gap until a date.`;
}
