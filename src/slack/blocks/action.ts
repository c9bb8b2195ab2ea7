// The message of an action: what was shown before anybody decided, which stays, then its state and its buttons, which change.

import type { KnownBlock } from '@slack/types';
import { waitingStates } from '../../core/action/action.ts';
import type { PreviewRow } from '../../core/action/port.ts';
import { spellDuration } from '../../core/duration.ts';
import type { ActionView } from '../../response/actions/action-view.ts';
import { firstOf } from '../fit.ts';
import { actionMoves } from './action-buttons.ts';
import {
  bullets,
  clockTime,
  code,
  footnote,
  line,
  link,
  type Message,
  type Named,
  present,
  rich,
  strong,
  topText,
  utcDate,
  utcTime,
  words,
} from './rich.ts';

/** `thread`: the preview in the incident's thread. `asked`: the direct message to somebody who may approve; `thread` in it leads to the first. */
export type ActionPlace = { readonly kind: 'thread' } | { readonly kind: 'asked'; readonly thread: string | undefined };

const rowsShown = 15;

export function actionMessage(view: ActionView, named: Named, place: ActionPlace = { kind: 'thread' }): Message {
  const first = firstLine(view, named);
  const state = stateText(view, named);
  const { shown } = view;
  const asks = place.kind === 'asked' && view.state === 'awaiting' ? 'Your decision is asked for.' : '';
  const rows = (shown?.rows ?? []).map(rowText);
  const summary = previewText(view);
  return {
    text: topText(first, asks, summary, ...firstOf(rows, rowsShown).shown, ...(shown?.notes ?? []), state),
    blocks: present([
      rich(line(strong(first, 600)), asks !== '' && line(words(asks))),
      shown !== undefined &&
        rich(
          line(words(summary, 600)),
          line(words('Call: '), code(shown.call, 300), words(` · read ${utcTime(shown.at)}`)),
        ),
      shown !== undefined && rowsBlock(shown.rows),
      warnings(view),
      rich(line(words(state, 900)), ...deadlines(view)),
      place.kind === 'asked' &&
        place.thread !== undefined &&
        rich(line(link(place.thread, `The preview in the thread of ${view.incident}`))),
      actionMoves(view, place.kind),
      footnote(`${view.incident} · step ${view.step} · ${view.risk} · action ${view.id.slice(0, 8)}`),
    ]),
  };
}

/** It speaks of what will be; beside an outcome it is told as what was said before. */
function previewText({ shown, state }: ActionView): string {
  if (shown === undefined || waitingStates.includes(state)) return shown?.summary ?? '';
  return `The preview said: ${shown.summary}`;
}

const stateWords: Readonly<Record<ActionView['state'], string>> = {
  proposed: '⏳ PREVIEWING',
  previewed: '🔎 PREVIEW',
  awaiting: '✋ WAITS FOR APPROVAL',
  approved: '✅ APPROVED',
  running: '▶ RUNNING',
  succeeded: '✅ DONE',
  failed: '❌ FAILED, nothing changed',
  unknown: '⚪ OUTCOME UNKNOWN',
  undone: '↩ UNDONE',
  kept: '✅ DONE, kept',
  cancelled: '⏹ CANCELLED',
  rejected: '⛔ REJECTED',
  expired: '⌛ EXPIRED',
  void: '⛔ VOID, the world changed',
};

/** State, object, target. */
function firstLine(view: ActionView, named: Named): string {
  const target = view.shown === undefined ? '' : ` · ${view.shown.target}`;
  const who = view.state === 'proposed' ? ` · for ${named(view.requestedBy)}` : '';
  return `${stateOf(view)} · ${view.title}${target}${who}`;
}

/** What was sent is not yet what is so: a change that the world has to follow is green only when it has. */
function stateOf(view: ActionView): string {
  if (view.state !== 'succeeded') return stateWords[view.state];
  if (view.stopped) return '⏹ STOPPED, done in part';
  if (view.following) return '⏳ SENT, not verified yet';
  return view.verified?.state === 'not-converged' ? '🟠 DONE, NOT CONVERGED' : stateWords.succeeded;
}

