// The samples of a grouped query as rows, the worst first.

import type { CheckCall, Row } from '../../core/observation.ts';
import { holdAgainst, verdictOf } from '../../core/verdict.ts';
import type { Sample } from './api.ts';

export interface Rowing {
  /** The label that names a row; a list is joined; an empty one shows all labels. */
  readonly by: string | readonly string[];
  readonly scale?: number;
  /** Said of a row whose value is not finite. */
  readonly notFinite: string;
}

/** Each row held against the limits of the call. Rows without a finite value are unknown and come last. */
export function judgedRows(call: CheckCall, samples: readonly Sample[], rowing: Rowing): readonly Row[] {
  const rows = samples.map((sample): Row => {
    const label = labelFor(sample, rowing.by);
    if (!Number.isFinite(sample.value)) return { label, verdict: 'unknown', note: rowing.notFinite };
    const value = sample.value * (rowing.scale ?? 1);
    return { label, measurement: { value, unit: call.unit }, verdict: verdictOf(holdAgainst(value, call.limits)) };
  });
  return worstFirst(call, rows);
}

function worstFirst(call: CheckCall, rows: readonly Row[]): readonly Row[] {
  const lowIsWorse = call.limits[0]?.breachedWhen === 'below';
  const badness = ({ measurement }: Row) => {
    if (measurement === undefined) return Number.NEGATIVE_INFINITY;
    return lowIsWorse ? -measurement.value : measurement.value;
  };
  return [...rows].sort((a, b) => badness(b) - badness(a) || a.label.localeCompare(b.label));
}

export function labelFor({ labels }: Sample, by: Rowing['by']): string {
  const names = typeof by === 'string' ? [by] : by;
  if (names.length > 0)
    return names
      .map((name) => labels[name] ?? '')
      .filter(Boolean)
      .join(' · ');
  const all = Object.entries(labels).filter(([name]) => name !== '__name__');
  return all.map(([name, value]) => `${name}=${value}`).join(' ');
}
