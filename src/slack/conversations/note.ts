// A note for the record, with the time the noted thing happened.

import type { SubmissionAsk } from '../asks.ts';
import { intentLabel } from '../blocks/buttons.ts';
import { noteModal } from '../blocks/modals.ts';
import { actionIds, fieldIds, modalIds } from '../ids.ts';
import type { Publishing } from '../publishing.ts';
import { placeOf, refusedForm } from './close-incident.ts';
import { type Conversation, type FormErrors, readMetadata, requestOf, writeMetadata } from './conversation.ts';
import { incidentOf } from './incident-buttons.ts';
import { openModal } from './modal.ts';
import { stillPossible } from './stale.ts';

export function noteConversation(p: Publishing): Conversation {
  const action = actionIds.intent('note');
  return {
    clicks: {
      [action]: async (keyed) => {
        const incident = incidentOf(keyed.ask);
        if (!(await stillPossible(p, keyed, incident, 'note'))) return;
        const view = await p.desk.incidentView(incident);
        const metadata = writeMetadata({ subject: incident, ...placeOf(keyed.ask) });
        const modal = noteModal({ id: incident, title: view?.title ?? '', metadata }, p.clock.now());
        await openModal(p, keyed.ask, modal, { action, value: incident, label: intentLabel('note', incident) });
      },
    },
    submissions: {
      [modalIds.note]: {
        errors: (ask) => noteErrors(p, ask),
        work: (keyed) => {
          const { subject } = readMetadata(keyed.ask.metadata);
          return p.desk.note(subject, textOf(keyed.ask), whenOf(keyed.ask) ?? p.clock.now(), requestOf(keyed));
        },
      },
    },
  };
}

async function noteErrors(p: Publishing, ask: SubmissionAsk): Promise<FormErrors> {
  if (textOf(ask) === '') return { [fieldIds.text]: 'Please write what happened.' };
  const when = whenOf(ask);
  // A minute of grace: the form proposes the present minute, and clocks differ.
  if (when !== undefined && when > p.clock.now() + 60_000) return { [fieldIds.when]: 'This time is in the future.' };
  return refusedForm(p, ask, 'note', fieldIds.text);
}

function textOf(ask: SubmissionAsk): string {
  return (ask.fields[fieldIds.text] ?? '').trim();
}

/** Epoch ms. */
function whenOf(ask: SubmissionAsk): number | undefined {
  const seconds = Number(ask.fields[fieldIds.when]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}
