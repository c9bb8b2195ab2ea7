// The buttons of an action: each carries the action's opaque id and nothing else; what it means stands in the record.

import type { Button, ConfirmationDialog, KnownBlock } from '@slack/types';
import type { ActionView, Move } from '../../response/actions/action-view.ts';
import { actionIds } from '../ids.ts';
import { plain } from './rich.ts';

const labels: Readonly<Record<Move, (view: ActionView) => string>> = {
  request: (view) => (asksByForm(view) ? `Ask for "${view.title}" …` : view.title),
  approve: (view) => `Approve "${view.title}"`,
  reject: () => 'Reject',
  cancel: () => 'Cancel',
  stop: () => 'Stop at the next safe point',
  undo: (view) => view.undo?.title ?? 'Put it back',
  keep: () => 'Keep it …',
  again: (view) => againLabel(view.title),
  'took-effect': () => 'It took effect',
  'had-no-effect': () => 'It did not take effect',
};

/** A reason is wanted, or the target typed: a dialog that only asks yes or no is not enough. */
export function asksByForm(view: ActionView): boolean {
  return view.risk === 'destructive' || view.freeze !== undefined;
}

export function againLabel(title: string): string {
  return `Ask again for "${title}"`;
}

export function moveLabel(move: Move, view: ActionView): string {
  return labels[move](view);
}

/** Undefined when nothing may be pressed. In a direct message only the decision is asked for. */
export function actionMoves(view: ActionView, place: 'thread' | 'asked'): KnownBlock | undefined {
  const moves = place === 'thread' ? view.moves : view.moves.filter((move) => move === 'approve' || move === 'reject');
  const buttons = moves.map((move) => button(move, view));
  const safer = place === 'thread' && view.state === 'previewed' ? saferButton(view) : [];
  const elements = [...safer, ...buttons];
  return elements.length === 0 ? undefined : { type: 'actions', elements };
}

/** The milder way comes first and is the primary one. */
function saferButton(view: ActionView): readonly Button[] {
  if (view.safer === undefined || view.risk !== 'destructive') return [];
  const text = plain(`${view.safer.title} instead`, 75);
  const value = `${view.incident} ${view.safer.definition}`;
  return [{ type: 'button', action_id: actionIds.propose, text, value, style: 'primary' }];
}

function button(move: Move, view: ActionView): Button {
  const confirm = confirmation(move, view);
  const style = styleOf(move, view);
  return {
    type: 'button',
    action_id: actionIds.move(move),
    text: plain(moveLabel(move, view), 75),
    value: view.id,
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined ? {} : { confirm }),
  };
}

function styleOf(move: Move, view: ActionView): 'primary' | 'danger' | undefined {
  if (move === 'request') return view.risk === 'destructive' ? 'danger' : 'primary';
  if (move === 'approve') return view.risk === 'destructive' ? 'danger' : 'primary';
  return undefined;
}

/** The dialog shows the call as it will be sent (Slack: title 100, text 300, buttons 30 characters). */
function confirmation(move: Move, view: ActionView): ConfirmationDialog | undefined {
  const { shown } = view;
  const opensForm = move === 'request' && asksByForm(view);
  if (shown === undefined || opensForm || !['request', 'approve', 'took-effect', 'had-no-effect'].includes(move))
    return undefined;
  const text =
    move === 'request' || move === 'approve'
      ? `${shown.call} on ${shown.target}. ${shown.summary}`
      : `This settles "${view.title}" on ${shown.target} for the record. It is not run again.`;
  return {
    title: plain(moveLabel(move, view), 95),
    text: plain(text, 295),
    confirm: plain(move === 'approve' ? 'Approve' : move === 'request' ? 'Run it' : 'Record it', 28),
    deny: plain('Not now', 28),
    ...(view.risk === 'destructive' && move === 'approve' ? { style: 'danger' as const } : {}),
  };
}
