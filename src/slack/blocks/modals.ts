// The forms: close, reopen, note, accept a gap. Each says its object in the title or in its first line.

import type { InputBlock, KnownBlock, ModalView, PlainTextInput } from '@slack/types';
import type { DebtLine } from '../../core/answer.ts';
import type { ReviewView } from '../../response/views.ts';
import { cutTo } from '../fit.ts';
import { fieldIds, modalIds } from '../ids.ts';
import { inPlaceText } from './in-place.ts';
import { line, plain, present, rich, strong, utcDate, words } from './rich.ts';

export type ClosingIntent = 'resolve' | 'false-alarm' | 'reopen';

export const reasonLimit = 2_000;
export const gapDays = 180;
const dayMs = 86_400_000;

const closing: Readonly<Record<ClosingIntent, { id: string; title: string; submit: string; ask: string }>> = {
  resolve: { id: modalIds.resolve, title: 'Resolve', submit: 'Resolve', ask: 'What ended it?' },
  'false-alarm': {
    id: modalIds.falseAlarm,
    title: 'Close as false alarm',
    submit: 'Close',
    ask: 'Why was it no incident?',
  },
  reopen: { id: modalIds.reopen, title: 'Reopen', submit: 'Reopen', ask: 'What came back?' },
};

export interface About {
  readonly id: string;
  readonly title: string;
  /** Opaque: travels in private_metadata. */
  readonly metadata: string;
}

/** `debts`: what is still in place is said once more before the incident is closed; closing does not put it back. */
export function closingModal(intent: ClosingIntent, about: About, debts: readonly DebtLine[] = []): ModalView {
  const { id, title, submit, ask } = closing[intent];
  const inPlace = intent === 'reopen' ? '' : inPlaceText(debts);
  const left =
    inPlace !== '' &&
    rich(line(strong('Still in place: '), words(inPlace, 600)), line(words('Closing does not put it back.')));
  return modal(id, title, submit, about, [...present([left]), reasonInput(ask)]);
}

/** `now` in epoch ms: the noted thing happened now unless the writer says otherwise. */
export function noteModal(about: About, now: number): ModalView {
  const when: InputBlock = {
    type: 'input',
    block_id: fieldIds.when,
    label: plain('When did it happen?', 200),
    element: { type: 'datetimepicker', action_id: fieldIds.when, initial_date_time: Math.floor(now / 1_000) },
  };
  const text = longText(fieldIds.text, 'What happened?');
  return modal(modalIds.note, 'Add a note', 'Add', about, [text, when]);
}

/** The review's gaps are read again at submission: an option only names one of them. */
export function gapModal(review: ReviewView, metadata: string, now: number): ModalView {
  const options = review.gaps.slice(0, 100).map((gap, position) => ({
    text: plain(gap.level === 'check' ? gap.title : `${gap.title}: ${gap.level} limit`, 75),
    value: gapKey(gap),
    description: plain(gap.why === '' ? `gap ${position + 1}` : gap.why, 75),
  }));
  const [first] = options;
  const gap: InputBlock = {
    type: 'input',
    block_id: fieldIds.gap,
    label: plain('Which limit?', 200),
    element: {
      type: 'static_select',
      action_id: fieldIds.gap,
      options,
      ...(first === undefined ? {} : { initial_option: first }),
    },
  };
  const until: InputBlock = {
    type: 'input',
    block_id: fieldIds.until,
    label: plain('Accepted until', 200),
    hint: plain(`At most ${gapDays} days. Until then the gap is still listed, but no longer sets the first line.`, 200),
    element: { type: 'datepicker', action_id: fieldIds.until, initial_date: utcDate(now + 30 * dayMs) },
  };
  const about = { id: review.title, title: 'a limit that cannot be measured', metadata };
  const why = reasonInput('Why is that acceptable?');
  return modal(modalIds.acceptGap, 'Accept a known gap', 'Accept', about, [gap, until, why]);
}

/** Names a gap inside its review; checked against the review again when it comes back. */
export function gapKey(gap: { readonly check: string; readonly level: string }): string {
  return cutTo(`${gap.level} ${gap.check}`, 150);
}

function reasonInput(ask: string): InputBlock {
  return longText(fieldIds.reason, ask);
}

function longText(field: string, ask: string): InputBlock {
  const element: PlainTextInput = {
    type: 'plain_text_input',
    action_id: field,
    multiline: true,
    max_length: reasonLimit,
  };
  return { type: 'input', block_id: field, label: plain(ask, 200), element };
}

function modal(id: string, title: string, submit: string, about: About, inputs: readonly KnownBlock[]): ModalView {
  return {
    type: 'modal',
    callback_id: id,
    title: plain(title, 24),
    submit: plain(submit, 24),
    close: plain('Cancel', 24),
    private_metadata: about.metadata,
    blocks: [...present([rich(line(words(`${about.id}: ${about.title}`, 300)))]), ...inputs],
  };
}
