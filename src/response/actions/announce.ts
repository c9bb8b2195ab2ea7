// The line in the channel when an action changes its state, or when the world did not follow it: complete by itself, nothing for what only
// the thread needs.

import type { Action } from '../../core/action/action.ts';
import { approvalsMissing } from '../../core/action/rights.ts';
import type { Incident } from '../../core/incident.ts';

export function announcementOf(incident: Incident, action: Action, before: Action | undefined): string | undefined {
  const text = wordsOf(action, before);
  return text === undefined ? undefined : `${text} · ${incident.id}`;
}

function wordsOf(action: Action, before: Action | undefined): string | undefined {
  const { title, outcome = '', verified, gate } = action;
  const target = action.shown?.target ?? '';
  const level = action.escalated?.slice(before?.escalated?.length ?? 0).at(-1);
  if (level !== undefined) {
    const how = action.state === 'expired' ? 'NOBODY DECIDED' : 'NOBODY HAS DECIDED';
    return `${how} · ${title} on ${target} · ${level.level} ${level.name} is ${action.state === 'expired' ? 'told' : 'asked'}`;
  }
  if (before?.state === action.state) {
    if (gate?.allowed === false && gate !== before.gate)
      return `NOT APPROVED, the policy says no · ${title} on ${target} · ${gate.why}`;
    if (verified?.state !== 'not-converged' || before.verified?.state === 'not-converged') return undefined;
    const undo = action.undo === undefined ? '' : ` · "${action.undo.title}" is in the thread`;
    return `NOT CONVERGED · ${title} · ${verified.summary}${undo}`;
  }
  switch (action.state) {
    case 'awaiting':
      return `APPROVAL NEEDED · ${title} on ${target}${freezeOf(action)} · needs ${spellRights(action)}`;
    case 'approved':
      return usesBreakGlass(action)
        ? `BREAK-GLASS · ${title} on ${target} was approved without the groups being read`
        : undefined;
    case 'running':
      return `RUNNING · ${title} · ${action.shown?.call ?? ''} on ${target}`;
    case 'succeeded':
      return `${action.stopped ? 'STOPPED, done in part' : 'DONE'} · ${title} · ${outcome}`;
    case 'failed':
      return before?.state === 'unknown'
        ? `DID NOT TAKE EFFECT · ${title} · ${outcome}`
        : `FAILED, nothing changed · ${title} · ${outcome}`;
    case 'unknown':
      return `OUTCOME UNKNOWN · ${title} on ${target} · ${outcome} · it is not repeated`;
    case 'rejected':
      return `REJECTED · ${title}`;
    case 'expired':
      return `EXPIRED · ${title} · ${outcome}`;
    case 'void':
      return `VOID · ${title} · ${outcome}`;
    case 'cancelled':
      return before?.state === 'approved' || before?.state === 'awaiting'
        ? `CANCELLED · ${title} · ${outcome}`
        : undefined;
    case 'undone':
      return `UNDONE · ${title}`;
    case 'kept':
      return `KEPT · ${title}`;
    case 'proposed':
    case 'previewed':
      return undefined;
  }
}

function freezeOf({ freeze }: Action): string {
  return freeze === undefined ? '' : ` · CHANGE FREEZE (${freeze})`;
}

function spellRights(action: Action): string {
  return approvalsMissing(action)
    .map((right) => (right === 'approver' ? 'an approver who did not ask for it' : `a ${right}`))
    .join(' and ');
}

function usesBreakGlass(action: Action): boolean {
  return action.requestedByBreakGlass === true || action.approvals.some((approval) => approval.breakGlass);
}
