// An action in Slack: its message in the card's thread and the questions to those who may approve, all redrawn as it moves on.

import type { Actor } from '../../core/actor.ts';
import { person } from '../../core/actor.ts';
import type { Notice } from '../../core/notice.ts';
import { showAction } from '../../response/actions/act.ts';
import type { ActionView } from '../../response/actions/action-view.ts';
import type { ClickAsk } from '../asks.ts';
import { actionMessage } from '../blocks/action.ts';
import type { Message, Named } from '../blocks/rich.ts';
import { sayMessage } from '../blocks/talk.ts';
import { refusedWith } from '../failures.ts';
import { type MessageRef, readRef, refKeys, writeRef } from '../ids.ts';
import type { Attempt } from '../posting.ts';
import { addressOf, keep, type Publishing, postNear, roomOf, threadPlace } from '../publishing.ts';
import { expand } from './room.ts';

/** More people than this are not asked one by one: the thread asks everybody. */
const askedAtMost = 20;

/** What Slack answers for a message that can never be drawn again; `is_inactive`: its channel is archived. */
const gone: readonly string[] = ['message_not_found', 'cant_update_message', 'edit_window_closed', 'is_inactive'];
/** Some of Slack's methods answer this of a channel just made, too. */
const goneOrNew: readonly string[] = [...gone, 'channel_not_found'];

export async function drawAction(p: Publishing, attempt: Attempt, view: ActionView): Promise<void> {
  const named = await namesIn(p, view);
  let own = await messageOf(p, view.id);
  const inRoom = own !== undefined && own.channel === (await roomOf(p, view.incident));
  // Without a message nobody sees what is asked and how it ended: another one takes its place.
  if (own === undefined || !(await isRedrawn(p, own, actionMessage(view, named), inRoom ? gone : goneOrNew))) {
    const place = await threadPlace(p, attempt, view.incident);
    own = await postNear(p, attempt, place, actionMessage(view, named));
    await keep(p, view.id, refKeys.message, writeRef(own));
  }
  const thread = addressOf(p, own);
  for (const ref of await othersOf(p, view.id)) {
    const place = isDirect(ref) ? ({ kind: 'asked', thread } as const) : ({ kind: 'thread' } as const);
    await isRedrawn(p, ref, actionMessage(view, named, place), goneOrNew);
  }
}

/** False when Slack refuses it with one of these codes. */
async function isRedrawn(p: Publishing, ref: MessageRef, message: Message, codes: readonly string[]): Promise<boolean> {
  try {
    await p.posting.edit(ref, message);
    return true;
  } catch (error) {
    if (!refusedWith(error, ...codes)) throw error;
    return false;
  }
}

/**
 * A button was pressed that this moment does not have any more: the outbox draws the message that shows it as the action stands then. One
 * that nobody remembered, because its posting was doubtful, is known from now on.
 */
export async function drawOldMessage(p: Publishing, clicked: ClickAsk, view: ActionView): Promise<void> {
  const { place: channel, ts, person: by } = clicked;
  if (channel === undefined || ts === undefined) return;
  const shown = writeRef({ channel, ts });
  const known = [await messageOf(p, view.id), ...(await othersOf(p, view.id))];
  const isKnown = known.some((ref) => ref !== undefined && writeRef(ref) === shown);
  await p.store.transact(async (tx) => {
    if (!isKnown) await tx.setFaceRefs(view.id, { [`${refKeys.found}${shown}`]: `${by} ${shown}` });
    await showAction(tx, view.incident, view.id);
  });
}

/** Asks each person once. Who asked for it is not asked; who else may not decide hears that at the click. */
export async function askForApproval(
  p: Publishing,
  attempt: Attempt,
  view: ActionView,
  notice: Extract<Notice, { kind: 'ask-approval' }>,
): Promise<void> {
  if (view.state !== 'awaiting' && notice.people === undefined) return;
  const named = await namesIn(p, view);
  const thread = addressOf(p, await messageOf(p, view.id));
  const holders = await whomToAsk(p, notice);
  const requester = view.requestedBy.kind === 'person' ? view.requestedBy.id : '';
  const people = [...new Set(holders)].filter((id) => id !== requester).toSorted();
  const known = await asked(p, view.id);
  for (const id of people.slice(0, askedAtMost)) {
    const before = known.get(id);
    if (before !== undefined) {
      // Asked before as one who may approve: the level that they are is told in the same thread.
      if (notice.people !== undefined) await remind(p, attempt, before, view);
      continue;
    }
    try {
      const ref = await p.posting.post(attempt, { channel: id }, actionMessage(view, named, { kind: 'asked', thread }));
      known.set(id, ref);
      await keep(p, view.id, refKeys.asked, writeAsked(known));
    } catch (error) {
      // Somebody who cannot be written to must not keep the others from being asked.
      if (
        !refusedWith(
          error,
          'user_not_found',
          'channel_not_found',
          'cannot_dm_bot',
          'user_disabled',
          'messages_tab_disabled',
        )
      )
        throw error;
      p.log.warn({ person: id, action: view.id }, 'somebody who may approve cannot be written to');
    }
  }
  if (people.length === 0 && notice.people === undefined)
    p.log.error({ action: view.id, rights: notice.rights }, 'nobody can approve: the lists are empty or unreadable');
}

async function whomToAsk(p: Publishing, { rights, people }: Extract<Notice, { kind: 'ask-approval' }>) {
  if (people === undefined) return (await Promise.all(rights.map((right) => p.rights.holders(right)))).flat();
  const problems: string[] = [];
  const found = await expand(p, people, problems);
  if (problems.length > 0) p.log.warn({ people, problems }, 'not everybody of a level can be asked to decide');
  return found;
}

async function remind(p: Publishing, attempt: Attempt, ref: MessageRef, view: ActionView): Promise<void> {
  const text = `Nobody has decided on "${view.title}" yet.`;
  await p.posting.post(attempt, { channel: ref.channel, thread: ref.ts, broadcast: true }, sayMessage(text));
}

async function messageOf(p: Publishing, action: string): Promise<MessageRef | undefined> {
  return readRef(await p.store.faceRef(action, refKeys.message));
}

async function asked(p: Publishing, action: string): Promise<Map<string, MessageRef>> {
  const kept = (await p.store.faceRef(action, refKeys.asked)) ?? '';
  return new Map(kept.split('\n').flatMap(readAsked));
}

/** Every message of the action but its own. */
async function othersOf(p: Publishing, action: string): Promise<readonly MessageRef[]> {
  const found = (await p.store.faceRefs(action, refKeys.found)).flatMap(readAsked);
  return [...(await asked(p, action)).values(), ...found.map(([, ref]) => ref)];
}

/** `U0RITA D0123/1700.1`: the person comes along, so that it is forgotten with them. */
function readAsked(line: string): readonly (readonly [string, MessageRef])[] {
  const [id, written] = line.split(' ', 2);
  const ref = readRef(written);
  return id === undefined || ref === undefined ? [] : [[id, ref]];
}

/** Slack gives the ids of direct messages this letter. */
function isDirect(ref: MessageRef): boolean {
  return ref.channel.startsWith('D');
}

function writeAsked(refs: ReadonlyMap<string, MessageRef>): string {
  return [...refs].map(([id, ref]) => `${id} ${writeRef(ref)}`).join('\n');
}

async function namesIn(p: Publishing, view: ActionView): Promise<Named> {
  const actors: readonly (Actor | undefined)[] = [
    view.requestedBy,
    view.rejected?.by,
    ...view.approvals.map((approval) => approval.by),
  ];
  return p.people.named(actors.map((actor) => actor ?? person('nobody')));
}
