// The buttons of an incident: one primary, at most three more, the rest in an overflow menu; only what can be honoured now.

import type { Button, KnownBlock, Overflow } from '@slack/types';
import type { IncidentView, Intent } from '../../response/views.ts';
import { actionIds, menuValue } from '../ids.ts';
import { plain } from './rich.ts';

/** The three dots say that a form follows. */
const labels: Readonly<Record<Intent, (incident: string) => string>> = {
  acknowledge: (incident) => `Acknowledge ${incident}`,
  recheck: () => 'Run the checks again',
  resolve: (incident) => `Resolve ${incident} …`,
  'take-command': () => 'Take command',
  note: () => 'Add a note …',
  'false-alarm': () => 'Close as false alarm …',
  reopen: (incident) => `Reopen ${incident} …`,
  redraft: () => 'Draft the report again',
};

const drawnAsButtons = 4;
const menuLimit = 5;

export function intentLabel(intent: Intent, incident: string): string {
  return labels[intent](incident);
}

/** A button that carries the intent in its action and nothing but the incident's id in its value. */
export function intentButton(intent: Intent, incident: string, primary: boolean): Button {
  return {
    type: 'button',
    action_id: actionIds.intent(intent),
    text: plain(intentLabel(intent, incident), 75),
    value: incident,
    ...(primary ? { style: 'primary' as const } : {}),
  };
}

/**
 * Undefined when nothing may be pressed. Once somebody is on it, the action that the evidence supports is the primary button; nothing is
 * pushed while another one is under way.
 */
export function incidentActions(view: IncidentView): KnownBlock | undefined {
  const intents = [...new Set(view.intents)];
  const deeds = deedButtons(view);
  if (intents.length === 0) return undefined;
  // A menu of one entry hides it for nothing, so the fifth intent opens the menu together with the fourth.
  const room = drawnAsButtons - deeds.length;
  const asButtons = intents.length <= room ? intents : intents.slice(0, room - 1);
  const inMenu = intents.slice(asButtons.length, asButtons.length + menuLimit);
  const primary = deeds.every((deed) => deed.style === undefined) && isPushed(intents[0], view);
  const buttons = asButtons.map((intent, position) => intentButton(intent, view.id, primary && position === 0));
  const elements = [...deeds, ...buttons, ...(inMenu.length === 0 ? [] : [menu(inMenu, view.id)])];
  return { type: 'actions', elements };
}

/** Resolving is pushed only when the metric says that it is over; while it is bad, nothing invites to close the incident. */
function isPushed(intent: Intent | undefined, view: IncidentView): boolean {
  if (view.status !== 'open') return false;
  return intent !== 'resolve' || view.recovery?.state === 'recovered' || view.headline.verdict === 'ok';
}

function deedButtons(view: IncidentView): readonly Button[] {
  const offered = view.proposals.filter((proposal) => proposal.offered);
  if (offered.length === 0 || view.escalation.stopped === undefined || view.status !== 'open') return [];
  const [best] = offered.filter((proposal) => proposal.supported && proposal.risk !== 'destructive');
  // What was done has to show first whether it helped: until then nothing is pushed, neither it again nor the next one; nor when it is over.
  const waitsForALook = view.underWay.length > 0 || view.proposals.some(({ doneAt }) => doneAt !== undefined);
  const over = view.recovery?.state === 'recovered';
  const first: Button[] =
    best === undefined || waitsForALook || over
      ? []
      : [
          {
            type: 'button',
            action_id: actionIds.propose,
            text: plain(best.title, 75),
            value: `${view.id} ${best.id}`,
            style: 'primary',
          },
        ];
  const all: Button = {
    type: 'button',
    action_id: actionIds.choose,
    text: plain('More actions …', 75),
    value: view.id,
  };
  return [...first, all];
}

function menu(intents: readonly Intent[], incident: string): Overflow {
  return {
    type: 'overflow',
    action_id: actionIds.more,
    options: intents.map((intent) => ({
      text: plain(intentLabel(intent, incident), 75),
      value: menuValue(intent, incident),
    })),
  };
}
