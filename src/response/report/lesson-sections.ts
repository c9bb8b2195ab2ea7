// What to learn: only what the record shows; what only people know is asked for, not invented.

import { spellHead } from '../../core/audit.ts';
import { fenced, plainInMarkdown } from '../../core/markdown.ts';
import type { Series } from '../../core/observation.ts';
import { observations } from './evidence-sections.ts';
import { cite, find, type ReportMaterial } from './write-report.ts';

/** More points than this are thinned out in the appendix; the full series stay in the record under their digest. */
const pointsShown = 120;

export function wentWell(material: ReportMaterial): readonly string[] {
  const { incident, procedure } = material;
  const lines: string[] = [];
  const inTime =
    incident.acknowledged !== undefined &&
    procedure !== undefined &&
    incident.acknowledged.at - incident.declaredAt <= procedure.respondWithinMs;
  if (inTime) lines.push(`- Acknowledged within the runbook's response time ${cite(find(material, 'acknowledged'))}`);
  const answered = observations(material).filter(({ observation }) => observation.verdict !== 'unknown').length;
  if (answered > 0)
    lines.push(`- ${answered} checks gave an answer ${cite(find(material, 'checks-finished', 'last'))}`);
  return [...lines, '- _To be completed by the people who were there._'];
}

export function wentBadly(material: ReportMaterial): readonly string[] {
  const { incident, procedure } = material;
  const lines: string[] = [];
  const late =
    incident.acknowledged !== undefined &&
    procedure !== undefined &&
    incident.acknowledged.at - incident.declaredAt > procedure.respondWithinMs;
  if (incident.acknowledged === undefined) lines.push(`- Nobody acknowledged ${cite(find(material, 'declared'))}`);
  if (late) lines.push(`- Acknowledged later than the runbook's response time ${cite(find(material, 'acknowledged'))}`);
  for (const { event, observation } of observations(material)) {
    if (observation.unknown !== undefined)
      lines.push(
        `- Not measurable: ${plainInMarkdown(observation.title)}, ${plainInMarkdown(observation.unknown.detail)} ${cite(event)}`,
      );
  }
  for (const event of material.events) {
    if (event.event.type === 'setup-failed')
      lines.push(`- Set-up step "${event.event.step}" failed: ${plainInMarkdown(event.event.why)} ${cite(event)}`);
  }
  return [...lines, '- _To be completed by the people who were there._'];
}

export function lucky(): readonly string[] {
  return ['- _To be completed by the people who were there._'];
}

/** One proposed item for each thing that could not be measured; owner and due date are for people to fill in. */
export function actionItems(material: ReportMaterial): readonly string[] {
  const gaps = new Map(
    observations(material).flatMap(({ event, observation }) =>
      observation.unknown === undefined ? [] : [[observation.check, { event, observation }] as const],
    ),
  );
  const rows = [...gaps.values()].map(
    ({ event, observation }) =>
      `| Make "${plainInMarkdown(observation.title)}" measurable: ${plainInMarkdown(observation.unknown?.remedy ?? '')} | _owner_ | _due_ | ${cite(event)} |`,
  );
  return [
    '| What | Owner | Due | From |',
    '| --- | --- | --- | --- |',
    ...rows,
    '| _Prevent the cause_ | _owner_ | _due_ | |',
  ];
}

export function appendix(material: ReportMaterial): readonly string[] {
  const head = material.events.at(-1);
  const series = observations(material).flatMap(({ event, observation }) => {
    const found = material.series.get(event.seq) ?? [];
    const digest = event.event.type === 'observed' ? event.event.evidence?.digest : undefined;
    return found.length === 0
      ? []
      : [
          '',
          `**${plainInMarkdown(observation.title)}**, SHA-256 ${digest ?? 'missing'} ${cite(event)}`,
          '',
          fenced(csv(found), 'csv'),
        ];
  });
  return [
    `Head of the record when this was written: ${head === undefined ? 'none' : `\`${spellHead(head)}\``}.`,
    ...series,
  ];
}

/** Time and one column a series; an empty field is a gap. */
function csv(series: readonly Series[]): string {
  const times = [...new Set(series.flatMap((one) => one.points.map(([at]) => at)))].sort((a, b) => a - b);
  const step = Math.max(1, Math.ceil(times.length / pointsShown));
  const columns = series.map((one) => new Map(one.points));
  const lines = times
    .filter((_, index) => index % step === 0)
    .map((at) => [new Date(at).toISOString(), ...columns.map((column) => column.get(at) ?? '')].join(','));
  const header = ['time', ...series.map((one) => `"${one.name.replaceAll('"', '""')} (${one.unit})"`)].join(',');
  const thinned =
    step === 1 ? [] : [`# every ${step}th of ${times.length} points; all are in the record under the digest above`];
  return [header, ...lines, ...thinned].join('\n');
}
