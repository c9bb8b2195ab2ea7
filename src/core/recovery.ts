// Whether the metric that opened an incident has recovered: distinct scrapes are counted, not polls, and silence is not health.

import type { RecoveryState } from './event.ts';
import type { Observation } from './observation.ts';
import type { Sample } from './ports.ts';
import type { Verdict } from './verdict.ts';

export interface RecoveryNeeds {
  /** Healthy samples needed in a row. */
  readonly samples: number;
  /** And the time they must span, ms. */
  readonly holdMs: number;
}

export interface RecoveryReading {
  /** A reading never ends a watch: time does. */
  readonly state: Exclude<RecoveryState, 'ended'>;
  readonly healthySamples: number;
}

/** The signal counts as lost when nothing was measured for this long: two scrapes of the slowest usual interval. */
const lostAfterMs = 120_000;

/** Worse means: the latest values are this much beyond what they were when the watch began. */
const worseFactor = 1.25;

/**
 * The verdict of one observation for the watch. A limit that cannot be measured does not hold the watch up as long as a
 * critical limit was measured and held: what opened the incident is what must be gone.
 */
export function watchVerdict(observation: Observation, trafficIsEnough: boolean): Verdict {
  const breached = observation.limits.filter((reading) => reading.outcome === 'breached');
  if (breached.some((reading) => reading.level === 'critical')) return 'critical';
  if (breached.length > 0) return 'warning';
  if (!trafficIsEnough) return 'unknown';
  const critical = observation.limits.filter((reading) => reading.level === 'critical');
  const deciding = critical.length > 0 ? critical : observation.limits;
  return deciding.length > 0 && deciding.every((reading) => reading.outcome === 'held') ? 'ok' : 'unknown';
}

/** Samples in time order, each a distinct scrape. Unknown ones hold the watch: they neither count nor break the run. */
export function judgeRecovery(samples: readonly Sample[], needs: RecoveryNeeds, now: number): RecoveryReading {
  const known = samples.filter((sample) => sample.verdict !== 'unknown');
  const latest = known.at(-1);
  if (latest === undefined) return { state: 'watching', healthySamples: 0 };
  if (now - latest.at > lostAfterMs) return { state: 'signal-lost', healthySamples: 0 };
  // A run does not reach across an ill sample, nor across a silence: nobody knows what happened there.
  const lastIll = known.findLastIndex(
    (sample, index) => sample.verdict !== 'ok' || (known[index + 1]?.at ?? sample.at) - sample.at > lostAfterMs,
  );
  const run = known.slice(lastIll + 1);
  const first = run[0];
  if (first === undefined) return { state: isWorse(known) ? 'worse' : 'watching', healthySamples: 0 };
  const recovered = run.length >= needs.samples && latest.at - first.at >= needs.holdMs;
  return { state: recovered ? 'recovered' : 'recovering', healthySamples: run.length };
}

/** Only meaningful for values where more is worse; limits that breach below give values that shrink, which never reads as worse here. */
function isWorse(known: readonly Sample[]): boolean {
  const start = known.slice(0, 3).map((sample) => sample.value ?? 0);
  const end = known.slice(-3).map((sample) => sample.value ?? 0);
  if (known.length < 6) return false;
  return Math.min(...end) > Math.max(...start) * worseFactor;
}
