// The evidence of an incident as a file: everything that its messages had to cut.

import { plainInMarkdown } from '../../core/markdown.ts';
import type { Observation } from '../../core/observation.ts';
import { spellMeasurement, spellValue, timestamp } from '../../core/spell.ts';
import type { CheckView, IncidentView } from '../../response/views.ts';
import { verdictWord } from './rich.ts';

export function evidenceFile(view: IncidentView, round: number): string {
  const answered = view.checks.flatMap((check) => {
    const { observation } = check;
    return observation === undefined ? [] : checkText(check, observation);
  });
  return [`# Evidence of ${view.id}, round ${round}`, '', plain(`${view.title}, ${view.scope}`), ...answered, ''].join(
    '\n',
  );
}

function checkText(check: CheckView, observation: Observation): readonly string[] {
  const { verdict, summary, unknown, limits, rows, rowsCut = 0, notes, source, observedAt } = observation;
  const unit = observation.measurement?.unit ?? 'none';
  return [
    '',
    `## ${verdictWord[verdict]} ${plain(check.title)}`,
    '',
    `${plain(summary)} Asked ${timestamp(observedAt)}.`,
    ...(unknown === undefined ? [] : ['', plain(unknown.detail), '', `What to do: ${plain(unknown.remedy)}`]),
    ...listed(
      limits.map(({ level, breachedWhen, bound, outcome, why }) => {
        const reason = why === undefined ? '' : `: ${plain(why)}`;
        return `${level} limit, ${breachedWhen} ${spellValue(bound, unit)}: ${outcome}${reason}`;
      }),
    ),
    ...listed(
      rows.map(({ label, measurement, verdict: one, note }) => {
        const value = measurement === undefined ? 'no value' : spellMeasurement(measurement);
        return `${verdictWord[one]} ${plain(label)}: ${value}${note === undefined ? '' : `, ${plain(note)}`}`;
      }),
    ),
    ...(rowsCut === 0 ? [] : ['', `and ${rowsCut} more rows that were not kept`]),
    ...listed(notes.map((note) => `Note: ${plain(note)}`)),
    ...(source.query === undefined ? [] : ['', `Asked of ${source.system}: ${plain(source.query)}`]),
  ];
}

function listed(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines.map((text) => `- ${text}`)];
}

function plain(text: string): string {
  return plainInMarkdown(text) || '–';
}
