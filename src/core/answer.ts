// What a command or a click answers to the one person who asked. Faces draw these; they do not decide them.

import type { Actor } from './actor.ts';
import type { Fault } from './fault.ts';
import type { Verdict } from './verdict.ts';

export interface IncidentLine {
  readonly id: string;
  readonly title: string;
  readonly scope: string;
  readonly status: 'open' | 'resolved';
  readonly verdict: Verdict;
  readonly headline: string;
  readonly declaredAt: number;
  readonly room?: string;
  readonly link?: string;
}

export interface OncallLevel {
  readonly level: string;
  readonly name: string;
  readonly pageAtMs: number;
  readonly people: readonly string[];
}

/** A change that is still in place. */
export interface DebtLine {
  readonly action: string;
  readonly incident: string;
  readonly title: string;
  readonly outcome: string;
  readonly target: string;
  readonly undo: string;
  readonly since: number;
  readonly by: Actor;
}

export type Answer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refusal'; readonly fault: Fault }
  /** An old button: the face says what has happened to the incident since it was drawn. */
  | { readonly kind: 'too-late'; readonly incident: string; readonly asked: string }
  | {
      readonly kind: 'help';
      readonly commands: readonly { readonly usage: string; readonly does: string }[];
      readonly unknown?: string;
      readonly suggestion?: string;
    }
  | { readonly kind: 'incident-list'; readonly incidents: readonly IncidentLine[]; readonly total: number }
  | { readonly kind: 'incident-show'; readonly incident: string }
  | { readonly kind: 'declared'; readonly incident: string; readonly joined: boolean }
  | { readonly kind: 'oncall'; readonly levels: readonly OncallLevel[] }
  | { readonly kind: 'debts'; readonly debts: readonly DebtLine[] }
  | { readonly kind: 'review-started'; readonly review: string; readonly title: string; readonly checks: number };
