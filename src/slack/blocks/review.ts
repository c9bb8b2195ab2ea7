// The message of a review, for example the health check: while it runs and when it is finished.

import type { KnownBlock } from '@slack/types';
import type { ReviewView } from '../../response/views.ts';
import { firstOf } from '../fit.ts';
import { actionIds } from '../ids.ts';
import { debtBlocks } from './answers.ts';
import { checkBlocks, checkSentence, countsText } from './evidence.ts';
import { headlineText } from './headline.ts';
import { header, line, type Message, plain, present, rich, strong, topText, utcTime, words } from './rich.ts';

/** More blocks than this would push the message's own first line off the screen. */
const maxBlocks = 12;

export function reviewMessage(view: ReviewView): Message {
  return view.finished ? finishedReview(view) : runningReview(view);
}

/** `3 of 9 checks · waiting for Redis, Jaeger`. */
function progressText(view: ReviewView): string {
  const { done, total, awaited } = view.progress;
  const { shown, cut } = firstOf(awaited, 4);
  const waiting = shown.length === 0 ? '' : ` · waiting for ${shown.join(', ')}${cut === 0 ? '' : ` and ${cut} more`}`;
  return `${done} of ${total} checks${waiting}`;
}

function runningReview(view: ReviewView): Message {
  const title = `${view.title} · started ${utcTime(view.startedAt)}`;
  return {
    text: topText(title, progressText(view)),
    blocks: present([rich(line(strong(title)), line(words(progressText(view), 600))), ...checks(view)]),
  };
}

function finishedReview(view: ReviewView): Message {
  const headline = headlineText(view.headline);
  const title = `${view.title} · ${utcTime(view.startedAt)} · ${countsText(view.checks)}`;
  return {
    text: topText(
      headline,
      title,
      ...view.checks.map(checkSentence),
      ...view.debts.map((debt) => `Still in place: ${debt.title} on ${debt.target}, ${debt.incident}`),
      ...alertSentences(view),
    ),
    blocks: present([
      header(headline),
      rich(line(words(title, 300))),
      ...checks(view),
      ...inPlace(view),
      alertLines(view),
      gapButton(view),
    ]),
  };
}

function checks(view: ReviewView): readonly (KnownBlock | undefined)[] {
  const answered = view.checks.filter((check) => view.finished || check.observation !== undefined);
  const { shown, cut } = firstOf(checkBlocks(answered, 'short'), maxBlocks);
  return [
    ...shown.map((parts) => rich(...parts)),
    cut > 0 && rich(line(words(`and ${cut} more blocks of checks, cut`))),
  ].filter((block) => block !== false);
}

/** What somebody changed and nobody put back, with the button that begins putting it back. */
function inPlace(view: ReviewView): readonly (KnownBlock | undefined)[] {
  if (view.debts.length === 0) return [];
  return [rich(line(strong('Still in place'))), ...view.debts.slice(0, 5).flatMap(debtBlocks)];
}

/** What alerts would have done: rules in shadow are to be judged by people, and a name that nobody answers is a gap of the runbooks. */
function alertSentences({ alerts }: ReviewView): readonly string[] {
  const opened = firstOf(alerts.wouldHaveOpened, 8);
  const strange = firstOf(alerts.unmatched, 12);
  const more = (cut: number) => (cut === 0 ? '' : ` and ${cut} more`);
  const would = opened.shown.map(({ runbook, alert, at }) => `${alert} → ${runbook} (${utcTime(at)})`).join(', ');
  return [
    ...(would === '' ? [] : [`Would have opened an incident, in shadow: ${would}${more(opened.cut)}`]),
    ...(strange.shown.length === 0
      ? []
      : [`Alerts that no runbook answers: ${strange.shown.join(', ')}${more(strange.cut)}`]),
  ];
}

function alertLines(view: ReviewView): KnownBlock | undefined {
  const sentences = alertSentences(view);
  return sentences.length === 0 ? undefined : rich(...sentences.map((sentence) => line(words(sentence, 900))));
}

/** Drawn only while a limit is open that could be accepted as a known gap. */
function gapButton(view: ReviewView): KnownBlock | undefined {
  if (view.gaps.length === 0) return undefined;
  const count = view.gaps.length === 1 ? '1 gap that' : `${view.gaps.length} gaps that`;
  const label = `Accept ${count} cannot be measured …`;
  return {
    type: 'actions',
    elements: [{ type: 'button', action_id: actionIds.acceptGap, text: plain(label, 75), value: view.id }],
  };
}
