// Which actions the evidence supports, and why; the rest stays visible.

import type { Standing } from '../core/hypothesis.ts';
import type { ActionDefinition, Procedure, Saying } from '../core/runbook.ts';

export interface Proposal {
  readonly action: ActionDefinition;
  /** One line for people: where the cause it helps against stands, with the numbers. */
  readonly why: string;
  readonly supported: boolean;
}

/** All actions of the procedure: the supported ones first, those against a ruled-out cause last, the milder before the harsher. */
export function propose(procedure: Procedure, standings: readonly Standing[]): readonly Proposal[] {
  const ranked = procedure.actions.map((action) => {
    const standing = standings.find(({ hypothesis }) => hypothesis === action.helps);
    const proposal: Proposal = { action, why: whyOf(standing), supported: standing?.position === 'supported' };
    return { proposal, place: placeOf[standing?.position ?? 'open'], harm: harmOf[action.risk] };
  });
  return ranked.toSorted((a, b) => a.place - b.place || a.harm - b.harm).map(({ proposal }) => proposal);
}

/** Where the cause stands that a saying is about; undefined when it is about none. */
export function whySaid({ helps }: Saying, standings: readonly Standing[]): string | undefined {
  return helps === undefined ? undefined : whyOf(standings.find(({ hypothesis }) => hypothesis === helps));
}

const placeOf: Readonly<Record<Standing['position'], number>> = { supported: 0, open: 1, unknown: 2, 'ruled-out': 3 };
const harmOf: Readonly<Record<ActionDefinition['risk'], number>> = { safe: 0, risky: 1, destructive: 2 };

function whyOf(standing: Standing | undefined): string {
  if (standing === undefined) return 'Not tied to one cause.';
  const { title } = standing;
  switch (standing.position) {
    case 'supported':
      return `${title} is supported: ${standing.for.join('; ')}.`;
    case 'ruled-out':
      return `${title} is ruled out: ${standing.against.join('; ')}.`;
    case 'unknown':
      return `${title} is unknown: ${standing.missing.join('; ')}.`;
    case 'open':
      return standing.for.length > 0
        ? `${title} is open: ${standing.for.join('; ')}; but ${standing.against.join('; ')}.`
        : `${title} is open: nothing speaks for it so far.`;
  }
}
