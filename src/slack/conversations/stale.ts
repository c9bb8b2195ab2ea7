// Old buttons: a click that this moment cannot honour is answered with what happened since and where the live card is.

import type { IncidentView, Intent } from '../../response/views.ts';
import type { ClickAsk, Keyed } from '../asks.ts';
import { type Message, type Named, utcTime } from '../blocks/rich.ts';
import { tooLateMessage } from '../blocks/talk.ts';
import { addressOf, cardOf, type Publishing } from '../publishing.ts';
import { replyTo } from './conversation.ts';

/** True when the intent may be followed; otherwise the person will be told why not, and the delivery is settled with that. */
export async function stillPossible(
  p: Publishing,
  { ask, key }: Keyed<ClickAsk>,
  incident: string,
  intent: Intent,
): Promise<boolean> {
  const view = await p.desk.incidentView(incident);
  if (view?.intents.includes(intent)) return true;
  const about = { incident: incident.slice(0, 40), asked: intent, person: ask.person };
  // We draw no button for an incident that does not exist: somebody forged this one, or our record is not whole.
  if (view === undefined) p.log.warn({ ...about, why: 'unknown-incident' }, 'refused');
  else p.log.info({ ...about, why: 'too-late' }, 'refused');
  // Through the outbox: a hundred people who click at once are all told, as fast as Slack takes it.
  await p.store.transact(async (tx) => {
    await tx.send({
      lane: `answer:${key}`,
      priority: 'urgent',
      notice: { kind: 'answer', to: replyTo(ask), answer: { kind: 'too-late', incident, asked: intent } },
    });
    await tx.settle(key, `too late: ${intent}`);
  });
  return false;
}

export async function drawTooLate(p: Publishing, incident: string, asked: string): Promise<Message> {
  const view = await p.desk.incidentView(incident);
  if (view === undefined) return tooLateMessage('There is no such incident on record.', undefined);
  const said = whatHappened(view, asked, await p.people.namesFor(view));
  return tooLateMessage(said, addressOf(p, await cardOf(p, view.id)));
}

function whatHappened(view: IncidentView, asked: string, named: Named): string {
  const closed = view.resolved;
  if (closed !== undefined) {
    const how = closed.as === 'false-alarm' ? 'closed as a false alarm' : 'resolved';
    const reason = closed.reason.trim() === '' ? '' : ` “${closed.reason.trim()}”`;
    return `Nothing was done: ${view.id} was ${how} by ${named(closed.by)} at ${utcTime(closed.at)}.${reason} ${openStep(view)}`;
  }
  const stopped = view.escalation.stopped;
  if (asked === 'acknowledge' && stopped !== undefined) {
    return `Nothing was done: ${named(stopped.by)} acknowledged ${view.id} at ${utcTime(stopped.at)}. ${openStep(view)}`;
  }
  const commander = view.roles.commander;
  if (asked === 'take-command' && commander !== undefined) {
    return `Nothing was done: ${named(commander)} has command of ${view.id}.`;
  }
  if (asked === 'reopen') return `Nothing was done: ${view.id} is open. ${openStep(view)}`;
  return `Nothing was done: ${view.id} has moved on, and this is not possible now. ${openStep(view)}`;
}

function openStep(view: IncidentView): string {
  const current = view.phases.find((phase) => phase.state === 'current');
  // Once the report is drafted no phase is current; people still work on its draft.
  return `Its open step is: ${current?.name ?? 'post-mortem'}.`;
}
