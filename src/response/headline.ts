// The first line of every message: verdict, number, threshold, direction, scope.

import type { Incident } from '../core/incident.ts';
import type { Observation } from '../core/observation.ts';
import type { Procedure } from '../core/runbook.ts';
import { clockTime, spellLimit, spellMeasurement } from '../core/spell.ts';
import { decisiveLimit } from '../core/verdict.ts';
import type { CheckView, Headline } from './views.ts';

/** The watch renews the headline's value at least every five minutes; one much older is no longer what is the case. */
const staleAfterMs = 15 * 60_000;

/** An open incident's headline is what its metric says now (`now` in epoch ms); a resolved one's says how it ended. */
export function incidentHeadline(incident: Incident, procedure: Procedure | undefined, now: number): Headline {
  const seen = incident.observations[incident.headline]?.observation;
  const title = procedure?.checks.find((check) => check.id === incident.headline)?.title ?? incident.title;
  if (incident.resolved !== undefined) {
    const how = incident.resolved.as === 'false-alarm' ? 'closed as false alarm' : 'resolved';
    const last = seen === undefined ? title : observed(seen);
    return {
      verdict: seen?.verdict ?? 'unknown',
      text: `${how} ${clockTime(incident.resolved.at)} UTC · ${last} · ${incident.scope}`,
    };
  }
  if (seen === undefined) return { verdict: 'unknown', text: `${title} not measured yet · ${incident.scope}` };
  // Far ahead is as good as far back: the clock was set in between, and how old the value is, is not known.
  if (Math.abs(now - seen.observedAt) > staleAfterMs) {
    return {
      verdict: 'unknown',
      text: `not measured since ${clockTime(seen.observedAt)} UTC · then ${observed(seen)} · ${incident.scope}`,
    };
  }
  return { verdict: seen.verdict, text: `${observed(seen)} · ${incident.scope}` };
}

/** `P99 19.0 ms > 5 ms · rising since 02:14 UTC`. */
export function observed(observation: Observation): string {
  if (observation.measurement === undefined) return observation.summary;
  const decisive = decisiveLimit(observation.limits);
  if (decisive === undefined) return observation.summary;
  if (decisive.outcome !== 'breached')
    return [observation.summary, directionOf(observation)].filter(Boolean).join(' · ');
  const comparison = spellLimit(decisive, observation.measurement.unit);
  return [`${observation.title} ${spellMeasurement(observation.measurement)} ${comparison}`, directionOf(observation)]
    .filter(Boolean)
    .join(' · ');
}

function directionOf(observation: Observation): string {
  const trend = observation.trend;
  if (trend === undefined) return '';
  if (trend.breachedSince === undefined) return trend.direction;
  const word = trend.direction === 'steady' ? 'high' : trend.direction;
  const onTheWrongSide =
    observation.limits.some((limit) => limit.outcome === 'breached' && limit.breachedWhen === 'below') &&
    word === 'high'
      ? 'low'
      : word;
  return `${onTheWrongSide} since ${clockTime(trend.breachedSince)} UTC`;
}

/** `1 of 9 cannot be measured, 8 OK`; the worst first, nothing left out. */
export function countVerdicts(checks: readonly CheckView[]): string {
  const of = (verdict: string) =>
    checks.filter((check) => check.observation?.verdict === verdict && check.observation.accepted === undefined);
  const parts = [
    [of('critical').length, 'critical'],
    [of('warning').length, 'warning'],
    [of('unknown').length, 'cannot be measured'],
    [checks.filter((check) => check.observation?.accepted !== undefined).length, 'known not to be measurable'],
  ] as const;
  const told = parts
    .filter(([count]) => count > 0)
    .map(([count, word], index) => `${count}${index === 0 ? ` of ${checks.length}` : ''} ${word}`);
  const fine = of('ok').length;
  return [...told, ...(fine === 0 ? [] : [fine === checks.length ? `all ${fine} OK` : `${fine} OK`])].join(', ');
}
