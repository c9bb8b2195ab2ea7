// What one check found: a value with unit, limits, source and age, or the reason why there is none.

import type { Limit, LimitReading, Verdict } from './verdict.ts';

export type Unit = 'ms' | 's' | '%' | 'rps' | 'count' | 'bytes' | 'ratio' | 'per-second' | 'none';

/** Why a verdict is unknown. Closed, so that metrics, messages and tests share the words. */
export const unknownReasons = [
  'unreachable',
  'timeout',
  'unauthorized',
  'rejected',
  'malformed',
  'no_data',
  'not_a_number',
  'stale',
  'unresolvable',
  'default_value',
  'truncated',
  'not_configured',
  'failed',
] as const;
export type UnknownReason = (typeof unknownReasons)[number];

/** `low` and `high` are given where the source resolves the value to an interval only (histogram buckets). */
export interface Measurement {
  readonly value: number;
  readonly unit: Unit;
  readonly low?: number;
  readonly high?: number;
}

/** One line of the table behind an observation, for example one service. The label is untrusted text. */
export interface Row {
  readonly label: string;
  readonly measurement?: Measurement;
  readonly verdict: Verdict;
  readonly note?: string;
}

/** A series for charts: points in time order, null where there is a gap. Times are epoch milliseconds. */
export interface Series {
  readonly name: string;
  readonly unit: Unit;
  readonly points: readonly (readonly [ms: number, value: number | null])[];
}

export interface Source {
  /** For example `prometheus`. */
  readonly system: string;
  /** The query or call as it was asked, for people to repeat. */
  readonly query?: string;
  readonly link?: string;
}

export interface Observation {
  /** Id of the check in its runbook. */
  readonly check: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly measurement?: Measurement;
  readonly limits: readonly LimitReading[];
  /** Present exactly when the verdict is unknown. `detail`: what was asked and why there is no answer; `remedy`: what to do. */
  readonly unknown?: { readonly reason: UnknownReason; readonly detail: string; readonly remedy: string };
  /** Set while a person has accepted that the whole check cannot be measured: it is listed, and no longer sets the headline. */
  readonly accepted?: { readonly by: string; readonly until: number };
  /** One line: number, threshold, direction, scope. Never without its unit. */
  readonly summary: string;
  readonly rows: readonly Row[];
  /** How many rows were cut, when the source had more than are kept. */
  readonly rowsCut?: number;
  /** Things a careful reader must know: warnings of the server, two jobs counted twice, contradictions. */
  readonly notes: readonly string[];
  /** Plain facts that hypotheses may ask for, for example `{ open: 0, closed: 4 }`. */
  readonly facts?: Readonly<Record<string, number | string | boolean>>;
  /** Where the value is heading over its chart's range, and since when it has been past its worst breached limit. */
  readonly trend?: { readonly direction: 'rising' | 'falling' | 'steady'; readonly breachedSince?: number };
  readonly source: Source;
  readonly observedAt: number;
  /** Time of the newest sample behind the value, epoch ms; absent where the answer is live. */
  readonly sampleAt?: number;
  readonly tookMs: number;
}

/** What a check hands over: the observation for the record, and the series as evidence that stands beside it. */
export interface Finding {
  readonly observation: Observation;
  readonly series: readonly Series[];
}

/** How a check is asked for: everything about it that the runbook says, already validated. */
export interface CheckCall {
  readonly check: string;
  readonly title: string;
  /** Validated by the check kind when the runbook was loaded. */
  readonly params: unknown;
  readonly limits: readonly Limit[];
  readonly unit: Unit;
  /** What an absent series means, in the runbook author's words. */
  readonly missing?: string;
  /** Aborts at the check's own time budget. */
  readonly signal: AbortSignal;
}
