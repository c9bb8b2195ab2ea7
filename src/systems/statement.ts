// What a check has to say, and how it becomes an observation: every unknown gets its reason, every text its size.

import type { CheckCall, Finding, Measurement, Observation, Row, Series, Source, Unit } from '../core/observation.ts';
import { withoutSecretTexts } from '../core/secret.ts';
import { spellGap, spellLimit, spellValue } from '../core/spell.ts';
import { trendOf } from '../core/trend.ts';
import { decisiveLimit, type Limit, type LimitReading, verdictOf } from '../core/verdict.ts';
import { type Failure, oneLine } from './failure.ts';

const rowsKept = 50;
const notesKept = 20;
const labelLimit = 120;

interface Around {
  readonly source: Source;
  readonly rows?: readonly Row[];
  /** Rows that the check itself left out already. */
  readonly rowsCut?: number;
  readonly notes?: readonly string[];
  readonly facts?: Readonly<Record<string, number | string | boolean>>;
  /** Epoch ms of the newest sample behind the value. */
  readonly sampleAt?: number | undefined;
  /** The first series is the one that the trend is read from. */
  readonly series?: readonly Series[];
}

export interface Measured extends Around {
  readonly kind: 'measured';
  readonly readings: readonly LimitReading[];
  readonly measurement?: Measurement;
  readonly summary: string;
  /** Needed when a reading is undecidable: what to do about it. */
  readonly undecidedRemedy?: string;
}

export interface Unmeasured extends Around {
  readonly kind: 'unmeasured';
  readonly failure: Failure;
}

export type Statement = Measured | Unmeasured;

export function unmeasured(failure: Failure, around: Around): Unmeasured {
  return { kind: 'unmeasured', failure, ...around };
}

/** Times are epoch ms. */
export function findingOf(call: CheckCall, statement: Statement, observedAt: number, tookMs: number): Finding {
  const rows = (statement.rows ?? []).map(tidyRow);
  const rowsCut = Math.max(0, rows.length - rowsKept) + (statement.rowsCut ?? 0);
  const series = statement.series ?? [];
  const common = {
    check: call.check,
    title: call.title,
    rows: rows.slice(0, rowsKept),
    ...(rowsCut > 0 ? { rowsCut } : {}),
    notes: (statement.notes ?? []).slice(0, notesKept).map((note) => oneLine(note)),
    ...(statement.facts === undefined ? {} : { facts: statement.facts }),
    source: statement.source,
    observedAt,
    ...(statement.sampleAt === undefined ? {} : { sampleAt: statement.sampleAt }),
    tookMs,
  };
  const observation: Observation =
    statement.kind === 'unmeasured'
      ? { ...common, ...withoutValue(call, statement.failure) }
      : { ...common, ...withValue(statement, series) };
  // The last door before people, log and record: whatever a system put into a label, a sentence or a name of a series.
  return withoutSecretTexts({ observation, series });
}

function withoutValue(call: CheckCall, failure: Failure) {
  const missing = failure.reason === 'no_data' && call.missing !== undefined ? `. ${call.missing}` : '';
  const limits = call.limits.map((limit): LimitReading => ({ ...limit, outcome: 'undecidable', why: failure.reason }));
  const unknown = { ...failure, detail: `${failure.detail}${missing}` };
  return { verdict: 'unknown' as const, limits, unknown, summary: oneLine(failure.detail) };
}

function withValue(statement: Measured, series: readonly Series[]) {
  const { readings, measurement, summary } = statement;
  const verdict = verdictOf(readings);
  const first = series[0];
  const trend = first === undefined ? undefined : trendOf(first, breachedLimit(readings));
  const undecided = readings.filter((reading) => reading.outcome === 'undecidable');
  const detail = undecided.map((reading) => cannotBeMeasured(reading, measurement?.unit ?? 'none')).join('; ');
  return {
    verdict,
    limits: readings,
    ...(measurement === undefined ? {} : { measurement }),
    ...(trend === undefined ? {} : { trend }),
    ...(verdict === 'unknown'
      ? { unknown: { reason: 'unresolvable' as const, detail, remedy: statement.undecidedRemedy ?? acceptTheGap } }
      : {}),
    summary: oneLine(summary, 500),
  };
}

const acceptTheGap = 'Measure it where it can be decided, or accept this gap until a date.';

/** `the warning limit 4 ms cannot be measured: the first bucket edge is 5 ms`. */
export function cannotBeMeasured(reading: LimitReading, unit: Unit): string {
  return `${spellGap(reading, unit)}: ${reading.why ?? 'unknown'}`;
}

/** The worst of the breached readings. */
export function breachedLimit(readings: readonly LimitReading[]): LimitReading | undefined {
  const decisive = decisiveLimit(readings);
  return decisive?.outcome === 'breached' ? decisive : undefined;
}

/** Of the held readings the one that would be breached first. */
export function nearestHeld(readings: readonly LimitReading[]): LimitReading | undefined {
  const held = readings.filter((reading) => reading.outcome === 'held');
  return held.find((reading) => reading.level === 'warning') ?? held[0];
}

/** `41.2 % < 85 %, 5m` when a limit is breached, else `95.1 % (want ≥ 85 %, 5m)`. */
export function sayValue(value: number, unit: Unit, readings: readonly LimitReading[], scope?: string): string {
  const breached = breachedLimit(readings);
  const said = spellValue(value, unit);
  if (breached !== undefined) return [`${said} ${spellLimit(breached, unit)}`, scope].filter(Boolean).join(', ');
  const held = nearestHeld(readings);
  const around = [held === undefined ? undefined : spellLimit(held, unit), scope].filter(Boolean).join(', ');
  return around === '' ? said : `${said} (${around})`;
}

/** A rule that holds whatever the runbook's limits say, read as a limit above zero. */
export function ruleReading(level: Limit['level'], source: string, count: number): LimitReading {
  return { level, breachedWhen: 'above', bound: 0, source, outcome: count > 0 ? 'breached' : 'held' };
}

function tidyRow(row: Row): Row {
  const label = oneLine(row.label, labelLimit);
  return {
    ...row,
    label: label === '' ? '(no name)' : label,
    ...(row.note === undefined ? {} : { note: oneLine(row.note) }),
  };
}
