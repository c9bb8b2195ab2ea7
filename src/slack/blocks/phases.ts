// The runbook's five phases as one line, each with a symbol and a word.

import type { IncidentView, PhaseView } from '../../response/views.ts';
import { type Named, utcTime } from './rich.ts';

const phaseWords: Readonly<Record<PhaseView['name'], Readonly<Record<PhaseView['state'], string>>>> = {
  acknowledge: { done: 'Acknowledged', current: 'Acknowledge', ahead: 'Acknowledge' },
  verify: { done: 'Verified', current: 'Verifying', ahead: 'Verify' },
  investigate: { done: 'Investigated', current: 'Investigating', ahead: 'Investigate' },
  mitigate: { done: 'Mitigated', current: 'Mitigating', ahead: 'Mitigate' },
  'post-mortem': { done: 'Post-mortem', current: 'Post-mortem', ahead: 'Post-mortem' },
};

const symbols: Readonly<Record<PhaseView['state'], string>> = { done: '✅', current: '▶', ahead: '○' };

/** Answered, but not measured: a check mark would say more than is known. */
const unknownSymbol = '⚪';
const nothingMeasured: Partial<Readonly<Record<PhaseView['name'], string>>> = {
  verify: 'Not verified',
  investigate: 'Not investigated',
};

/** `✅ Acknowledged rita 02:16 UTC · ⚪ Verified 1 of 2 unknown · ▶ Investigating 7 of 11 · ○ Mitigate · ○ Post-mortem`. */
export function phasesText(view: IncidentView, named: Named): string {
  return view.phases
    .map((phase) => {
      const detail = phaseDetail(phase, view, named);
      const label = phaseLabel(phase);
      return detail === undefined ? label : `${label} ${detail}`;
    })
    .join(' · ');
}

function phaseLabel({ name, state, unknown }: PhaseView): string {
  const words = phaseWords[name][state];
  if (state !== 'done' || unknown === undefined) return `${symbols[state]} ${words}`;
  const { count, of } = unknown;
  return `${unknownSymbol} ${count === of ? (nothingMeasured[name] ?? words) : words} ${count} of ${of} unknown`;
}

function phaseDetail(phase: PhaseView, view: IncidentView, named: Named): string | undefined {
  const stopped = view.escalation.stopped;
  if (phase.name !== 'acknowledge' || stopped === undefined) return phase.detail;
  return `${named(stopped.by)} ${utcTime(stopped.at)}`;
}
