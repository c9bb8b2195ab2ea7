// An action: one change of the outside that the runbook offers, from the first click to its undo.

import type { Actor } from '../actor.ts';
import type { EvidenceRef, PrivateText } from '../event.ts';
import type { GateDecision, GateMoment } from './gate.ts';
import type { Right } from './rights.ts';

/** `safe` runs at once; `risky` asks for a confirmation that shows the call; `destructive` asks for the typed target and other people. */
export type Risk = 'safe' | 'risky' | 'destructive';

/**
 * The life of an action:
 *
 *     proposed → previewed → [awaiting →] approved → running → succeeded | failed | unknown → undone | kept
 *
 * and before it runs `cancelled | rejected | expired | void`. `running` is entered by the claim, which is committed before the effect: a
 * process that dies in it leaves `unknown`, and no other process ever runs the action. `unknown` is settled by looking at the
 * world or by a person, never by repeating.
 */
export type ActionState =
  | 'proposed'
  | 'previewed'
  | 'awaiting'
  | 'approved'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'unknown'
  | 'undone'
  | 'kept'
  | 'cancelled'
  | 'rejected'
  | 'expired'
  | 'void';

/** Nothing has run yet, and it may. */
export const waitingStates: readonly ActionState[] = ['proposed', 'previewed', 'awaiting', 'approved'];

/** One thing that an approval is tied to. When it is another one at the time of the run, the approval is void. */
export interface Fact {
  /** In words, for example `replicas` or `role of the server`. */
  readonly name: string;
  readonly value: string | number | boolean;
  /** A number may be larger than when it was shown by this share (0.2 is 20 %), and any amount smaller. */
  readonly mayGrowBy?: number;
}

/** A typed call of one kind of action; never a command line. */
export interface Deed {
  readonly system: string;
  readonly kind: string;
  readonly params: unknown;
}

/** What was shown to people before they decided, as far as the decision depends on it. The table behind it is evidence. */
export interface Shown {
  /** Names the thing that is changed, the same for every action on it: `redis redis-prod:6379 db 0`. */
  readonly target: string;
  /** What a person types to confirm a destructive action: `FLUSHDB redis-prod/0`. */
  readonly typed: string;
  /** The resolved call in words of its system: `PUT deployments/acgs2-agent-bus/scale replicas 3 → 5`. */
  readonly call: string;
  /** One line: what it does, how much it touches, whether it can be undone. */
  readonly summary: string;
  readonly risk: Risk;
  /** True also when the search for protected data was not complete. */
  readonly protectedPresent: boolean;
  readonly facts: readonly Fact[];
  /** What puts it back, with the prior value in it; absent when nothing can. */
  readonly undo?: Deed & { readonly title: string };
}

export interface Approval {
  readonly by: Actor;
  readonly at: number;
  readonly as: Right;
  /** Given while Slack could not say who is in a group, by somebody whom the configuration names for that case. */
  readonly breakGlass: boolean;
}

export interface Action extends Deed {
  /** 128 random bits: all that a button carries. */
  readonly id: string;
  /** Id of the action in its runbook; of the undone one for an undo. */
  readonly definition: string;
  readonly title: string;
  readonly step: string;
  readonly state: ActionState;
  /** As the runbook's author set it; the preview can only raise it. */
  readonly risk: Risk;
  /** The action that this one puts back. */
  readonly undoes?: string;
  /** True for an undo after its time: it is asked for as what it is by itself. */
  readonly late?: boolean;
  /** Who asked for the preview and, from the confirmation on, who confirmed. */
  readonly requestedBy: Actor;
  readonly proposedAt: number;
  /** When it entered its present state. */
  readonly since: number;
  readonly shown?: Shown;
  readonly previewedAt?: number;
  /** End of the time in which it may be asked for as it was shown. */
  readonly askBy?: number;
  /** The table that was shown. */
  readonly preview?: EvidenceRef;
  readonly reason?: PrivateText;
  /** It was asked for in a change freeze, for which it needs one person more: why, in the operator's words. */
  readonly freeze?: string;
  /** Also true when the requester's right was a break-glass one. */
  readonly requestedByBreakGlass?: boolean;
  /** End of the time to decide, while awaiting. */
  readonly decideBy?: number;
  /** End of the time to run, while approved. */
  readonly runBy?: number;
  readonly approvals: readonly Approval[];
  readonly rejected?: { readonly by: Actor; readonly at: number; readonly reason?: PrivateText };
  /** Levels of the ladder that were asked because nobody decided, in order. */
  readonly escalated?: readonly {
    readonly level: string;
    readonly name: string;
    readonly people: readonly string[];
    readonly at: number;
  }[];
  /** What whoever decides outside said last. */
  readonly gate?: GateDecision & { readonly moment: GateMoment; readonly at: number };
  /** Why it is void, cancelled or expired, or how it ended: one line with the numbers. */
  readonly outcome?: string;
  /** Names the process that claimed it, and the facts it saw. */
  readonly claim?: { readonly owner: string; readonly at: number; readonly facts: readonly Fact[] };
  readonly stopAsked?: boolean;
  /** It ended early because a person asked for that, or with its process; the outcome says how much was done. */
  readonly stopped?: true;
  readonly finishedAt?: number;
  /** How an unknown outcome was settled. */
  readonly settled?: { readonly by: Actor; readonly at: number; readonly how: 'looked' | 'by-hand' };
  /** What the world looked like afterwards: a rollout that is on its way, has converged, or had not by its deadline. */
  readonly verified?: {
    readonly state: 'pending' | 'converged' | 'not-converged';
    readonly summary: string;
    readonly at: number;
  };
  /** What puts it back, with the prior value that was read at the claim. */
  readonly undo?: Deed & { readonly title: string };
  readonly undoneBy?: string;
}

/** A change that is still in place and can be put back. */
export function isDebt(action: Action): boolean {
  return action.state === 'succeeded' && action.undo !== undefined && action.undoes === undefined;
}

/** What is different now, each in words with both values; `[]` when the approval still fits the world. */
export function differences(bound: readonly Fact[], now: readonly Fact[]): readonly string[] {
  const names = [...new Set([...bound, ...now].map(({ name }) => name))];
  return names.flatMap((name) => {
    const before = bound.find((fact) => fact.name === name);
    const after = now.find((fact) => fact.name === name);
    if (before === undefined || after === undefined) return [`${name}: was ${spell(before)}, is ${spell(after)}`];
    return holds(before, after) ? [] : [`${name}: was ${spell(before)}, is ${spell(after)}`];
  });
}

function holds(before: Fact, after: Fact): boolean {
  if (before.value === after.value) return true;
  const { value: from, mayGrowBy } = before;
  if (mayGrowBy === undefined || typeof from !== 'number' || typeof after.value !== 'number') return false;
  return after.value <= from * (1 + mayGrowBy);
}

function spell(fact: Fact | undefined): string {
  return fact === undefined ? 'not known' : String(fact.value);
}
