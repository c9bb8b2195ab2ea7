// The answer to one person.

import type { Answer } from '../../core/answer.ts';
import type { ReplyTo } from '../../core/notice.ts';
import { answerMessage, refusalMessage, textMessage } from '../blocks/answers.ts';
import { incidentShown } from '../blocks/card.ts';
import { line, type Message, present, rich, strong, topText, words } from '../blocks/rich.ts';
import { drawTooLate } from '../conversations/stale.ts';
import { addressOf, cardOf, type Publishing, roomOf } from '../publishing.ts';
import { answer } from '../replies.ts';

export async function giveAnswer(p: Publishing, to: ReplyTo, given: Answer): Promise<void> {
  await answer(p.api, to, await drawAnswer(p, given));
}

export async function drawAnswer(p: Publishing, given: Answer): Promise<Message> {
  switch (given.kind) {
    case 'incident-show': {
      const view = await p.desk.incidentView(given.incident);
      if (view === undefined) return textMessage(`There is no incident ${given.incident}.`);
      return incidentShown(view, await p.people.namesFor(view), addressOf(p, await cardOf(p, view.id)));
    }
    case 'declared':
      return declared(given.incident, given.joined, await roomOf(p, given.incident), await separately(p, given));
    case 'too-late':
      return drawTooLate(p, given.incident, given.asked);
    case 'refusal':
      return refusalMessage(given.fault, await p.people.namesIn(given.fault));
    default:
      return answerMessage(given);
  }
}

async function separately(
  p: Publishing,
  given: { readonly incident: string; readonly joined: boolean },
): Promise<string> {
  if (!given.joined) return '';
  const view = await p.desk.incidentView(given.incident);
  return view === undefined ? '' : `To open another one beside it: /acgs incident ${view.runbook} separately`;
}

function declared(incident: string, joined: boolean, room: string | undefined, more: string): Message {
  const said = joined ? `${incident} is open already; your report was added to it.` : `${incident} is open.`;
  const where = room === undefined ? ' Its channel is being prepared.' : '';
  return {
    text: topText(`${said}${where}`, more),
    blocks: present([
      rich(
        line(
          strong(said),
          words(where),
          room !== undefined && [words(' Its channel: '), { type: 'channel', channel_id: room }],
        ),
        line(words(more)),
      ),
    ]),
  };
}
