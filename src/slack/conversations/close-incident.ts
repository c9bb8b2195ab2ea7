// Resolve, close as false alarm, reopen: a form for the reason, checked against the record before it is accepted.

import { person } from '../../core/actor.ts';
import type { Request } from '../../response/desk.ts';
import type { ClickAsk, Keyed, SubmissionAsk } from '../asks.ts';
import { refusalText } from '../blocks/answers.ts';
import { intentLabel } from '../blocks/buttons.ts';
import { type ClosingIntent, closingModal } from '../blocks/modals.ts';
import { cutTo } from '../fit.ts';
import { actionIds, fieldIds, modalIds } from '../ids.ts';
import type { Publishing } from '../publishing.ts';
import { type Conversation, type FormErrors, readMetadata, requestOf, writeMetadata } from './conversation.ts';
import { incidentOf } from './incident-buttons.ts';
import { openModal } from './modal.ts';
import { stillPossible } from './stale.ts';

export function closeIncident(p: Publishing): Conversation {
  const open = (intent: ClosingIntent) => async (keyed: Keyed<ClickAsk>) => {
    const incident = incidentOf(keyed.ask);
    if (!(await stillPossible(p, keyed, incident, intent))) return;
    const view = await p.desk.incidentView(incident);
    const metadata = writeMetadata({ subject: incident, ...placeOf(keyed.ask) });
    const modal = closingModal(intent, { id: incident, title: view?.title ?? '', metadata }, view?.debts);
    const again = { action: actionIds.intent(intent), value: incident, label: intentLabel(intent, incident) };
    await openModal(p, keyed.ask, modal, again);
  };

  const form = (intent: ClosingIntent, act: (incident: string, reason: string, request: Request) => Promise<void>) => ({
    errors: async (ask: SubmissionAsk): Promise<FormErrors> => {
      if (reasonOf(ask) === '') return { [fieldIds.reason]: 'Please write one sentence: the report quotes it.' };
      return refusedForm(p, ask, intent, fieldIds.reason);
    },
    work: (keyed: Keyed<SubmissionAsk>) =>
      act(readMetadata(keyed.ask.metadata).subject, reasonOf(keyed.ask), requestOf(keyed)),
  });

  return {
    clicks: {
      [actionIds.intent('resolve')]: open('resolve'),
      [actionIds.intent('false-alarm')]: open('false-alarm'),
      [actionIds.intent('reopen')]: open('reopen'),
    },
    submissions: {
      [modalIds.resolve]: form('resolve', (incident, reason, request) =>
        p.desk.resolve(incident, { as: 'resolved', reason }, request),
      ),
      [modalIds.falseAlarm]: form('false-alarm', (incident, reason, request) =>
        p.desk.resolve(incident, { as: 'false-alarm', reason }, request),
      ),
      [modalIds.reopen]: form('reopen', (incident, reason, request) => p.desk.reopen(incident, reason, request)),
    },
  };
}

/** The refusal that the desk would give, under an input of the form. */
export async function refusedForm(
  p: Publishing,
  ask: SubmissionAsk,
  intent: ClosingIntent | 'note',
  field: string,
): Promise<FormErrors> {
  const fault = await p.desk.whyNot(intent, readMetadata(ask.metadata).subject, person(ask.person));
  if (fault === undefined) return undefined;
  const incident = readMetadata(ask.metadata).subject.slice(0, 40);
  p.log.info({ incident, asked: intent, person: ask.person, why: fault.code }, 'refused');
  return { [field]: cutTo(refusalText(fault, await p.people.namesIn(fault)), 300) };
}

export function reasonOf(ask: SubmissionAsk): string {
  return (ask.fields[fieldIds.reason] ?? '').trim();
}

export function placeOf(ask: ClickAsk): { place?: string } {
  return ask.place === undefined ? {} : { place: ask.place };
}
