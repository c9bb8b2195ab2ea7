// A known gap of measurement that a person accepted until a date: still listed, but it no longer sets the headline.

import type { GapEvent, GapLevel, Recorded } from './event.ts';
import type { Observation } from './observation.ts';
import { verdictOf } from './verdict.ts';

export interface Gap {
  readonly check: string;
  readonly level: GapLevel;
  readonly until: number;
  readonly by: string;
}

/** The gaps in force at `now`; a later acceptance of the same limit replaces an earlier one. */
export function gapsFrom(events: readonly Recorded[], now: number): readonly Gap[] {
  const latest = new Map<string, Gap>();
  for (const { event, actor } of events) {
    if (event.type !== 'gap-accepted') continue;
    const { check, level, until } = event as GapEvent;
    latest.set(`${check}/${level}`, { check, level, until, by: actor.kind === 'person' ? actor.id : actor.kind });
  }
  return [...latest.values()].filter((gap) => gap.until > now);
}

/**
 * What of an unknown observation could be accepted as a known gap: limits below the resolution of the source, or a whole check that is
 * known to answer nothing. A check with limits that has no data is never one of them: that is how an outage looks.
 */
export function acceptableGaps(
  observation: Observation,
): readonly { readonly level: GapLevel; readonly why: string }[] {
  const { unknown } = observation;
  if (unknown === undefined || observation.accepted !== undefined) return [];
  if (unknown.reason === 'unresolvable') {
    return observation.limits
      .filter((limit) => limit.outcome === 'undecidable' && limit.accepted === undefined)
      .map((limit) => ({ level: limit.level, why: limit.why ?? unknown.detail }));
  }
  const knownToBeSilent = unknown.reason === 'no_data' && observation.limits.length === 0;
  return knownToBeSilent || unknown.reason === 'default_value' ? [{ level: 'check', why: unknown.detail }] : [];
}

/** The observation with accepted limits marked. Only a limit that cannot be measured can be accepted; a breach never is. */
export function withGaps(observation: Observation, gaps: readonly Gap[]): Observation {
  const whole = gaps.find((one) => one.check === observation.check && one.level === 'check');
  if (whole !== undefined && acceptableGaps(observation).some((gap) => gap.level === 'check')) {
    return { ...observation, accepted: { by: whole.by, until: whole.until } };
  }
  const limits = observation.limits.map((reading) => {
    const gap = gaps.find((one) => one.check === observation.check && one.level === reading.level);
    return gap === undefined || reading.outcome !== 'undecidable'
      ? reading
      : { ...reading, accepted: { by: gap.by, until: gap.until } };
  });
  if (observation.unknown?.reason !== 'unresolvable' || !limits.some((reading) => reading.accepted !== undefined))
    return observation;
  const verdict = verdictOf(limits);
  const accepted = limits.find((reading) => reading.accepted !== undefined)?.accepted;
  const allAccepted = limits.every((reading) => reading.accepted !== undefined);
  if (verdict === 'unknown')
    return { ...observation, limits, ...(allAccepted && accepted !== undefined ? { accepted } : {}) };
  const { unknown: _known, ...rest } = observation;
  return { ...rest, limits, verdict };
}
