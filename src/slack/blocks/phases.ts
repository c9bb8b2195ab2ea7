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

/** `✅ Acknowledged rita 02:16 UTC · ✅ Verified · ▶ Investigating 7 of 11 · ○ Mitigate · ○ Post-mortem`. */
export function phasesText(view: IncidentView, named: Named): string {
  return view.phases
    .map((phase) => {
      const detail = phaseDetail(phase, view, named);
      const label = `${symbols[phase.state]} ${phaseWords[phase.name][phase.state]}`;
      return detail === undefined ? label : `${label} ${detail}`;
    })
    .join(' · ');
}

function phaseDetail(phase: PhaseView, view: IncidentView, named: Named): string | undefined {
  const stopped = view.escalation.stopped;
  if (phase.name !== 'acknowledge' || stopped === undefined) return phase.detail;
  return `${named(stopped.by)} ${utcTime(stopped.at)}`;
}
