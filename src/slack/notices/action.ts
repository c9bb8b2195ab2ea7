// An action in Slack: its message in the card's thread and the questions to those who may approve, all redrawn as it moves on.

import type { Actor } from '../../core/actor.ts';
import { person } from '../../core/actor.ts';
import type { Notice } from '../../core/notice.ts';
import type { ActionView } from '../../response/actions/action-view.ts';
import { actionMessage } from '../blocks/action.ts';
import type { Named } from '../blocks/rich.ts';
import { sayMessage } from '../blocks/talk.ts';
import { refusedWith } from '../failures.ts';
import { type MessageRef, readRef, refKeys, writeRef } from '../ids.ts';
import type { Attempt } from '../posting.ts';
import { addressOf, keep, type Publishing, postNear, threadPlace } from '../publishing.ts';
import { expand } from './room.ts';

/** More people than this are not asked one by one: the thread asks everybody. */
const askedAtMost = 20;

const gone = ['message_not_found', 'cant_update_message', 'edit_window_closed', 'channel_not_found'] as const;

export async function drawAction(p: Publishing, attempt: Attempt, view: ActionView): Promise<void> {
  const named = await namesIn(p, view);
  const own = await messageOf(p, view.id);
  if (own === undefined) {
    const place = await threadPlace(p, attempt, view.incident);
    const ref = await postNear(p, attempt, place, actionMessage(view, named));
    await keep(p, view.id, refKeys.message, writeRef(ref));
  } else {
    await p.posting.edit(own, actionMessage(view, named));
  }
  for (const ref of (await asked(p, view.id)).values()) {
    const thread = addressOf(p, own);
    await p.posting.edit(ref, actionMessage(view, named, { kind: 'asked', thread })).catch((error: unknown) => {
      if (!refusedWith(error, ...gone)) throw error;
    });
  }
}

/**
 * A button was pressed that this moment does not have any more: the message that shows it is drawn as the action stands now. One that nobody
 * remembers, because its posting was doubtful, is drawn at once; ours are drawn by the outbox, however many people press.
 */
export async function drawOldMessage(
  p: Publishing,
  clicked: { readonly place?: string | undefined; readonly ts?: string | undefined },
  view: ActionView,
): Promise<void> {
  if (clicked.place === undefined || clicked.ts === undefined) return;
  const ref = { channel: clicked.place, ts: clicked.ts };
  const own = await messageOf(p, view.id);
  const known = [own, ...(await asked(p, view.id)).values()];
  if (known.some((one) => one?.channel === ref.channel && one.ts === ref.ts)) {
    const { incident, id: action } = view;
    const lane = `${incident}:action:${action}`;
    const notice = { kind: 'action', incident, action } as const;
    await p.store.transact((tx) => tx.send({ lane, supersedes: 'action', priority: 'urgent', notice }));
    return;
  }
  const place = ref.channel.startsWith('D')
    ? ({ kind: 'asked', thread: addressOf(p, own) } as const)
    : ({ kind: 'thread' } as const);
  await p.posting.edit(ref, actionMessage(view, await namesIn(p, view), place)).catch((error: unknown) => {
    p.log.warn({ action: view.id, error: String(error) }, 'an old message of an action cannot be drawn anew');
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

/** `U0RITA D0123/1700.1` a line. */
async function asked(p: Publishing, action: string): Promise<Map<string, MessageRef>> {
  const kept = (await p.store.faceRef(action, refKeys.asked)) ?? '';
  const lines = kept.split('\n').map((entry) => entry.split(' ', 2));
  return new Map(
    lines.flatMap(([id, written]) => {
      const ref = readRef(written);
      return id === undefined || ref === undefined ? [] : [[id, ref] as const];
    }),
  );
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
