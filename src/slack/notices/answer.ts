// The answer to one person; what Slack cannot show of it comes as a file in their direct message.

import type { Answer } from '../../core/answer.ts';
import type { ReplyTo } from '../../core/notice.ts';
import { answerMessage, refusalMessage, textMessage, wholeAnswer } from '../blocks/answers.ts';
import { incidentShown } from '../blocks/card.ts';
import { line, type Message, present, rich, strong, topText, words } from '../blocks/rich.ts';
import { drawTooLate } from '../conversations/stale.ts';
import { isRefusal } from '../failures.ts';
import { wasCut } from '../fit.ts';
import { readRef, refKeys, writeRef } from '../ids.ts';
import type { Attempt } from '../posting.ts';
import { addressOf, cardOf, keep, type Publishing, roomOf } from '../publishing.ts';
import { answer } from '../replies.ts';
import { shareOnce } from './files.ts';

export async function giveAnswer(p: Publishing, attempt: Attempt, to: ReplyTo, given: Answer): Promise<void> {
  const message = await drawAnswer(p, given);
  const whole = wasCut([message]) ? await wholeOf(p, given) : undefined;
  if (whole === undefined) return answer(p.api, to, message);
  // The file may have to wait for its turn, and then all of this comes again.
  const subject = `answer ${attempt.row.id}`;
  if ((await p.store.faceRef(subject, refKeys.answered)) === undefined) {
    await answer(p.api, to, { ...message, blocks: [...message.blocks, ...present([rich(line(words(wholeFollows)))])] });
    await keep(p, subject, refKeys.answered, 'cut');
  }
  await sendWhole(p, attempt, subject, to.person, whole);
}

const wholeFollows = 'The whole of it comes as a file in a direct message.';

async function wholeOf(p: Publishing, given: Answer): Promise<string | undefined> {
  return wholeAnswer(given, await (given.kind === 'refusal' ? p.people.namesIn(given.fault) : p.people.named([])));
}

/** A file needs a channel, and a direct message has one once something was said in it. */
async function sendWhole(
  p: Publishing,
  attempt: Attempt,
  subject: string,
  person: string,
  whole: string,
): Promise<void> {
  let said = readRef(await p.store.faceRef(subject, refKeys.message));
  try {
    if (said === undefined) {
      said = await p.posting.post(attempt, { channel: person }, textMessage(wholeHere));
      await keep(p, subject, refKeys.message, writeRef(said));
    }
    const bytes = new TextEncoder().encode(whole);
    const upload = { subject, evidence: 'whole', filename: 'answer.txt', title: 'The answer, uncut', bytes };
    await shareOnce(p, attempt, upload, { channel: said.channel }, 'The answer, uncut.');
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { why } = error.failure;
    p.log.warn({ person, why }, 'Slack takes no file; the answer stays cut');
    if (said !== undefined) {
      await p.posting.edit(said, textMessage(`${longer} Slack took no file with the whole of it: ${why}.`));
    }
  }
}

const longer = 'Your last answer was longer than Slack shows there.';
const wholeHere = `${longer} Here is the whole of it.`;

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
