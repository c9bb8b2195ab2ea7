// The buttons of an incident that act at once: acknowledge, run the checks again, take command, draft the report again.

import type { Desk, Request } from '../../response/desk.ts';
import type { Intent } from '../../response/views.ts';
import type { ClickAsk, Keyed } from '../asks.ts';
import { actionIds, readMenuValue } from '../ids.ts';
import type { Publishing } from '../publishing.ts';
import { type Conversation, requestOf } from './conversation.ts';
import { stillPossible } from './stale.ts';

type AtOnce = Extract<Intent, 'acknowledge' | 'recheck' | 'take-command' | 'redraft'>;

const deeds: Readonly<Record<AtOnce, (desk: Desk, incident: string, request: Request) => Promise<void>>> = {
  acknowledge: (desk, incident, request) => desk.acknowledge(incident, request),
  recheck: (desk, incident, request) => desk.recheck(incident, request),
  'take-command': (desk, incident, request) => desk.takeRole(incident, 'commander', request),
  redraft: (desk, incident, request) => desk.redraft(incident, request),
};

export function incidentButtons(p: Publishing): Conversation {
  const press = (intent: AtOnce) => async (keyed: Keyed<ClickAsk>) => {
    const incident = incidentOf(keyed.ask);
    if (await stillPossible(p, keyed, incident, intent)) await deeds[intent](p.desk, incident, requestOf(keyed));
  };
  return {
    clicks: {
      [actionIds.intent('acknowledge')]: press('acknowledge'),
      [actionIds.intent('recheck')]: press('recheck'),
      [actionIds.intent('take-command')]: press('take-command'),
      [actionIds.intent('redraft')]: press('redraft'),
      // A button that only opens an address needs an acknowledgement and nothing else.
      [actionIds.open]: async () => undefined,
    },
  };
}

/** A button's value is the id; an entry of the menu names its intent too. */
export function incidentOf(ask: ClickAsk): string {
  return readMenuValue(ask.value)?.incident ?? ask.value;
}
