// Numbers, times and verdicts as people read them: with unit, in UTC, never by symbol alone.

import type { Measurement, Observation, Unit } from './observation.ts';
import { decisiveLimit, type LimitReading, type Verdict } from './verdict.ts';

export const verdictWords: Readonly<Record<Verdict, string>> = {
  ok: 'OK',
  warning: 'WARNING',
  critical: 'CRITICAL',
  unknown: 'UNKNOWN',
};

const unitWords: Readonly<Record<Unit, string>> = {
  ms: ' ms',
  s: ' s',
  '%': ' %',
  rps: ' rps',
  count: '',
  bytes: ' B',
  ratio: '',
  'per-second': ' /s',
  none: '',
};

/** `19.0 ms`, `94,200`, `1.2 GB`, `0.02 %`. */
export function spellValue(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : 'minus infinite';
  if (unit === 'bytes') return spellBytes(value);
  return `${spellNumber(value, unit)}${unitWords[unit]}`;
}

function spellNumber(value: number, unit: Unit): string {
  if (unit === 'count' || Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  if (Number.isInteger(value)) return String(value);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? (unit === '%' || unit === 'ms' ? 1 : 2) : 2;
  return value.toFixed(digits);
}

function spellBytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)) / 3));
  return `${(value / 1_000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** The value, or its interval where the source cannot resolve it: `19.0 ms`, `0 to 5 ms`. */
export function spellMeasurement(measurement: Measurement): string {
  return spellValue(measurement.value, measurement.unit);
}

/** The comparison as it came out: `> 5 ms` when breached, `limit 5 ms` when it held. */
export function spellLimit(reading: LimitReading, unit: Unit): string {
  const bound = spellValue(reading.bound, unit);
  if (reading.outcome === 'breached') return `${reading.breachedWhen === 'above' ? '>' : '<'} ${bound}`;
  return `want ${reading.breachedWhen === 'above' ? '≤' : '≥'} ${bound}`;
}

/** `the warning limit 4 ms cannot be measured`. */
export function spellGap(reading: LimitReading, unit: Unit): string {
  return `the ${reading.level} limit ${spellValue(reading.bound, unit)} cannot be measured`;
}

/** `02:14` in UTC. */
export function clockTime(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}

/** `2026-11-23 02:14:05 UTC`. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** How old the data behind an observation were when it was made; 0 for a live answer. */
export function dataAgeMs(observation: Observation): number {
  return observation.sampleAt === undefined ? 0 : Math.max(0, observation.observedAt - observation.sampleAt);
}

/** `19.0 ms (> 5 ms)`: a measurement with its decisive limit, for tables and sentences. */
export function valueWithLimit(observation: Observation): string {
  if (observation.measurement === undefined) return `no value (${spellReason(observation)})`;
  const limit = decisiveLimit(observation.limits);
  const value = spellMeasurement(observation.measurement);
  return limit === undefined ? value : `${value} (${spellLimit(limit, observation.measurement.unit)})`;
}

/** Why there is no verdict, in two words: `no data`, `timeout`. */
export function spellReason(observation: Observation): string {
  return (observation.unknown?.reason ?? 'unknown').replaceAll('_', ' ');
}
