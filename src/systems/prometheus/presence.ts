// Why a query came back empty: does the metric exist, under which jobs, when was it last seen, and are the targets up.

import { spellDuration } from '../../core/duration.ts';
import type { Failure } from '../failure.ts';
import type { PrometheusDeps } from './deps.ts';
import { jobMatcher } from './selector.ts';
import type { Standing } from './standing.ts';

/** How far back a vanished series is looked for. */
const lookBack = '1h';

/** Why an answer has no samples: the series ended at a known time, or what `whyEmpty` finds out. */
export async function whyNothing(
  deps: PrometheusDeps,
  standing: Standing,
  metric: string,
  selected: string,
  signal: AbortSignal,
): Promise<Failure> {
  const ended = standing.sampleAt === undefined ? undefined : standing.undecidable;
  return ended ?? whyEmpty(deps, metric, selected, signal);
}

/**
 * The `no_data` failure of an empty answer about `metric`. `selected` is the selector that found nothing.
 * Questions that get no answer themselves are left out of the sentence.
 */
export async function whyEmpty(
  deps: PrometheusDeps,
  metric: string,
  selected: string,
  signal: AbortSignal,
): Promise<Failure> {
  const jobs = jobMatcher(deps.jobs);
  const up = jobs === undefined ? 'up' : `up{${jobs}}`;
  const [chosen, everywhere, seen, targets] = await Promise.all([
    deps.api.query(`count(${selected})`, signal),
    deps.api.query(`count by (job) (${metric})`, signal),
    deps.api.query(`time() - max_over_time(max(timestamp(${metric}))[${lookBack}:1m])`, signal),
    deps.api.query(`count by (job) (${up} == 0) or -count by (job) (${up})`, signal),
  ]);
  const state = targets.ok ? targetState(targets.value.samples, jobs) : undefined;
  const found = chosen.ok && chosen.value.samples.length > 0;
  const jobsWithIt = everywhere.ok ? everywhere.value.samples.map((sample) => sample.labels.job ?? '(no job)') : [];
  const lastSeen = seen.ok ? seen.value.samples[0]?.value : undefined;

  const sentence = found
    ? `series ${selected} exist, but have fewer than two samples in the window`
    : jobsWithIt.length > 0
      ? `no series ${selected}; the metric exists under job ${list(jobsWithIt)}`
      : lastSeen !== undefined && Number.isFinite(lastSeen)
        ? `no series ${metric} any more; its last sample is ${spellDuration(lastSeen * 1_000)} old: the signal is lost`
        : `no such series ${metric}, now or in the last hour`;
  return {
    reason: 'no_data',
    detail: [`prometheus: ${sentence}`, state].filter(Boolean).join('; '),
    remedy: remedyFor(found, jobsWithIt.length > 0, lastSeen !== undefined),
  };
}

/** A negative value is a count of all targets of a job without one that is down. */
function targetState(
  samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[],
  jobs: string | undefined,
): string {
  if (samples.length === 0) return jobs === undefined ? 'it has no target at all' : `it has no target with ${jobs}`;
  const down = samples.filter((sample) => sample.value > 0).map((sample) => sample.labels.job ?? '(no job)');
  if (down.length > 0) return `targets of job ${list(down)} are down`;
  const all = samples.reduce((sum, sample) => sum - sample.value, 0);
  return all === 1 ? 'its target is up' : `all ${all} targets are up`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function remedyFor(found: boolean, elsewhere: boolean, vanished: boolean): string {
  if (found) return 'Wait for the next scrape, or ask over a longer window.';
  if (elsewhere) return 'Check the labels of the query, systems.prometheus.jobs and the label names in the config.';
  if (vanished) return 'Find out why the exporter or its target went away; an outage looks like this too.';
  return 'Export this metric or correct its name in the runbook; `acgs doctor` lists what exists.';
}
