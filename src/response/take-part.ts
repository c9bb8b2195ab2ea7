// What a responder does by hand: acknowledge, take a role, write a note, resolve, reopen.

import type { Pinned, Role } from '../core/event.ts';
import type { Incident } from '../core/incident.ts';
import { clockTime } from '../core/spell.ts';
import { debtsOf } from './debts.ts';
import type { Request } from './desk.ts';
import type { Given } from './given.ts';
import { change, postHead, setTopic } from './record.ts';

/** Stops the escalation clock; the first to acknowledge becomes the responder. */
export async function acknowledge(given: Given, incident: string, request: Request, said?: string): Promise<void> {
  await change(given, incident, { kind: 'acknowledge' }, { actor: request.actor, request, said }, (tx) =>
    postHead(tx, incident),
  );
}

export async function takeRole(given: Given, incident: string, role: Role, request: Request): Promise<void> {
  await change(given, incident, { kind: 'take-role', role }, { actor: request.actor, request });
}

/** `happenedAt`: when it happened, epoch ms, which is often before it is written down. */
export async function takeNote(
  given: Given,
  incident: string,
  text: string,
  happenedAt: number,
  request: Request,
): Promise<void> {
  const said = `Noted in the record of ${incident}.`;
  await change(given, incident, { kind: 'note', text, happenedAt }, { actor: request.actor, request, said });
}

export interface PinnedMessage extends Pinned {
  readonly text: string;
  /** Epoch ms. */
  readonly writtenAt: number;
}

/** Puts a message of a conversation on record at the time it was written; the same message a second time is refused. */
export async function pinMessage(
  given: Given,
  incident: string,
  { text, writtenAt, author, source }: PinnedMessage,
  request: Request,
): Promise<void> {
  const said = `Noted in the record of ${incident}, at the time it was written: ${clockTime(writtenAt)} UTC.`;
  const command = { kind: 'note', text, happenedAt: writtenAt, pinned: { author, source } } as const;
  await change(given, incident, command, { actor: request.actor, request, said });
}

export async function resolve(
  given: Given,
  incident: string,
  how: { readonly as: 'resolved' | 'false-alarm'; readonly reason: string },
  request: Request,
  said?: string,
): Promise<void> {
  // Whoever resolves by command sees no form that names what is left.
  const saidWith = (after: Incident) => [said, ...leftInPlace(after)].join(' ');
  const by = { actor: request.actor, request, said: said === undefined ? undefined : saidWith };
  await change(given, incident, { kind: 'resolve', ...how }, by, async (tx) => {
    await setTopic(tx, incident);
    await tx.schedule({ job: { kind: 'draft-postmortem', incident } });
  });
}

function leftInPlace(incident: Incident): readonly string[] {
  const titles = debtsOf(incident).map((debt) => `"${debt.title}"`);
  return titles.length === 0 ? [] : [`Still in place: ${titles.join(', ')}; \`/acgs debts\` puts it back.`];
}
