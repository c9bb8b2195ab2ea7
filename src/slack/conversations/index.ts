// All conversations, one line each, as one table of asks.

import type { Ask, ClickAsk, CommandAsk, Keyed, SubmissionAsk } from '../asks.ts';
import { textMessage } from '../blocks/answers.ts';
import type { Message } from '../blocks/rich.ts';
import { actionIds, readMenuValue } from '../ids.ts';
import { drawAnswer } from '../notices/answer.ts';
import type { Publishing } from '../publishing.ts';
import { answer } from '../replies.ts';
import { acceptGap } from './accept-gap.ts';
import { actionsConversation } from './actions.ts';
import { closeIncident } from './close-incident.ts';
import { commandConversation, plainWords } from './command.ts';
import { type FormErrors, replyTo, requestOf } from './conversation.ts';
import { incidentButtons } from './incident-buttons.ts';
import { noteConversation } from './note.ts';
import { pinConversation } from './pin.ts';

export interface Conversations {
  /** Errors of a form, from the store, before it is acknowledged. */
  errors(ask: SubmissionAsk): Promise<FormErrors>;
  /** False for what was delivered and asks nothing of us. Reads, and changes nothing. */
  concernsUs(ask: Ask): Promise<boolean>;
  /** What a command that only looks is answered, while nothing can be stored; undefined for all others. */
  look(keyed: Keyed<CommandAsk>): Promise<Message | undefined>;
  /** The work after the acknowledgement. */
  work(keyed: Keyed<Ask>): Promise<void>;
}

export function allConversations(p: Publishing): Conversations {
  const command = commandConversation(p.desk);
  const pin = pinConversation(p);
  const rest = [incidentButtons(p), closeIncident(p), noteConversation(p), acceptGap(p), actionsConversation(p)];
  const clicks = Object.assign({}, ...rest.map((one) => one.clicks)) as NonNullable<(typeof rest)[0]['clicks']>;
  const submissions = Object.assign({}, ...rest.map((one) => one.submissions)) as NonNullable<
    (typeof rest)[0]['submissions']
  >;

  const unknown = (ask: Ask) => {
    const said = 'Nothing was done: this button is from another version of the bot. /acgs help lists what there is.';
    return answer(p.api, replyTo(ask), textMessage(said));
  };

  const clickOf = (ask: ClickAsk) => {
    const entry = ask.action === actionIds.more ? readMenuValue(ask.value) : undefined;
    return clicks[entry === undefined ? ask.action : actionIds.intent(entry.intent)];
  };

  return {
    errors: async (ask) => submissions[ask.modal]?.errors(ask),
    async look(keyed) {
      const seen = await p.desk.look(plainWords(keyed.ask.words), requestOf(keyed));
      return seen === undefined ? undefined : drawAnswer(p, seen);
    },
    concernsUs: async (ask) => ask.kind !== 'pin' || pin.concernsUs(ask),
    async work({ ask, key }) {
      switch (ask.kind) {
        case 'command':
          return command.command?.({ ask, key });
        case 'click': {
          const work = clickOf(ask);
          return work === undefined ? unknown(ask) : work({ ask, key });
        }
        case 'pin':
          return pin.work({ ask, key });
        case 'submission': {
          const form = submissions[ask.modal];
          return form === undefined ? unknown(ask) : form.work({ ask, key });
        }
      }
    },
  };
}
