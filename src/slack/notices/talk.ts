// Lines of an incident: calls of people, changes of state, evidence.

import type { Notice } from '../../core/notice.ts';
import type { IncidentView } from '../../response/views.ts';
import { evidenceMessages } from '../blocks/evidence.ts';
import { evidenceFile } from '../blocks/evidence-file.ts';
import { callMessage, headMessage, headsMessage, sayMessage } from '../blocks/talk.ts';
import { isRefusal } from '../failures.ts';
import { wasCut } from '../fit.ts';
import type { Attempt, Place } from '../posting.ts';
import { channelPlace, type Publishing, postNear, threadPlace } from '../publishing.ts';
import { shareOnce } from './files.ts';

export async function call(
  p: Publishing,
  attempt: Attempt,
  view: IncidentView,
  notice: Extract<Notice, { kind: 'call' }>,
): Promise<void> {
  const place = await channelPlace(p, attempt, view.id);
  await postNear(p, attempt, { ...place, broadcast: true }, callMessage(view, [notice, ...(notice.also ?? [])]));
}

export async function say(p: Publishing, attempt: Attempt, notice: Extract<Notice, { kind: 'say' }>): Promise<void> {
  const find = notice.where === 'channel' ? channelPlace : threadPlace;
  await postNear(p, attempt, await find(p, attempt, notice.incident), sayMessage(notice.text, notice.lines));
}

/** Of the record as it is now, which may have gone on since somebody asked for this. */
export async function head(p: Publishing, attempt: Attempt, incident: string): Promise<void> {
  const now = await p.desk.head(incident);
  if (now === undefined) return;
  await postNear(p, attempt, await threadPlace(p, attempt, incident), headMessage(now));
}

export async function heads(
  p: Publishing,
  attempt: Attempt,
  { day, streams, head }: Extract<Notice, { kind: 'heads' }>,
): Promise<void> {
  await postNear(p, attempt, { channel: p.config.channel }, headsMessage(day, streams, head));
}

export async function evidence(p: Publishing, attempt: Attempt, view: IncidentView, round: number): Promise<void> {
  const place = await threadPlace(p, attempt, view.id);
  const messages = evidenceMessages(view, round);
  for (const [index, message] of messages.entries()) {
    await postNear(p, attempt, place, message, index + 1);
  }
  if (wasCut(messages)) await attachWhole(p, attempt, view, round, place);
}

/** What the messages had to cut stands in a file beside them. */
async function attachWhole(
  p: Publishing,
  attempt: Attempt,
  view: IncidentView,
  round: number,
  place: Place,
): Promise<void> {
  const upload = {
    subject: view.id,
    evidence: `evidence-${round}`,
    filename: `${view.id.toLowerCase()}-evidence-${round}.md`,
    title: `${view.id}: evidence of round ${round}, uncut`,
    bytes: new TextEncoder().encode(evidenceFile(view, round)),
  };
  try {
    await shareOnce(p, attempt, upload, place, `The evidence of ${view.id}, uncut.`);
  } catch (error) {
    // The messages are out, and they count what is missing.
    if (!isRefusal(error)) throw error;
    p.log.warn({ incident: view.id, why: error.failure.why }, 'Slack takes no file; the evidence stays cut');
  }
}
