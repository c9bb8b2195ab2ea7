// How fresh the series behind a value are, and whether two jobs export the same thing.

import { spellDuration } from '../../core/duration.ts';
import type { Failure } from '../failure.ts';
import type { Vector } from './api.ts';
import type { PrometheusDeps } from './deps.ts';
import { labelOf } from './selector.ts';

/** Scrapes usually come every 15 to 60 s; data older than this decide nothing. */
export const staleAfterMs = 120_000;

/** Clocks that differ more than this leave the age of data unknown. */
const clocksApartMs = 60_000;

/** How far back the last sample of a series that ended is looked for. */
const lookBack = '1h';

export interface Standing {
  /** Epoch ms of the newest sample, by the server's clock. */
  readonly sampleAt?: number;
  readonly notes: readonly string[];
  /** Present when nothing may be decided: the newest sample is too old, the series have ended, or their age is not known. */
  readonly undecidable?: Failure;
}

/** Asks for the series of the given selectors together. */
export async function standingOf(
  deps: PrometheusDeps,
  selected: readonly string[],
  signal: AbortSignal,
): Promise<Standing> {
  const service = labelOf('service', deps.labels);
  const newestOf = (one: string) => `max by (job, ${service}, endpoint) (timestamp(${one}))`;
  const newest = await deps.api.query(selected.map(newestOf).join(' or '), signal);
  if (!newest.ok) return { notes: [], undecidable: ageNotKnown(newest.failure) };
  const { samples, evaluatedAt, warnings } = newest.value;
  const notes = [...warnings, ...exportedTwice(newest.value, service)];
  if (evaluatedAt === undefined) return { notes, ...(await ended(deps, selected, signal)) };
  const sampleAt = Math.max(...samples.map((sample) => sample.value)) * 1_000;
  const ageMs = evaluatedAt - sampleAt;
  if (!Number.isFinite(ageMs)) return { notes, undecidable: noTimes(selected) };
  const apart = clocksApart(evaluatedAt, deps.clock.now(), ageMs);
  if (apart !== undefined) return { sampleAt, notes, undecidable: apart };
  if (ageMs <= staleAfterMs) return { sampleAt, notes };
  return { sampleAt, notes, undecidable: lost(selected, `is ${spellDuration(ageMs)} old`) };
}

/** A target that went away ends its series at once, while rates over a window still show them, for a day in the case of a daily one. */
async function ended(
  deps: PrometheusDeps,
  selected: readonly string[],
  signal: AbortSignal,
): Promise<Omit<Standing, 'notes'>> {
  const lastOf = (one: string) => `max_over_time(max(timestamp(${one}))[${lookBack}:15s])`;
  const last = await deps.api.query(selected.map(lastOf).join(' or '), signal);
  if (!last.ok) return { undecidable: ageNotKnown(last.failure) };
  const sampleAt = (last.value.samples[0]?.value ?? Number.NaN) * 1_000;
  const ageMs = (last.value.evaluatedAt ?? Number.NaN) - sampleAt;
  if (!Number.isFinite(ageMs)) return { undecidable: lost(selected, `is more than ${lookBack} old`) };
  return { sampleAt, undecidable: lost(selected, `is ${spellDuration(ageMs)} old`) };
}

function ageNotKnown(failure: Failure): Failure {
  return { ...failure, detail: `age of the data not known: ${failure.detail}` };
}

function lost(selected: readonly string[], age: string): Failure {
  return {
    reason: 'stale',
    detail: `prometheus: the newest sample of ${selected.join(' and ')} ${age} (want ≤ ${spellDuration(staleAfterMs)}): the signal is lost`,
    remedy: 'Look at the targets page of Prometheus: its target is gone or is no longer scraped.',
  };
}

function noTimes(selected: readonly string[]): Failure {
  return {
    reason: 'not_a_number',
    detail: `prometheus: the times of the samples of ${selected.join(' and ')} are no numbers, so their age is not known`,
    remedy: 'Ask Prometheus for timestamp() of this metric and report what it answers.',
  };
}

/** A clock that is off and an answer out of a cache look alike: both put a time on data that is not theirs. */
function clocksApart(evaluatedAt: number, now: number, ageMs: number): Failure | undefined {
  const apartMs = Math.abs(evaluatedAt - now);
  if (apartMs <= clocksApartMs) return undefined;
  const direction = evaluatedAt < now ? 'behind' : 'ahead of';
  return {
    reason: 'stale',
    detail: `prometheus: its clock is ${spellDuration(apartMs)} ${direction} the bot's, so the age of its data is not known (the newest sample is ${spellDuration(Math.max(0, ageMs))} old by its own clock)`,
    remedy: 'Set both clocks by NTP; where they agree, look for a cache between the bot and Prometheus.',
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
