// Opening a form within the three seconds that Slack grants; afterwards the same choice is offered as a button.

import type { ModalView } from '@slack/types';
import { anyAnswer } from '../answers.ts';
import type { ClickAsk } from '../asks.ts';
import { line, plain, present, rich, topText, words } from '../blocks/rich.ts';
import { refusedWith } from '../failures.ts';
import type { Publishing } from '../publishing.ts';
import { answer } from '../replies.ts';
import { replyTo } from './conversation.ts';

/** `again` is the button that opens the same form with a fresh trigger. */
export async function openModal(
  p: Publishing,
  ask: ClickAsk,
  view: ModalView,
  again: { readonly action: string; readonly value: string; readonly label: string },
): Promise<void> {
  try {
    await p.api.quick('views.open', { trigger_id: ask.trigger, view }, anyAnswer);
  } catch (error) {
    if (!refusedWith(error, 'expired_trigger_id', 'exchanged_trigger_id', 'invalid_trigger_id')) throw error;
    const said = 'Slack gives a form three seconds to open and this one was late. Please press again.';
    await answer(p.api, replyTo(ask), {
      text: topText(said, again.label),
      blocks: present([
        rich(line(words(said))),
        {
          type: 'actions',
          elements: [{ type: 'button', action_id: again.action, text: plain(again.label, 75), value: again.value }],
        },
      ]),
    });
  }
}