function rowText(row: PreviewRow): string {
  const mark = row.protected === true ? ' PROTECTED' : '';
  return [`${row.label}${row.amount === undefined ? '' : ` ${row.amount}`}${mark}`, row.note]
    .filter(Boolean)
    .join(' · ');
}

function rowsBlock(rows: readonly PreviewRow[]): KnownBlock | undefined {
  const { shown, cut } = firstOf(rows, rowsShown);
  const items = shown.map((row) =>
    line(
      code(row.label, 80),
      row.amount !== undefined && words(`  ${row.amount}`, 120),
      row.protected === true && strong('  PROTECTED'),
      row.note !== undefined && words(`  ${row.note}`, 120),
    ),
  );
  return rich(bullets(items), cut > 0 && line(words(`and ${cut} more`)));
}

function warnings(view: ActionView): KnownBlock | undefined {
  const notes = view.shown?.notes ?? [];
  const caution = view.caution === undefined ? [] : [`Caution: ${view.caution}`];
  const freeze =
    view.freeze === undefined ? [] : [`CHANGE FREEZE (${view.freeze}): it needs one person more, and a reason.`];
  const said = [...freeze, ...notes, ...caution];
  return said.length === 0 ? undefined : rich(bullets(said.slice(0, 8).map((one) => line(words(`⚠ ${one}`, 480)))));
}

const verifiedWords = { pending: 'on its way', converged: 'verified', 'not-converged': 'NOT CONVERGED' } as const;

/** What happened, who did it, what is missing: one line that grows with the action. */
function stateText(view: ActionView, named: Named): string {
  const approvals = view.approvals.map(
    ({ by, at, as, breakGlass }) =>
      `${named(by)} approved as ${as} ${utcTime(at)}${breakGlass ? ' (break-glass)' : ''}`,
  );
  const missing = view.missing.map((right) =>
    right === 'approver' ? 'an approver who did not ask for it' : `a ${right}`,
  );
  return [
    askedText(view, named),
    ...approvals,
    view.state === 'awaiting' ? `needs ${missing.join(' and ')}` : '',
    view.rejected === undefined
      ? ''
      : `${named(view.rejected.by)} rejected it ${utcTime(view.rejected.at)}${view.rejected.reason === undefined ? '' : `: “${view.rejected.reason}”`}`,
    ...view.escalated.map(({ level, name, at }) => `nobody had decided ${utcTime(at)}: ${level} ${name} was asked`),
    gateText(view),
    view.progress === undefined ? '' : `${view.progress.toLocaleString('en-US')} so far`,
    view.outcome ?? '',
    view.state === 'unknown' ? 'It is not repeated. Look at the system, then say how it ended.' : '',
    view.verified === undefined ? '' : `${verifiedWords[view.verified.state]}: ${view.verified.summary}`,
    view.inPlace && view.undo !== undefined
      ? `still in place; the undo button stays until ${utcDate(view.undo.until)} ${utcTime(view.undo.until)}`
      : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

/** The no that ended an action stands in its outcome already. */
function gateText({ gate, outcome }: ActionView): string {
  if (gate === undefined || gate.why === outcome) return '';
  if (gate.allowed) return `${gate.why} ${utcTime(gate.at)}`;
  return `NOT APPROVED ${utcTime(gate.at)}: ${gate.why}`;
}

function askedText(view: ActionView, named: Named): string {
  if (view.state === 'proposed') return 'The system is asked what it would do; nothing runs before it is confirmed.';
  if (view.state === 'previewed') return view.risk === 'safe' ? '' : 'Nothing has run.';
  const reason = view.reason === undefined ? '' : `: “${view.reason}”`;
  return `${view.isUndo ? 'put back by' : 'asked for by'} ${named(view.requestedBy)}${reason}`;
}

/** Deadlines as times, in the reader's zone: they never need a redraw. */
function deadlines(view: ActionView) {
  if (view.state === 'awaiting' && view.decideBy !== undefined)
    return [
      line(
        words('Decide by '),
        clockTime(view.decideBy),
        words(`, ${spellDuration(view.decideBy - view.since)} after it was asked for`),
      ),
    ];
  return [];
}
