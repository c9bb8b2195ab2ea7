// What of an incident's actions is under way, and which changes are still in place: lines of its card and of its end.

import type { DebtLine } from '../../core/answer.ts';
import type { IncidentView } from '../../response/views.ts';
import { firstOf } from '../fit.ts';
import { utcTime } from './rich.ts';

type UnderWay = IncidentView['underWay'][number];

const stateWords: Readonly<Partial<Record<UnderWay['state'], string>>> = {
  proposed: 'is being previewed',
  previewed: 'was previewed and not asked for',
  awaiting: 'WAITS FOR APPROVAL',
  approved: 'is about to run',
  running: 'RUNS',
  unknown: 'has an UNKNOWN OUTCOME',
};

/** Empty where there is nothing to say: a card is read on a phone. */
export function actionsText(view: IncidentView): string {
  const { shown, cut } = firstOf(view.underWay, 3);
  const said = shown.map(({ title, state, since }) => `${title} ${stateWords[state] ?? state} since ${utcTime(since)}`);
  return [...said, ...(cut === 0 ? [] : [`and ${cut} more`])].join(' · ');
}

export function inPlaceText(debts: readonly DebtLine[]): string {
  const { shown, cut } = firstOf(debts, 3);
  const said = shown.map(({ title, target, since }) => `${title} on ${target} since ${utcTime(since)}`);
  return [...said, ...(cut === 0 ? [] : [`and ${cut} more`])].join(' · ');
}
