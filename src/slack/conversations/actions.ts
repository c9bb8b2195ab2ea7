// Actions from Slack: choose one, ask for it, decide on it. A button carries an opaque id; everything else is in the record.

import type { ActionView, Move } from '../../response/actions/action-view.ts';
import type { Decision } from '../../response/actions/decide-on.ts';
import type { ClickAsk, Keyed, SubmissionAsk } from '../asks.ts';
import { asksByForm, moveLabel } from '../blocks/action-buttons.ts';
import { chooseModal, keepModal, requestModal } from '../blocks/action-modals.ts';
import { refusalText, textMessage } from '../blocks/answers.ts';
import { cutTo } from '../fit.ts';
import { actionIds, fieldIds, modalIds } from '../ids.ts';
import { drawOldMessage } from '../notices/action.ts';
import type { Publishing } from '../publishing.ts';
import { answer } from '../replies.ts';
import { placeOf, reasonOf } from './close-incident.ts';
import { type Conversation, type FormErrors, readMetadata, replyTo, requestOf, writeMetadata } from './conversation.ts';
import { openModal } from './modal.ts';

type AtOnce = Exclude<Move, 'undo' | 'keep' | 'again' | 'request'>;

const decisions: Readonly<Record<AtOnce, Decision>> = {
  approve: { kind: 'approve' },
  reject: { kind: 'reject' },
  cancel: { kind: 'cancel' },
  stop: { kind: 'stop' },
  'took-effect': { kind: 'took-effect' },
  'had-no-effect': { kind: 'had-no-effect' },
};

export function actionsConversation(p: Publishing): Conversation {
  type Work = (keyed: Keyed<ClickAsk>) => Promise<void>;

  const decide =
    (move: AtOnce): Work =>
    (keyed) =>
      p.desk.decideOn(keyed.ask.value, decisions[move], requestOf(keyed));

  /**
   * The button of a move. One that this moment does not have stands in an old message, which is drawn as the action is now. That is
   * on its way before the click is done with: afterwards nobody would come back to it.
   */
  const button = (move: Move, work: Work): Readonly<Record<string, Work>> => ({
    [actionIds.move(move)]: async (keyed) => {
      const { ask } = keyed;
      const before = await viewOf(p, ask.value);
      if (before !== undefined && !before.moves.includes(move)) await drawOldMessage(p, ask, before);
      await work(keyed);
    },
  });

  /** Opens the form of an action, or lets the desk say what has become of it. */
  const withForm = async (
    keyed: Keyed<ClickAsk>,
    move: 'request' | 'keep',
    form: (view: ActionView, metadata: string) => ReturnType<typeof keepModal>,
    otherwise: () => Promise<void>,
  ): Promise<void> => {
    const { ask } = keyed;
    const view = await viewOf(p, ask.value);
    if (view === undefined || !view.moves.includes(move)) return otherwise();
    const metadata = writeMetadata({ subject: view.id, ...placeOf(ask) });
    const again = { action: actionIds.move(move), value: view.id, label: moveLabel(move, view) };
    await openModal(p, ask, form(view, metadata), again);
  };

  return {
    clicks: {
      ...Object.assign({}, ...(Object.keys(decisions) as AtOnce[]).map((move) => button(move, decide(move)))),
      ...button('request', async (keyed) => {
        const view = await viewOf(p, keyed.ask.value);
        const ask = () => p.desk.decideOn(keyed.ask.value, { kind: 'request' }, requestOf(keyed));
        // The dialog of the button was the confirmation.
        if (view === undefined || !asksByForm(view)) return ask();
        return withForm(keyed, 'request', requestModal, ask);
      }),
      ...button('keep', (keyed) =>
        withForm(keyed, 'keep', keepModal, () =>
          p.desk.decideOn(keyed.ask.value, { kind: 'keep', reason: '-' }, requestOf(keyed)),
        ),
      ),
      // It stands in reviews, too, and they say what they saw: no message is drawn anew for it.
      [actionIds.move('undo')]: (keyed) => p.desk.proposeUndo(keyed.ask.value, requestOf(keyed)),
      ...button('again', async (keyed) => {
        const view = await viewOf(p, keyed.ask.value);
        return p.desk.proposeAction(view?.incident ?? '', view?.definition ?? '', requestOf(keyed));
      }),
      [actionIds.propose]: (keyed) => {
        const [incident = '', definition = ''] = keyed.ask.value.split(' ', 2);
        return p.desk.proposeAction(incident, definition, requestOf(keyed));
      },
      [actionIds.choose]: (keyed) => openChoice(p, keyed),
    },
    submissions: {
      [modalIds.requestAction]: {
        errors: async (ask): Promise<FormErrors> => {
          const form = { typed: ask.fields[fieldIds.typed] ?? '', reason: reasonOf(ask) };
          const fault = await p.desk.whyNotRequest(readMetadata(ask.metadata).subject, form);
          if (fault === undefined) return undefined;
          const field = fault.code === 'typed-target' ? fieldIds.typed : fieldIds.reason;
          return { [field]: cutTo(refusalText(fault, await p.people.namesIn(fault)), 300) };
        },
        work: (keyed) => {
          const { ask } = keyed;
          const typed = ask.fields[fieldIds.typed] ?? '';
          const decision = { kind: 'request', typed, reason: reasonOf(ask) } as const;
          return p.desk.decideOn(readMetadata(ask.metadata).subject, decision, requestOf(keyed));
        },
      },
      [modalIds.keepAction]: {
        errors: async (ask): Promise<FormErrors> =>
          reasonOf(ask) === '' ? { [fieldIds.reason]: 'Please write one sentence: the report quotes it.' } : undefined,
        work: (keyed) => {
          const decision = { kind: 'keep', reason: reasonOf(keyed.ask) } as const;
          return p.desk.decideOn(readMetadata(keyed.ask.metadata).subject, decision, requestOf(keyed));
        },
      },
      [modalIds.chooseAction]: {
        errors: async () => undefined,
        work: (keyed: Keyed<SubmissionAsk>) => {
          const chosen = keyed.ask.fields[fieldIds.action] ?? '';
          return p.desk.proposeAction(readMetadata(keyed.ask.metadata).subject, chosen, requestOf(keyed));
        },
      },
    },
  };
}

async function openChoice(p: Publishing, keyed: Keyed<ClickAsk>): Promise<void> {
  const { ask } = keyed;
  const view = await p.desk.incidentView(ask.value);
  if (view === undefined || !view.proposals.some((proposal) => proposal.offered)) {
    const said = 'Nothing was done: there is no action that the bot can do for this incident now.';
    return answer(p.api, replyTo(ask), textMessage(said));
  }
  const metadata = writeMetadata({ subject: view.id, ...placeOf(ask) });
  const again = { action: actionIds.choose, value: view.id, label: 'More actions …' };
  await openModal(p, ask, chooseModal(view, metadata), again);
}

async function viewOf(p: Publishing, action: string): Promise<ActionView | undefined> {
  const incident = await p.store.incidentOfAction(action);
  return incident === undefined ? undefined : p.desk.actionView(incident, action);
}
