// The forms of actions: the typed target of a destructive one, the reason to keep a change, and the choice among all actions.

import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import type { PreviewRow } from '../../core/action/port.ts';
import type { ActionView } from '../../response/actions/action-view.ts';
import type { IncidentView } from '../../response/views.ts';
import { cutTo } from '../fit.ts';
import { fieldIds, modalIds } from '../ids.ts';
import { reasonLimit } from './modals.ts';
import { withoutAction } from './proposals.ts';
import { bullets, code, line, plain, present, rich, strong, words } from './rich.ts';

export function requestModal(view: ActionView, metadata: string): ModalView {
  const shown = view.shown;
  const needs = view.needs.map((right) => (right === 'approver' ? 'an approver' : `a ${right}`)).join(' and ');
  const isProtected = (row: PreviewRow) => row.protected === true;
  const protectedRows = (shown?.rows ?? []).filter(isProtected).slice(0, 8);
  const otherRows = (shown?.rows ?? []).filter((row) => !isProtected(row)).slice(0, 8);
  const typed: InputBlock = {
    type: 'input',
    block_id: fieldIds.typed,
    label: plain(`Type ${shown?.typed ?? ''}`, 200),
    element: { type: 'plain_text_input', action_id: fieldIds.typed, max_length: 200 },
  };
  return {
    type: 'modal',
    callback_id: modalIds.requestAction,
    title: plain('Ask for approval', 24),
    submit: plain('Ask', 24),
    close: plain('Cancel', 24),
    private_metadata: metadata,
    blocks: [
      ...present([
        rich(line(strong(view.title)), line(words(shown?.summary ?? '', 600))),
        protectedRows.length > 0 &&
          rich(line(strong('Protected data that goes with it')), bullets(protectedRows.map(rowLine))),
        otherRows.length > 0 && rich(line(strong('What it touches')), bullets(otherRows.map(rowLine))),
        view.freeze !== undefined && rich(line(strong('Change freeze: '), words(view.freeze, 200))),
        rich(line(words(`It then needs ${needs}, and none of them may be you.`))),
      ]),
      ...(view.risk === 'destructive' ? [typed] : []),
      reason('Why is this needed?'),
    ],
  };
}

function rowLine({ label, amount = '', note = '' }: PreviewRow) {
  return line(code(label, 80), words(` ${amount} ${note}`, 160));
}

export function keepModal(view: ActionView, metadata: string): ModalView {
  return {
    type: 'modal',
    callback_id: modalIds.keepAction,
    title: plain('Keep the change', 24),
    submit: plain('Keep', 24),
    close: plain('Cancel', 24),
    private_metadata: metadata,
    blocks: [
      ...present([rich(line(strong(view.title)), line(words(view.outcome ?? '', 600)))]),
      reason('Why does it stay?'),
    ],
  };
}

/** All that the runbook offers, the supported first, each with its reason. Slack takes ten radio buttons. */
export function chooseModal(view: IncidentView, metadata: string): ModalView {
  const offered = view.proposals.filter((proposal) => proposal.offered).slice(0, 10);
  const blocks: KnownBlock[] = [
    {
      type: 'input',
      block_id: fieldIds.action,
      label: plain('A preview comes first; nothing runs before it is confirmed.', 200),
      element: {
        type: 'radio_buttons',
        action_id: fieldIds.action,
        options: offered.map((proposal) => ({
          text: plain(`${proposal.title} (${proposal.risk})`, 75),
          value: cutTo(proposal.id, 150),
          description: plain(proposal.why, 75),
        })),
      },
    },
    ...present([rich(...withoutAction(view))]),
  ];
  return {
    type: 'modal',
    callback_id: modalIds.chooseAction,
    title: plain(`Actions for ${view.id}`, 24),
    submit: plain('Preview', 24),
    close: plain('Cancel', 24),
    private_metadata: metadata,
    blocks,
  };
}

function reason(ask: string): InputBlock {
  const element = {
    type: 'plain_text_input',
    action_id: fieldIds.reason,
    multiline: true,
    max_length: reasonLimit,
  } as const;
  return { type: 'input', block_id: fieldIds.reason, label: plain(ask, 200), element };
}
