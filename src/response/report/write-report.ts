// The report of an incident as Markdown: its sections in the order people read them, every statement with the event it rests on.

import type { Recorded } from '../../core/event.ts';
import type { Incident } from '../../core/incident.ts';
import type { Series } from '../../core/observation.ts';
import type { Sample } from '../../core/ports.ts';
import type { Procedure } from '../../core/runbook.ts';
import { stillInPlace, whatWeDid } from './deed-sections.ts';
import { causes, whatWeSaw } from './evidence-sections.ts';
import { actionItems, appendix, lucky, wentBadly, wentWell } from './lesson-sections.ts';
import { impact, summary, timeline, times } from './story-sections.ts';

export interface ReportMaterial {
  readonly incident: Incident;
  /** All events of the incident but earlier drafts. */
  readonly events: readonly Recorded[];
  /** Series by the number of the event that observed them. */
  readonly series: ReadonlyMap<number, readonly Series[]>;
  /** What the recovery watch saw, in time order. */
  readonly samples: readonly Sample[];
  readonly procedure?: Procedure;
}

const sections: readonly (readonly [title: string, write: (material: ReportMaterial) => readonly string[]])[] = [
  ['Summary', summary],
  ['Impact', impact],
  ['Timeline', timeline],
  ['Times', times],
  ['What we saw', whatWeSaw],
  ['Causes considered', causes],
  ['What we did and what it changed', whatWeDid],
  ['What went well', wentWell],
  ['What did not go well', wentBadly],
  ['Where we got lucky', lucky],
  ['Still in place', stillInPlace],
  ['Action items', actionItems],
  ['Appendix', appendix],
];

export function writeReport(material: ReportMaterial): string {
  const { incident } = material;
  const lines = [
    `# ${incident.id} · ${incident.title} · ${incident.scope}`,
    '',
    'Draft, written from the record. `[#n]` names the event that a statement rests on.',
  ];
  for (const [title, write] of sections) lines.push('', `## ${title}`, '', ...write(material));
  return `${lines.join('\n')}\n`;
}

/** `[#12]`, or `[#12, #14]`. */
export function cite(...events: readonly (Recorded | undefined)[]): string {
  const numbers = events.flatMap((event) => (event === undefined ? [] : [`#${event.seq}`]));
  return numbers.length === 0 ? '' : `[${numbers.join(', ')}]`;
}

/** The first or the last event of a type. */
export function find(
  material: ReportMaterial,
  type: Recorded['event']['type'],
  which: 'first' | 'last' = 'first',
): Recorded | undefined {
  const matches = (recorded: Recorded) => recorded.event.type === type;
  return which === 'first' ? material.events.find(matches) : material.events.findLast(matches);
}
