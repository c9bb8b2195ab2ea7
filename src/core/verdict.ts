// The four verdicts, how they rank, and how a measurement is held against limits.

export type Verdict = 'ok' | 'warning' | 'critical' | 'unknown';

/** Unknown ranks above ok and below warning: it is never hidden behind a green neighbour, and never hides a red one. */
const rank: Record<Verdict, number> = { ok: 0, unknown: 1, warning: 2, critical: 3 };

/** The worst of the given verdicts. Nothing at all is unknown, never ok. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'unknown';
  return verdicts.reduce((a, b) => (rank[b] > rank[a] ? b : a));
}

/** A bound with its direction and where it comes from. `above: 5` breaches when the value is greater than 5. */
export interface Limit {
  readonly level: 'warning' | 'critical';
  readonly breachedWhen: 'above' | 'below';
  readonly bound: number;
  /** For example `runbook, Latency Alerts`. */
  readonly source: string;
}

/** What one measurement says about one limit. `undecidable` says why in `why`. */
export interface LimitReading extends Limit {
  readonly outcome: 'held' | 'breached' | 'undecidable';
  readonly why?: string;
  /** True when a person accepted that this limit cannot be measured; it then no longer sets the verdict. */
  readonly accepted?: { readonly by: string; readonly until: number };
}

/** Holds a finite value against limits. A value that is not finite decides nothing. */
export function holdAgainst(value: number, limits: readonly Limit[]): readonly LimitReading[] {
  return limits.map((limit) => {
    if (!Number.isFinite(value)) return { ...limit, outcome: 'undecidable', why: 'the value is not a finite number' };
    const breached = limit.breachedWhen === 'above' ? value > limit.bound : value < limit.bound;
    return { ...limit, outcome: breached ? 'breached' : 'held' };
  });
}

/**
 * The verdict of a set of readings: a breach decides; otherwise an undecidable limit that nobody accepted makes it unknown.
 * A breached warning beside an undecidable critical limit is a warning at least, so it stays a warning.
 */
export function verdictOf(readings: readonly LimitReading[]): Verdict {
  const open = readings.filter((reading) => reading.accepted === undefined);
  if (open.some((r) => r.outcome === 'breached' && r.level === 'critical')) return 'critical';
  if (open.some((r) => r.outcome === 'breached')) return 'warning';
  if (open.some((r) => r.outcome === 'undecidable')) return 'unknown';
  // Accepting that nothing can be measured is not measuring it.
  return readings.length === 0 || open.some((r) => r.outcome === 'held') ? 'ok' : 'unknown';
}

/** The reading that people should see beside the value: the worst one that was breached, else the critical one, else the first. */
export function decisiveLimit(readings: readonly LimitReading[]): LimitReading | undefined {
  const breached = readings.filter((reading) => reading.outcome === 'breached');
  const critical = (all: readonly LimitReading[]) => all.find((reading) => reading.level === 'critical');
  return critical(breached) ?? breached[0] ?? critical(readings) ?? readings[0];
}
