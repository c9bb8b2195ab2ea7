// Lines of an incident: calls of people, changes of state, evidence.

import type { Notice } from '../../core/notice.ts';
import type { IncidentView } from '../../response/views.ts';
import { evidenceMessages } from '../blocks/evidence.ts';
import { callMessage, sayMessage } from '../blocks/talk.ts';
import type { Attempt } from '../posting.ts';
import { channelPlace, type Publishing, postNear, threadPlace } from '../publishing.ts';

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

export async function evidence(p: Publishing, attempt: Attempt, view: IncidentView, round: number): Promise<void> {
  const place = await threadPlace(p, attempt, view.id);
  for (const [index, message] of evidenceMessages(view, round).entries()) {
    await postNear(p, attempt, place, message, index + 1);
  }
}
