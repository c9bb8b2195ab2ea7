// Accepting a known gap: which limit cannot be measured, until when that is fine, and why.

import type { SubmissionAsk } from '../asks.ts';
import { textMessage } from '../blocks/answers.ts';
import { gapDays, gapKey, gapModal } from '../blocks/modals.ts';
import { actionIds, fieldIds, modalIds } from '../ids.ts';
import type { Publishing } from '../publishing.ts';
import { answer } from '../replies.ts';
import { placeOf, reasonOf } from './close-incident.ts';
import { type Conversation, type FormErrors, readMetadata, replyTo, requestOf, writeMetadata } from './conversation.ts';
import { openModal } from './modal.ts';

const dayMs = 86_400_000;
/** Between our check and the desk's. */
const marginMs = 60_000;

export function acceptGap(p: Publishing): Conversation {
  return {
    clicks: {
      [actionIds.acceptGap]: async ({ ask }) => {
        const review = await p.desk.reviewView(ask.value);
        if (review === undefined || review.gaps.length === 0) {
          const said = 'Nothing was done: no limit of this review is waiting to be accepted any more.';
          return answer(p.api, replyTo(ask), textMessage(said));
        }
        const metadata = writeMetadata({ subject: review.id, ...placeOf(ask) });
        const again = { action: actionIds.acceptGap, value: review.id, label: 'Accept a known gap …' };
        await openModal(p, ask, gapModal(review, metadata, p.clock.now()), again);
      },
    },
    submissions: {
      [modalIds.acceptGap]: {
        errors: (ask) => gapErrors(p, ask),
        work: async (keyed) => {
          const gap = await chosenGap(p, keyed.ask);
          const until = untilOf(keyed.ask, p.clock.now());
          if (gap === undefined || typeof until !== 'number') {
            const said = 'Nothing was done: this limit is not waiting to be accepted any more.';
            return answer(p.api, replyTo(keyed.ask), textMessage(said));
          }
          const accepted = { check: gap.check, level: gap.level, until, reason: reasonOf(keyed.ask) };
          await p.desk.acceptGap(accepted, requestOf(keyed));
        },
      },
    },
  };
}

async function gapErrors(p: Publishing, ask: SubmissionAsk): Promise<FormErrors> {
  const now = p.clock.now();
  const until = untilOf(ask, now);
  if (until === undefined) return { [fieldIds.until]: 'Please choose a day.' };
  if (until === 'too-far') return { [fieldIds.until]: `At most ${gapDays} days ahead: a gap is looked at again then.` };
  if (until <= now) return { [fieldIds.until]: 'This day is over. Choose a later one.' };
  if (reasonOf(ask) === '')
    return { [fieldIds.reason]: 'Please write one sentence: the next reader sees it beside the gap.' };
  const gap = await chosenGap(p, ask);
  return gap === undefined ? { [fieldIds.gap]: 'This limit is not waiting to be accepted any more.' } : undefined;
}

/** The gap as the record has it; what the form names is only looked up. */
async function chosenGap(p: Publishing, ask: SubmissionAsk) {
  const review = await p.desk.reviewView(readMetadata(ask.metadata).subject);
  return review?.gaps.find((gap) => gapKey(gap) === ask.fields[fieldIds.gap]);
}

/** The end of the chosen day in UTC; on the last possible day, as late as the limit allows. */
function untilOf(ask: SubmissionAsk, now: number): number | 'too-far' | undefined {
  const day = ask.fields[fieldIds.until] ?? '';
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (!Number.isFinite(start)) return undefined;
  const latest = now + gapDays * dayMs - marginMs;
  return start > latest ? 'too-far' : Math.min(start + dayMs - 1_000, latest);
}
