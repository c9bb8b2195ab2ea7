// The runbook as the engine sees it after loading: plain data, every reference resolved.

import type { AlertRule, MutedAlert } from './alert.ts';
import type { Unit } from './observation.ts';
import type { Limit } from './verdict.ts';

export const phaseNames = ['acknowledge', 'verify', 'investigate', 'mitigate', 'post-mortem'] as const;
export type PhaseName = (typeof phaseNames)[number];

export interface CheckDefinition {
  readonly id: string;
  readonly title: string;
  readonly system: string;
  /** Name of the check kind inside its system, for example `latency` of `prometheus`. */
  readonly kind: string;
  readonly params: unknown;
  readonly unit: Unit;
  readonly limits: readonly Limit[];
  readonly missing?: string;
  /** Time budget in ms; when it is over the check is `unknown: timeout`. */
  readonly budgetMs: number;
  /** Step of the owners' runbook, for example `2`. */
  readonly step?: string;
  readonly phase?: PhaseName;
  /** True when the check draws a chart. */
  readonly chart: boolean;
}

export interface Condition {
  /** CEL over `checks` (by id: verdict, value, known, facts, rows). */
  readonly when: string;
  /** What it shows, in words. `{id}` is replaced by the summary of that check. */
  readonly says: string;
}

export interface HypothesisDefinition {
  readonly id: string;
  readonly title: string;
  readonly for: readonly Condition[];
  readonly against: readonly Condition[];
  /** Checks without which nothing can be said; when one of them is unknown the hypothesis is unknown. */
  readonly needs: readonly string[];
}

export interface ActionDefinition {
  readonly id: string;
  readonly title: string;
  /** The hypothesis whose support makes this action the first choice. */
  readonly helps?: string;
  readonly step: string;
  readonly risk: 'safe' | 'risky' | 'destructive';
  readonly system: string;
  readonly kind: string;
  readonly params: unknown;
  /** Id of the milder action of this procedure that is offered in its place. */
  readonly safer?: string;
  /** What the reader must know before doing it, for example what the command really deletes. */
  readonly caution?: string;
}

/** A step of the owners' runbook that the bot cannot do, or that does nothing: said, not dropped. */
export interface Saying {
  readonly phase: PhaseName;
  readonly step: string;
  readonly text: string;
  readonly helps?: string;
}

export interface RecoveryDefinition {
  /** The check that is asked again and again: the metric that opened the incident. */
  readonly check: CheckDefinition;
  /** The same over one minute, shown beside it. */
  readonly fast?: CheckDefinition;
  /** Traffic without which a good value proves nothing. */
  readonly traffic?: { readonly check: CheckDefinition; readonly atLeast: number };
  readonly everyMs: number;
  /** Healthy samples (distinct scrapes) needed, over at least `holdMs`. */
  readonly samples: number;
  readonly holdMs: number;
}

/** A procedure is what an incident runs. */
export interface Procedure {
  readonly name: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly scope: string;
  readonly severity: 'critical' | 'warning';
  readonly respondWithinMs: number;
  /** Levels of the escalation ladder told at declaration, besides the first. */
  readonly alsoTell: readonly string[];
  /** The alerts that it answers. */
  readonly alerts: readonly AlertRule[];
  /** The check whose value is the headline. */
  readonly headline: string;
  readonly checks: readonly CheckDefinition[];
  readonly hypotheses: readonly HypothesisDefinition[];
  readonly actions: readonly ActionDefinition[];
  readonly sayings: readonly Saying[];
  readonly recovery: RecoveryDefinition;
  /** Folder and file it came from, for messages. */
  readonly file: string;
}

/** A review is a set of checks run on demand or on schedule, for example the daily health check. */
export interface ReviewDefinition {
  readonly name: string;
  readonly title: string;
  /** Posted every day at this time, ms after midnight UTC. */
  readonly dailyAtMs?: number;
  readonly checks: readonly CheckDefinition[];
  readonly file: string;
}

export interface Library {
  readonly procedures: readonly Procedure[];
  readonly reviews: readonly ReviewDefinition[];
  /** Alerts that are known noise. */
  readonly muted: readonly MutedAlert[];
}
