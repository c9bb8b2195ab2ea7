// The figures of one run of the rig.

import type { ActionFigures } from './judge-actions.ts';
import type { SlackJudgement } from './judge-slack.ts';
import type { Keeper } from './keeper.ts';
import type { Ledger } from './ledger.ts';
import type { SeenRecord } from './record-seen.ts';
import type { RigOptions } from './rig.ts';

export interface Summary {
  readonly engine: string;
  readonly seed: number;
  readonly kills: number;
  readonly stops: number;
  readonly outages: number;
  readonly incidents: number;
  readonly deliveries: number;
  readonly acknowledged: number;
  readonly notAccepted: number;
  readonly notCertain: number;
  readonly unanswered: number;
  readonly replays: number;
  readonly messages: number;
  readonly repeatedAnswers: number;
  readonly repeatedQuestions: number;
  readonly actions: ActionFigures;
  /** Deliveries without an answer in time while the machine was out of breath. */
  readonly unmeasuredAcks: number;
  readonly ackMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly startMs: { readonly p50: number; readonly max: number };
  readonly stopMs: number;
  /** From the kill that it survived to the effect on record of what was acknowledged before; the longest. */
  readonly recoveryMs: number;
  /** From the acknowledgement of a command to its answer in Slack, the longest. */
  readonly answerMs: number;
}

export function summary(
  options: RigOptions,
  ledger: Ledger,
  keeper: Keeper,
  seen: SeenRecord,
  judged: Omit<SlackJudgement, 'problems'> & Pick<Summary, 'unmeasuredAcks' | 'actions'>,
): Summary {
  const told = (what: string) => ledger.entries.filter((entry) => entry.told === what).length;
  const acks = ledger.entries.filter((entry) => entry.told !== 'nothing').map((entry) => entry.delivery.ackMs);
  const starts = keeper.gaps.map((gap) => gap.startMs);
  const answers = ledger.entries.flatMap(({ how, answeredAt, sentAt, delivery }) =>
    // What a click is told may be about a repeat of it, minutes later.
    answeredAt === undefined || how !== 'command' ? [] : [answeredAt - sentAt - delivery.ackMs],
  );
  const recoveries = [...seen.inbox.values()].flatMap(({ takenAt, settledAt = 0 }) => {
    const survived = keeper.gaps.filter(({ why, from }) => why === 'SIGKILL' && takenAt < from && from < settledAt);
    return survived.length === 0 ? [] : [settledAt - Math.max(...survived.map(({ from }) => from))];
  });
  const { engine, seed, outages } = options;
  return {
    engine,
    seed,
    kills: options.kills,
    stops: keeper.stops.length,
    outages,
    incidents: seen.incidents.length,
    deliveries: ledger.entries.length,
    acknowledged: told('accepted'),
    notAccepted: told('not accepted'),
    notCertain: told('not certain'),
    unanswered: told('nothing'),
    replays: ledger.replays.length,
    messages: judged.messages,
    repeatedAnswers: judged.repeatedAnswers,
    repeatedQuestions: judged.repeatedQuestions,
    actions: judged.actions,
    unmeasuredAcks: judged.unmeasuredAcks,
    ackMs: { p50: quantile(acks, 0.5), p99: quantile(acks, 0.99), max: Math.max(0, ...acks) },
    startMs: { p50: quantile(starts, 0.5), max: Math.max(0, ...starts) },
    stopMs: Math.max(0, ...keeper.stops.map((stop) => stop.tookMs)),
    recoveryMs: Math.max(0, ...recoveries),
    answerMs: Math.max(0, ...answers),
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
