// Who may decide on an action: rights, how they were read, and which of them an action still lacks.

import type { Actor } from '../actor.ts';
import type { Action, Approval, Risk } from './action.ts';

export const rights = ['responder', 'approver', 'commander'] as const;
export type Right = (typeof rights)[number];

/** What one person holds at the moment of asking. `breakGlass`: the groups could not be read, and the configuration names this person for that. */
export interface Grant {
  readonly right: Right;
  readonly breakGlass: boolean;
}

/** By person id. Somebody who is not in it holds nothing; so does somebody whose groups could not be read. */
export type Grants = Readonly<Record<string, readonly Grant[]>>;

export function grantOf(grants: Grants, actor: Actor, right: Right): Grant | undefined {
  if (actor.kind !== 'person' || !Object.hasOwn(grants, actor.id)) return undefined;
  return grants[actor.id]?.find((grant) => grant.right === right);
}

/** True when both are the same human being. `same` lists the accounts of people who have several. */
export function samePerson(a: Actor, b: Actor, same: readonly (readonly string[])[]): boolean {
  if (a.kind !== 'person' || b.kind !== 'person') return false;
  return a.id === b.id || same.some((accounts) => accounts.includes(a.id) && accounts.includes(b.id));
}

/**
 * Which approvals by other people an action needs: one for a destructive one, and a commander beside it where protected data is at
 * stake. A change freeze asks for one person more.
 */
export function approvalsNeeded(risk: Risk, protectedPresent: boolean, frozen = false): readonly Right[] {
  if (risk === 'safe') return [];
  if (risk === 'risky') return frozen ? ['approver'] : [];
  return protectedPresent || frozen ? ['approver', 'commander'] : ['approver'];
}

/** The approvals that are still missing. */
export function approvalsMissing(action: Action): readonly Right[] {
  if (action.shown === undefined) return [];
  const given = action.approvals.map((approval) => approval.as);
  const { risk, protectedPresent } = action.shown;
  const needed = approvalsNeeded(risk, protectedPresent, action.freeze !== undefined);
  return needed.filter((right) => !given.includes(right));
}

/**
 * The right in which this person can approve now, or why not. One person counts once, whatever they hold, and never for what they
 * asked for themselves.
 */
export function approvalBy(
  action: Action,
  actor: Actor,
  grants: Grants,
  same: readonly (readonly string[])[],
):
  | { readonly ok: true; readonly grant: Grant }
  | { readonly ok: false; readonly why: 'requester' | 'already' | 'no-right' } {
  if (samePerson(action.requestedBy, actor, same)) return { ok: false, why: 'requester' };
  if (action.approvals.some((approval) => samePerson(approval.by, actor, same))) return { ok: false, why: 'already' };
  // Who holds both counts as the commander: there are fewer of them, and any approver can still be the other one.
  for (const right of approvalsMissing(action).toReversed()) {
    const grant = grantOf(grants, actor, right);
    if (grant !== undefined) return { ok: true, grant };
  }
  return { ok: false, why: 'no-right' };
}

/** Rights that were held when somebody decided and are not held any more, in words; `[]` when all still hold. */
export function rightsLost(action: Action, grants: Grants): readonly string[] {
  const asked = action.risk === 'safe' && action.shown?.risk === 'safe';
  const requester =
    asked || grantOf(grants, action.requestedBy, 'responder') !== undefined
      ? []
      : ['the requester is no responder now'];
  const approvers = action.approvals
    .filter((approval: Approval) => grantOf(grants, approval.by, approval.as) === undefined)
    .map((approval) => `somebody who approved is no ${approval.as} now`);
  return [...requester, ...approvers];
}
