// What a face needs to draw an incident or a review: derived from the record and the runbook, nothing stored.

import type { ActionState } from '../core/action/action.ts';
import type { Actor } from '../core/actor.ts';
import type { DebtLine } from '../core/answer.ts';
import type { EvidenceRef, GapLevel, RecoveryState, Role, SetupStep } from '../core/event.ts';
import type { Standing } from '../core/hypothesis.ts';
import type { Observation } from '../core/observation.ts';
import type { PhaseName, Saying } from '../core/runbook.ts';
import type { Verdict } from '../core/verdict.ts';

/** The first line of every message: verdict, number, threshold, direction, scope; complete by itself. */
export interface Headline {
  readonly verdict: Verdict;
  /** Without symbol and verdict word: `P99 19.0 ms > 5 ms · rising since 02:14 UTC · agent-bus`. */
  readonly text: string;
}

export interface PhaseView {
  readonly name: PhaseName;
  readonly state: 'done' | 'current' | 'ahead';
  /** For example `7 of 11` or `rita 02:16`. */
  readonly detail?: string;
  /** How many of its checks could not be measured, where that is any: what is done with those is not well. */
  readonly unknown?: { readonly count: number; readonly of: number };
}

export interface CheckView {
  readonly id: string;
  readonly title: string;
  readonly phase?: PhaseName;
  readonly step?: string;
  readonly chart: boolean;
  /** Absent while the answer is awaited. */
  readonly observation?: Observation;
  readonly evidence?: EvidenceRef;
}

export interface ProposalView {
  readonly id: string;
  readonly title: string;
  readonly step: string;
  readonly risk: 'safe' | 'risky' | 'destructive';
  readonly supported: boolean;
  readonly why: string;
  readonly caution?: string;
  /** True when the bot can do it here: its system is configured, and nothing of it is under way. */
  readonly offered: boolean;
  /** When it was done, where the evidence that speaks for it is older than that. Epoch ms. */
  readonly doneAt?: number;
}

/** A step of the runbook that the bot leaves to people. */
export interface SayingView extends Saying {
  /** Where its cause stands, with the numbers. Such a saying stands among the actions, because it is the answer to that cause. */
  readonly why?: string;
}

/** What may be pressed now; an intent that this moment cannot honour is not in the list. The first is the primary one. */
export type Intent =
  | 'acknowledge'
  | 'recheck'
  | 'resolve'
  | 'take-command'
  | 'note'
  | 'false-alarm'
  | 'reopen'
  | 'redraft';

export interface IncidentView {
  readonly id: string;
  readonly runbook: string;
  readonly title: string;
  readonly scope: string;
  readonly status: 'open' | 'resolved';
  readonly severity: 'critical' | 'warning';
  readonly headline: Headline;
  readonly declaredAt: number;
  readonly declaredBy: Actor;
  readonly note?: string;
  readonly phases: readonly PhaseView[];
  readonly checks: readonly CheckView[];
  readonly progress: {
    readonly done: number;
    readonly total: number;
    readonly awaited: readonly string[];
    readonly round: number;
  };
  readonly standings: readonly Standing[];
  readonly proposals: readonly ProposalView[];
  readonly sayings: readonly SayingView[];
  /** Actions that are under way or wait for somebody, oldest first. */
  readonly underWay: readonly {
    readonly id: string;
    readonly title: string;
    readonly state: ActionState;
    readonly since: number;
  }[];
  /** Changes of this incident that are still in place. */
  readonly debts: readonly DebtLine[];
  readonly escalation: {
    readonly next?: { readonly level: string; readonly name: string; readonly at: number };
    readonly stopped?: { readonly by: Actor; readonly at: number };
    readonly told: readonly { readonly level: string; readonly name: string; readonly at: number }[];
    readonly exhausted: boolean;
  };
  readonly roles: Readonly<Partial<Record<Role, Actor>>>;
  readonly recovery?: {
    readonly state: RecoveryState;
    readonly summary: string;
    readonly healthySamples: number;
    readonly neededSamples: number;
  };
  readonly resolved?: {
    readonly at: number;
    readonly by: Actor;
    readonly as: 'resolved' | 'false-alarm';
    readonly reason: string;
  };
  readonly setupFailures: Readonly<Partial<Record<SetupStep, string>>>;
  readonly room?: { readonly room: string; readonly name: string; readonly link?: string };
  readonly report?: EvidenceRef;
  readonly intents: readonly Intent[];
}

/** Alerts of the last day that opened no incident. Names of alerts are untrusted. */
export interface AlertLines {
  /** By rules in shadow, the first time of each. */
  readonly wouldHaveOpened: readonly { readonly runbook: string; readonly alert: string; readonly at: number }[];
  /** Names that no loaded runbook answers. */
  readonly unmatched: readonly string[];
}

export interface ReviewView {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly startedAt: number;
  readonly headline: Headline;
  readonly finished: boolean;
  readonly checks: readonly CheckView[];
  readonly progress: { readonly done: number; readonly total: number; readonly awaited: readonly string[] };
  /** Changes of all incidents that are still in place. */
  readonly debts: readonly DebtLine[];
  readonly alerts: AlertLines;
  /** Limits that could not be measured and may be accepted as known gaps. */
  readonly gaps: readonly {
    readonly check: string;
    readonly title: string;
    readonly level: GapLevel;
    readonly why: string;
  }[];
}
