// A known gap of measurement that a person accepted until a date: still listed, but it no longer sets the headline.

import type { GapEvent, Recorded } from './event.ts';
import type { Observation } from './observation.ts';
import { verdictOf } from './verdict.ts';

export interface Gap {
  readonly check: string;
  readonly level: 'warning' | 'critical';
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

/** The observation with accepted limits marked. Only a limit that cannot be measured can be accepted; a breach never is. */
export function withGaps(observation: Observation, gaps: readonly Gap[]): Observation {
  const limits = observation.limits.map((reading) => {
    const gap = gaps.find((one) => one.check === observation.check && one.level === reading.level);
    return gap === undefined || reading.outcome !== 'undecidable'
      ? reading
      : { ...reading, accepted: { by: gap.by, until: gap.until } };
  });
  if (observation.unknown?.reason !== 'unresolvable' || !limits.some((reading) => reading.accepted !== undefined))
    return observation;
  const verdict = verdictOf(limits);
  if (verdict === 'unknown') return { ...observation, limits };
  const { unknown: _known, ...rest } = observation;
  return { ...rest, limits, verdict };
}
