// What happened: summary, impact, timeline, and the times people are measured by.

import { spellDuration } from '../../core/duration.ts';
import type { Recorded } from '../../core/event.ts';
import { plainInMarkdown } from '../../core/markdown.ts';
import type { Observation } from '../../core/observation.ts';
import { clockTime, spellMeasurement, spellValue, timestamp, valueWithLimit } from '../../core/spell.ts';
import { roleOf, timelineOf } from '../../core/timeline.ts';
import { decisiveLimit } from '../../core/verdict.ts';
import { cite, find, type ReportMaterial } from './write-report.ts';

/** Three sentences a manager understands. */
export function summary(material: ReportMaterial): readonly string[] {
  const { incident } = material;
  const declared = find(material, 'declared');
  const acknowledged = find(material, 'acknowledged');
  const resolved = find(material, 'resolved', 'last');
  const worst = worstHeadline(material);
  const what =
    worst === undefined
      ? 'The metric that it is about was never measured.'
      : `At its worst the runbook's metric read: ${plainInMarkdown(worst.observation.summary)} ${cite(worst.event)}.`;
  return [
    `${incident.title} in ${incident.scope} was declared on ${timestamp(incident.declaredAt)} ${cite(declared)}.`,
    what,
    resolved === undefined || incident.resolved === undefined
      ? 'It is still open.'
      : `It was ${incident.resolved.as === 'false-alarm' ? 'closed as a false alarm' : 'resolved'} after ${spellDuration(incident.resolved.at - incident.declaredAt)}, ${acknowledged === undefined ? 'without anybody having acknowledged it' : 'acknowledged'} ${cite(resolved, acknowledged)}.`,
  ];
}

function headlineObservations(
  material: ReportMaterial,
): readonly { readonly event: Recorded; readonly observation: Observation }[] {
  const id = material.incident.headline;
  return material.events.flatMap((event) =>
    event.event.type === 'observed' && event.event.observation.check === id
      ? [{ event, observation: event.event.observation }]
      : [],
  );
}

/** The worst verdict, and among equals the value furthest past its limit. */
function worstHeadline(material: ReportMaterial) {
  const rank = { critical: 3, warning: 2, unknown: 1, ok: 0 } as const;
  return headlineObservations(material).toSorted(
    (a, b) =>
      rank[b.observation.verdict] - rank[a.observation.verdict] || pastLimit(b.observation) - pastLimit(a.observation),
  )[0];
}

function pastLimit({ measurement, limits }: Observation): number {
  const limit = decisiveLimit(limits);
  if (measurement === undefined || limit === undefined) return Number.NEGATIVE_INFINITY;
  return limit.breachedWhen === 'above' ? measurement.value - limit.bound : limit.bound - measurement.value;
}

export function impact(material: ReportMaterial): readonly string[] {
  const worst = worstHeadline(material);
  const lines: string[] = [];
  if (worst?.observation.measurement !== undefined)
    lines.push(
      `- ${plainInMarkdown(worst.observation.title)}: ${valueWithLimit(worst.observation)} ${cite(worst.event)}`,
    );
  const since = worst?.observation.trend?.breachedSince;
  if (since !== undefined) lines.push(`- Past its limit since ${timestamp(since)} ${cite(worst?.event)}`);
  for (const row of worst?.observation.rows ?? []) {
    if (row.verdict !== 'ok' && row.measurement !== undefined)
      lines.push(`- ${plainInMarkdown(row.label)}: ${spellMeasurement(row.measurement)} ${cite(worst?.event)}`);
  }
  const measured = material.samples.filter((sample) => sample.verdict !== 'unknown');
  const ill = measured.filter((sample) => sample.verdict !== 'ok').length;
  if (measured.length > 0)
    lines.push(
      `- The recovery watch counted ${ill} of ${measured.length} measured samples past the limit, ${material.samples.length - measured.length} could not be measured ${cite(find(material, 'recovery-changed', 'last'))}.`,
    );
  return lines.length === 0 ? ['Nothing measured; see the gaps under "What did not go well".'] : lines;
}

export function timeline(material: ReportMaterial): readonly string[] {
  const rows = timelineOf(material.events).map((entry) => {
    const pinned = entry.pinnedBy === undefined ? '' : `, pinned by the ${roleOf(material.incident, entry.pinnedBy)}`;
    const said = `${entry.text}${pinned}`;
    const what = entry.quote === undefined ? said : `${said}: ${entry.quote}`;
    return `| ${timestamp(entry.at)} | ${roleOf(material.incident, entry.actor)} | ${plainInMarkdown(what)} | [#${entry.seq}] |`;
  });
  return ['| Time | Who | What | Event |', '| --- | --- | --- | --- |', ...rows];
}

/** Detection, acknowledgement, mitigation and resolution; "not acknowledged" where that is true. */
export function times(material: ReportMaterial): readonly string[] {
  const { incident } = material;
  const worst = worstHeadline(material);
  const began = worst?.observation.trend?.breachedSince;
  const recovered = material.events.find(
    ({ event }) => event.type === 'recovery-changed' && event.state === 'recovered',
  );
  const from = (at: number | undefined) =>
    at === undefined ? undefined : spellDuration(Math.max(0, at - incident.declaredAt));
  const detection =
    began === undefined || began >= incident.declaredAt
      ? 'not known: the series do not show when it began'
      : `${spellDuration(incident.declaredAt - began)} from the first sample past the limit (${clockTime(began)} UTC) to the declaration`;
  return [
    `- Detection: ${detection} ${cite(worst?.event)}`,
    `- Acknowledgement: ${from(incident.acknowledged?.at) ?? 'not acknowledged'} ${cite(find(material, 'acknowledged') ?? find(material, 'declared'))}`,
    `- Recovery seen by the watch: ${from(recovered?.at) ?? 'never seen'} ${cite(recovered)}`,
    `- Resolution: ${from(incident.resolved?.at) ?? 'not resolved'} ${cite(find(material, 'resolved', 'last'))}`,
  ];
}

/** `0.42 ms` for a value of the metric that the watch followed. */
export function watchedValue(material: ReportMaterial, value: number): string {
  return spellValue(value, material.procedure?.recovery.check.unit ?? 'none');
}
