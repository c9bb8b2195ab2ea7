// What the systems answered and what it speaks for: frozen series with query and range, gaps as gaps, hypotheses for and against.

import { sparkline } from '../../core/chart-words.ts';
import type { Recorded } from '../../core/event.ts';
import { fenced, plainInMarkdown } from '../../core/markdown.ts';
import type { Observation, Series } from '../../core/observation.ts';
import { timestamp, valueWithLimit, verdictWords } from '../../core/spell.ts';
import { cite, find, type ReportMaterial } from './write-report.ts';

export interface Observed {
  readonly event: Recorded;
  readonly observation: Observation;
}

/** All observations in the order they were made. */
export function observations(material: ReportMaterial): readonly Observed[] {
  return material.events.flatMap((event) =>
    event.event.type === 'observed' ? [{ event, observation: event.event.observation }] : [],
  );
}

export function whatWeSaw(material: ReportMaterial): readonly string[] {
  const seen = observations(material);
  const table = seen.map(
    ({ event, observation }) =>
      `| ${verdictWords[observation.verdict]} | ${plainInMarkdown(observation.title)} | ${plainInMarkdown(valueWithLimit(observation))} | ${timestamp(observation.observedAt)} | ${cite(event)} |`,
  );
  const charts = seen.flatMap(({ event, observation }) =>
    chartLines(event, observation, material.series.get(event.seq) ?? []),
  );
  return ['| Verdict | Check | Value | Observed | Event |', '| --- | --- | --- | --- | --- |', ...table, ...charts];
}

/** The series as they were then: query, range, and the shape in characters; the points themselves are in the appendix. */
function chartLines(event: Recorded, observation: Observation, series: readonly Series[]): readonly string[] {
  if (series.length === 0) return [];
  const times = series.flatMap((one) => one.points.map(([at]) => at));
  const range =
    times.length === 0 ? 'no points' : `${timestamp(Math.min(...times))} to ${timestamp(Math.max(...times))}`;
  const drawn = series.map((one) => `${one.name}  ${sparkline(one, 48)}`).join('\n');
  const query = observation.source.query === undefined ? [] : [fenced(observation.source.query, 'promql'), ''];
  return ['', `**${plainInMarkdown(observation.title)}**, ${range} ${cite(event)}`, '', ...query, fenced(drawn)];
}

export function causes(material: ReportMaterial): readonly string[] {
  const weighed = find(material, 'weighed', 'last');
  if (weighed === undefined || weighed.event.type !== 'weighed')
    return ['No hypothesis was weighed: no check answered.'];
  return weighed.event.standings.flatMap((standing) => [
    `- **${plainInMarkdown(standing.title)}**: ${standing.position.replace('-', ' ')} ${cite(weighed)}`,
    ...standing.for.map((reason) => `  - for: ${plainInMarkdown(reason)}`),
    ...standing.against.map((reason) => `  - against: ${plainInMarkdown(reason)}`),
    ...standing.missing.map((check) => `  - not known: ${plainInMarkdown(check)}`),
  ]);
}
