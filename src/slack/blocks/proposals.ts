// The actions that the runbook offers, in words: named on the card, explained with their cautions in the thread.

import type { RichTextSection } from '@slack/types';
import { clockTime } from '../../core/spell.ts';
import type { IncidentView, ProposalView } from '../../response/views.ts';
import { firstOf, type RichPart, runsOf } from '../fit.ts';
import { blockLength, bullets, line, strong, words } from './rich.ts';

/** One line for the card: what the evidence supports, each with its risk, and how many others there are. */
export function proposalsText(view: IncidentView): string {
  const named = (proposals: readonly ProposalView[]) =>
    proposals
      .map((proposal) => {
        const done = proposal.doneAt === undefined ? '' : `, done ${clockTime(proposal.doneAt)} UTC`;
        return `${proposal.title} (step ${proposal.step}, ${proposal.offered ? '' : 'by hand, '}${proposal.risk}${done})`;
      })
      .join('; ');
  const supported = view.proposals.filter((proposal) => proposal.supported);
  const others = view.proposals.filter((proposal) => !proposal.supported);
  return [
    supported.length === 0 ? '' : `The evidence supports: ${named(supported)}.`,
    others.length === 0 ? '' : `${others.length} more ${others.length === 1 ? 'is' : 'are'} not supported by it.`,
    view.proposals.length === 0 ? '' : 'Reasons and cautions are in the thread.',
  ]
    .filter(Boolean)
    .join(' ');
}

/** A cause that the runbook has no action against: where it stands, and what is to be done instead. */
export function withoutAction(view: IncidentView): readonly RichTextSection[] {
  return view.sayings
    .filter((saying) => saying.why !== undefined)
    .map((saying) =>
      line(
        strong('No action to run', 60),
        words(` · step ${saying.step}. ${saying.why}`, 300),
        words(` ${saying.text}`, 420),
      ),
    );
}

/** For the thread: each action with its reason and its caution, and the causes without one. */
export function proposalParts(view: IncidentView): readonly (readonly RichPart[])[] {
  const others = withoutAction(view);
  if (view.proposals.length === 0 && others.length === 0) return [];
  const { shown, cut } = firstOf(view.proposals, 10);
  const items = shown.map((proposal) =>
    line(
      strong(proposal.title, 120),
      words(
        ` · step ${proposal.step}, ${proposal.risk}${proposal.offered ? '' : ', by hand'}${proposal.supported ? '' : ', not supported'}`,
        120,
      ),
      proposal.why !== '' && words(`. ${proposal.why}`, 250),
      proposal.caution !== undefined && words(` Caution: ${proposal.caution}`, 420),
    ),
  );
  const head = line(strong('What the runbook offers'));
  const more = cut === 0 ? [] : [line(words(`and ${cut} more in the runbook`))];
  const all = [...items.map((item) => bullets([item])), ...more, ...others.map((other) => bullets([other]))];
  return runsOf([head, ...all], blockLength, 20);
}
