// Refusals of what somebody else was faster with: who did it and when, and which step is open instead.

import type { Actor } from './actor.ts';
import { sameActor } from './actor.ts';
import { refused } from './fault.ts';
import type { Incident } from './incident.ts';

interface Before {
  readonly by: Actor;
  readonly at: number;
}

/** `INC-1 is already acknowledged`; the face adds by whom and when. */
export function tooLate(incident: Incident, what: 'acknowledged' | 'reopened', before: Before, asker: Actor) {
  return refused({
    whose: 'person',
    code: `already-${what}`,
    message: `${incident.id} is already ${what}.`,
    earlier: earlier(before, asker),
    remedy: openStep(incident),
  });
}

export function alreadyClosed(incident: Incident, asker: Actor) {
  const { id, resolved } = incident;
  return refused({
    whose: 'person',
    code: 'already-resolved',
    message: `${id} is already ${resolved?.as === 'false-alarm' ? 'closed as a false alarm' : 'resolved'}.`,
    ...(resolved === undefined ? {} : { earlier: earlier(resolved, asker) }),
    remedy: `${openStep(incident)} Reopen it with a reason, or declare a new incident.`,
  });
}

export function notClosed(incident: Incident, asker: Actor) {
  if (incident.reopened !== undefined) return tooLate(incident, 'reopened', incident.reopened, asker);
  return refused({
    whose: 'person',
    code: 'not-resolved',
    message: `${incident.id} is open, so there is nothing to reopen.`,
    remedy: openStep(incident),
  });
}

export function alreadyPinned(incident: Incident, before: Before, asker: Actor) {
  return refused({
    whose: 'person',
    code: 'already-pinned',
    message: `This message is already in the record of ${incident.id}.`,
    earlier: earlier(before, asker),
  });
}

function openStep(incident: Incident): string {
  return `Its open step is: ${incident.phase}.`;
}

function earlier({ by, at }: Before, asker: Actor): { readonly by?: Actor; readonly at: number } {
  return sameActor(by, asker) ? { at } : { by, at };
}
