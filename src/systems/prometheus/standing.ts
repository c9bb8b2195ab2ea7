// How fresh the series behind a value are, and whether two jobs export the same thing.

import { spellDuration } from '../../core/duration.ts';
import type { Failure } from '../failure.ts';
import type { Vector } from './api.ts';
import type { PrometheusDeps } from './deps.ts';
import { labelOf } from './selector.ts';

/** Scrapes usually come every 15 to 60 s; data older than this decide nothing. */
export const staleAfterMs = 120_000;

export interface Standing {
  /** Epoch ms of the newest sample, by the server's clock. */
  readonly sampleAt?: number;
  readonly notes: readonly string[];
  /** Present when the newest sample is too old to decide anything, or when the series have ended. */
  readonly stale?: Failure;
}

/** Asks for the series of the given selectors together. When this question itself fails the standing is simply not known. */
export async function standingOf(
  deps: PrometheusDeps,
  selected: readonly string[],
  signal: AbortSignal,
): Promise<Standing> {
  const service = labelOf('service', deps.labels);
  const newestOf = (one: string) => `max by (job, ${service}, endpoint) (timestamp(${one}))`;
  const newest = await deps.api.query(selected.map(newestOf).join(' or '), signal);
  if (!newest.ok) return { notes: [`age of the data not known: ${newest.failure.detail}`] };
  const { samples, evaluatedAt, warnings } = newest.value;
  if (evaluatedAt === undefined) return ended(deps, selected, signal);
  const sampleAt = Math.max(...samples.map((sample) => sample.value)) * 1_000;
  const notes = [...warnings, ...exportedTwice(newest.value, service)];
  const ageMs = evaluatedAt - sampleAt;
  if (ageMs <= staleAfterMs) return { sampleAt, notes };
  return { sampleAt, notes, stale: tooOld(selected, ageMs) };
}

/** A target that went away ends its series at once, while rates over a window still show them for a while. */
async function ended(deps: PrometheusDeps, selected: readonly string[], signal: AbortSignal): Promise<Standing> {
  const lastOf = (one: string) => `max_over_time(max(timestamp(${one}))[1h:15s])`;
  const last = await deps.api.query(selected.map(lastOf).join(' or '), signal);
  const sample = last.ok ? last.value.samples[0] : undefined;
  const evaluatedAt = last.ok ? last.value.evaluatedAt : undefined;
  if (sample === undefined || evaluatedAt === undefined) return { notes: [] };
  const sampleAt = sample.value * 1_000;
  return { sampleAt, notes: [], stale: tooOld(selected, evaluatedAt - sampleAt) };
}

function tooOld(selected: readonly string[], ageMs: number): Failure {
  return {
    reason: 'stale',
    detail: `prometheus: the newest sample of ${selected.join(' and ')} is ${spellDuration(ageMs)} old (want ≤ ${spellDuration(staleAfterMs)}): the signal is lost`,
    remedy: 'Look at the targets page of Prometheus: its target is gone or is no longer scraped.',
  };
}

/** Jobs that export the same service and endpoint, for example a static job beside one that discovers pods. */
function exportedTwice(newest: Vector, service: string): readonly string[] {
  const jobsOf = new Map<string, Set<string>>();
  for (const { labels } of newest.samples) {
    const name = labels[service];
    const job = labels.job;
    if (name === undefined || name === '' || job === undefined) continue;
    const key = JSON.stringify([name, labels.endpoint ?? '']);
    jobsOf.set(key, (jobsOf.get(key) ?? new Set()).add(job));
  }
  const notes = new Map<string, string>();
  for (const [key, jobs] of jobsOf) {
    if (jobs.size < 2) continue;
    const [name] = JSON.parse(key) as [string];
    const jobList = [...jobs].sort().join(' and ');
    notes.set(
      name + jobList,
      `${name} may be counted twice: jobs ${jobList} both export it (set systems.prometheus.jobs)`,
    );
  }
  return [...notes.values()];
}
