// The message of a review: posted where it was asked for, redrawn in place; to the asker alone where the bot cannot post.

import type { Notice } from '../../core/notice.ts';
import type { ReviewView } from '../../response/views.ts';
import { reviewMessage } from '../blocks/review.ts';
import { refusedWith, SlackCallFailed } from '../failures.ts';
import { readRef, refKeys, writeRef } from '../ids.ts';
import type { Attempt } from '../posting.ts';
import { keep, type Publishing } from '../publishing.ts';
import { respond } from '../replies.ts';
import { postChart } from './chart.ts';

/** Kept instead of a message's place: a response_url cannot redraw, so only the finished review goes through it. */
const throughReply = 'reply';
/** Charts have a lane of their own and may be due before the review's message is posted. */
const messageWithinMs = 600_000;
/** The longer it waits, the more seldom it looks: a message that is not there at once waits for its own turn. */
const firstLookMs = 500;
const longestLookMs = 4_000;

export async function postReview(
  p: Publishing,
  attempt: Attempt,
  view: ReviewView,
  to: Extract<Notice, { kind: 'review' }>['to'],
): Promise<void> {
  const message = reviewMessage(view);
  const kept = await p.store.faceRef(view.id, refKeys.message);
  const ref = readRef(kept);
  if (ref !== undefined) return p.posting.edit(ref, message);
  if (kept === undefined) {
    try {
      const channel = to === undefined ? p.config.channel : (to.place ?? to.person);
      const posted = await p.posting.post(attempt, { channel }, message);
      return await keep(p, view.id, refKeys.message, writeRef(posted));
    } catch (error) {
      const elsewhere = to !== undefined;
      if (!elsewhere || !refusedWith(error, 'not_in_channel', 'channel_not_found', 'is_archived', 'restricted_action'))
        throw error;
      await keep(p, view.id, refKeys.message, throughReply);
    }
  }
  if (!view.finished || to === undefined) return;
  if (await respond(p.api, to, message)) return;
  const posted = await p.posting.post(attempt, { channel: to.person }, message);
  await keep(p, view.id, refKeys.message, writeRef(posted));
}

/** In the thread of the review's message; the numbers are in the message itself where there is no thread. */
export async function postReviewChart(
  p: Publishing,
  attempt: Attempt,
  notice: Extract<Notice, { kind: 'review-chart' }>,
): Promise<void> {
  const kept = await p.store.faceRef(notice.review, refKeys.message);
  if (kept === undefined && attempt.row.waitedMs < messageWithinMs) {
    const afterMs = Math.min(longestLookMs, firstLookMs + attempt.row.waitedMs / 2);
    throw new SlackCallFailed('review-chart', { kind: 'wait', afterMs, why: 'the review is not posted yet' });
  }
  const ref = readRef(kept);
  if (ref === undefined) {
    p.log.info({ review: notice.review }, 'a review without a message of its own gets no chart');
    return;
  }
  await postChart(p, attempt, notice.review, notice.chart, { channel: ref.channel, thread: ref.ts });
}
