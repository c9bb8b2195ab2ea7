// What follows a failed attempt at an outbox row: try again after a pause, or give up when that is right or has taken too long.

import type { OutboxRow } from '../core/ports.ts';
import { StoreUnavailable } from '../core/ports.ts';
import { SlackCallFailed, type SlackFailure } from './failures.ts';
import { setupStepOf } from './notices/deliver.ts';
import { createPlaces, type Line } from './places.ts';
import type { Attempt } from './posting.ts';
import type { Publishing } from './publishing.ts';

export interface Setbacks {
  /** Reports the failed attempt to the outbox. Rejects when the store does not take the report. */
  after(attempt: Attempt, error: unknown): Promise<void>;
  /** The row is out, or put aside: nothing of it is remembered. */
  over(row: OutboxRow): void;
}

const longestPauseMs = 60_000;
const lockedOutPauseMs = 60_000;
/** A mistake of ours (not of Slack, not of the store) is tried so often before its row is put aside. */
const attemptsAtBugs = 5;
/** A step of set-up holds up everything behind it in the incident's lane. */
const setupWithinMs = 60_000;
/** A call that Slack fails for so long, while it takes others, would block its lane for ever. */
const doubtfulWithinMs = 600_000;
/** A row that took too long fails once more before it is given up: the failure may be the last one of an outage. */
const failuresWhenLate = 2;
const lastPauseMs = 1_000;
/** Answers go by several ways, by which Slack takes about six a second together. */
const answers: Line = { key: 'answers', apartMs: 200 };

/** Failures are counted here and not by the row's attempts, because most attempts of a row may only have waited. */
export function createSetbacks(p: Publishing): Setbacks {
  const { outbox } = p.store;
  const place = createPlaces();
  const failures = new Map<string, { slack: number; bugs: number; late: number }>();

  const count = (row: OutboxRow, kind: 'slack' | 'bugs' | 'late'): number => {
    const counted = failures.get(row.id) ?? { slack: 0, bugs: 0, late: 0 };
    counted[kind] += 1;
    failures.set(row.id, counted);
    return counted[kind];
  };

  const over = (row: OutboxRow): void => void failures.delete(row.id);

  const giveUp = async (row: OutboxRow, why: string): Promise<void> => {
    p.log.error({ row: row.id, notice: row.notice.kind, why }, 'a notice is given up');
    const setup = setupStepOf(row.notice);
    // Told before the row is closed: when telling fails, the row comes back and tells again.
    if (setup !== undefined) await p.desk.setupFailed(setup.incident, setup.step, why);
    await outbox.failed(row.id, why);
    p.meter.gaveUp(row.notice.kind);
    over(row);
  };

  const afterBug = async ({ row, touched }: Attempt, error: unknown): Promise<void> => {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    p.log.error({ row: row.id, notice: row.notice.kind, attempt: row.attempt, why }, 'a notice could not be drawn');
    const bugs = count(row, 'bugs');
    return bugs >= attemptsAtBugs ? giveUp(row, why) : outbox.retry(row.id, pauseMs(bugs), why, touched);
  };

  return {
    over,
    async after(attempt, error) {
      const { row, touched } = attempt;
      if (error instanceof StoreUnavailable) {
        return outbox.retry(row.id, pauseMs(count(row, 'slack')), `${error.name}: ${error.message}`, touched);
      }
      if (!(error instanceof SlackCallFailed)) return afterBug(attempt, error);
      const { failure } = error;
      const about = { row: row.id, notice: row.notice.kind, attempt: row.attempt, why: error.message };
      if (failure.kind === 'wait') p.log.debug(about, 'a notice waits');
      else p.log.warn(about, 'a notice did not go out');
      if (failure.kind === 'refused') return giveUp(row, failure.why);
      const ambiguous = failure.kind === 'ambiguous';
      const leftMs = patienceMs(row, ambiguous || row.ambiguous) - row.waitedMs;
      // While Slack as a whole is away nothing is given up: every row would be lost, and none of them is to blame.
      if (leftMs <= 0 && (await p.slackAnswers())) {
        if (count(row, 'late') >= failuresWhenLate) return giveUp(row, `${failure.why}, for too long`);
        return outbox.retry(row.id, lastPauseMs, error.message, ambiguous || touched);
      }
      const turnMs = waitAfter(failure) ?? pauseMs(count(row, 'slack'));
      const line = lineOf(row, failure);
      const waitMs = line === undefined ? turnMs : place(line, row.urgency, turnMs);
      return outbox.retry(row.id, leftMs > 0 ? Math.min(waitMs, leftMs) : waitMs, error.message, ambiguous || touched);
    },
  };
}

function lineOf({ notice }: OutboxRow, failure: SlackFailure): Line | undefined {
  if (failure.kind !== 'wait') return undefined;
  return notice.kind === 'answer' ? answers : failure.line;
}

/** What Slack or its refusal of our token says about the next try; undefined leaves it to our own growing pause. */
function waitAfter(failure: SlackFailure): number | undefined {
  if (failure.kind === 'wait') return failure.afterMs;
  return failure.kind === 'locked-out' ? lockedOutPauseMs : undefined;
}

/** For how long after its creation a row may fail before it is put aside. */
function patienceMs(row: OutboxRow, doubtful: boolean): number {
  if (setupStepOf(row.notice) !== undefined) return setupWithinMs;
  return doubtful ? doubtfulWithinMs : Number.POSITIVE_INFINITY;
}

function pauseMs(failures: number): number {
  return Math.min(longestPauseMs, 500 * 2 ** Math.min(failures, 10));
}
