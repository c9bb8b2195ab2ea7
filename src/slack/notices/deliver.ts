// One outbox row to Slack: which notice is drawn by which file, and what a set-up step that failed for good means.

import type { SetupStep } from '../../core/event.ts';
import type { Notice } from '../../core/notice.ts';
import type { ActionView } from '../../response/actions/action-view.ts';
import type { IncidentView, ReviewView } from '../../response/views.ts';
import { refusedWith, SlackCallFailed } from '../failures.ts';
import type { Attempt } from '../posting.ts';
import { isGone, type Publishing, threadPlace } from '../publishing.ts';
import { askForApproval, drawAction } from './action.ts';
import { giveAnswer } from './answer.ts';
import { announce, pinCard, postCard, redraw } from './card.ts';
import { postChart } from './chart.ts';
import { postReport } from './report.ts';
import { postReview, postReviewChart } from './review.ts';
import { invite, loseRoom, openRoom, setTopic } from './room.ts';
import { call, evidence, head, heads, say } from './talk.ts';

/** What a notice speaks of is not on record. A row is written with its events, so this is a mistake of ours. */
export class NoSubject extends Error {
  override readonly name = 'NoSubject';
}

/** A newer release wrote the notice while its replicas take over: it is theirs, and must not count as sent. */
class NewerNotice extends Error {
  override readonly name = 'NewerNotice';
}

function kindOf(notice: never): string {
  return (notice as { readonly kind: string }).kind;
}

/** Resolves when Slack has it; rejects with `SlackCallFailed`, or with whatever the store or the desk failed with. */
export async function deliver(p: Publishing, attempt: Attempt): Promise<void> {
  const { notice } = attempt.row;
  try {
    await draw(p, attempt);
  } catch (error) {
    if (!isGone(error) || !('incident' in notice)) throw error;
    if (!refusedWith(error, 'is_archived') && p.clock.now() - attempt.row.createdAt < unseenForMs) {
      throw new SlackCallFailed(notice.kind, { kind: 'wait', afterMs: 1_000, why: error.failure.why });
    }
    if (!(await loseRoom(p, notice.incident, error))) throw error;
    throw new SlackCallFailed(notice.kind, { kind: 'wait', afterMs: 0, why: 'its place is in the main channel now' });
  }
}

/** A channel just made can be unknown to some of Slack's methods for a while; only one that stays so is lost. */
const unseenForMs = 8_000;

async function draw(p: Publishing, attempt: Attempt): Promise<void> {
  const { notice } = attempt.row;
  switch (notice.kind) {
    case 'open-room':
      return openRoom(p, attempt, await incident(p, notice.incident));
    case 'set-topic':
      return setTopic(p, await incident(p, notice.incident));
    case 'invite':
      return invite(p, attempt, await incident(p, notice.incident), notice.people);
    case 'post-card':
      return postCard(p, attempt, await incident(p, notice.incident));
    case 'pin-card':
      return pinCard(p, await incident(p, notice.incident));
    case 'announce':
      return announce(p, attempt, await incident(p, notice.incident));
    case 'redraw-card':
      return redraw(p, attempt, await incident(p, notice.incident));
    case 'call':
      return call(p, attempt, await incident(p, notice.incident), notice);
    case 'say':
      return say(p, attempt, notice);
    case 'evidence':
      return evidence(p, attempt, await incident(p, notice.incident), notice.round);
    case 'action':
      return drawAction(p, attempt, await action(p, notice));
    case 'ask-approval':
      return askForApproval(p, attempt, await action(p, notice), notice);
    case 'chart':
      return postChart(p, attempt, notice.incident, notice.chart, await threadPlace(p, attempt, notice.incident));
    case 'report':
      return postReport(p, attempt, await incident(p, notice.incident), notice.report);
    case 'head':
      return head(p, attempt, notice.incident);
    case 'heads':
      return heads(p, attempt, notice);
    case 'review':
      return postReview(p, attempt, await review(p, notice.review), notice.to);
    case 'review-chart':
      return postReviewChart(p, attempt, notice);
    case 'answer':
      return giveAnswer(p, attempt, notice.to, notice.answer);
    default:
      throw new NewerNotice(kindOf(notice));
  }
}

/** The set-up step that a notice is, if any: its failure is told on the card. */
export function setupStepOf(notice: Notice): { readonly incident: string; readonly step: SetupStep } | undefined {
  switch (notice.kind) {
    case 'open-room':
      return { incident: notice.incident, step: 'channel' };
    case 'set-topic':
      return { incident: notice.incident, step: 'topic' };
    case 'invite':
      return { incident: notice.incident, step: 'invite' };
    case 'post-card':
      return { incident: notice.incident, step: 'card' };
    case 'pin-card':
      return { incident: notice.incident, step: 'pin' };
    case 'announce':
      return { incident: notice.incident, step: 'announcement' };
    default:
      return undefined;
  }
}

async function incident(p: Publishing, id: string): Promise<IncidentView> {
  const view = await p.desk.incidentView(id);
  if (view === undefined) throw new NoSubject(`incident ${id}`);
  return view;
}

async function action(p: Publishing, of: { readonly incident: string; readonly action: string }): Promise<ActionView> {
  const view = await p.desk.actionView(of.incident, of.action);
  if (view === undefined) throw new NoSubject(`action ${of.action}`);
  return view;
}

async function review(p: Publishing, id: string): Promise<ReviewView> {
  const view = await p.desk.reviewView(id);
  if (view === undefined) throw new NoSubject(`review ${id}`);
  return view;
}
