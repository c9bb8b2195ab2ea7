// The one way to move an action on: decide inside its incident, redraw it, and start what follows from its new state.

import type { Action } from '../../core/action/action.ts';
import type { ActionCommand } from '../../core/action/decide.ts';
import { approvalsMissing } from '../../core/action/rights.ts';
import type { Actor } from '../../core/actor.ts';
import { done, type Fault, type Outcome, refused } from '../../core/fault.ts';
import type { Incident } from '../../core/incident.ts';
import type { Transaction } from '../../core/ports.ts';
import type { Request } from '../desk.ts';
import type { Given } from '../given.ts';
import { change, postHead } from '../record.ts';
import { announcementOf } from './announce.ts';

export interface By {
  readonly actor: Actor;
  readonly request?: Request;
  /** What the person hears when it worked. */
  readonly said?: (action: Action, before: Action | undefined) => string | Fault;
}

/** The outcome has the action afterwards, which may be `expired` or `void` although the command was another one. */
export async function act(
  given: Given,
  at: { readonly incident: string; readonly action: string },
  move: ActionCommand | ((tx: Transaction) => Promise<ActionCommand>),
  by: By,
): Promise<Outcome<Action>> {
  const { policy } = given.actions;
  const command = async (tx: Transaction) => ({
    kind: 'act' as const,
    action: at.action,
    move: typeof move === 'function' ? await move(tx) : move,
    policy,
  });
  const { said } = by;
  const outcome = await change(
    given,
    at.incident,
    command,
    {
      actor: by.actor,
      request: by.request,
      ...(said === undefined
        ? {}
        : {
            said: (after: Incident, before: Incident) => said(actionIn(after, at.action), before.actions[at.action]),
          }),
    },
    async (tx, after, before) => follow(given, tx, after, actionIn(after, at.action), before.actions[at.action]),
  );
  return outcome.ok ? done(actionIn(outcome.value, at.action)) : refused(outcome.fault);
}

/** What a new state of an action asks for, in the transaction that made it. */
async function follow(
  given: Given,
  tx: Transaction,
  incident: Incident,
  action: Action,
  before: Action | undefined,
): Promise<void> {
  await showAction(tx, incident.id, action.id);
  const text = announcementOf(incident, action, before);
  if (text !== undefined) {
    const notice = { kind: 'say', incident: incident.id, where: 'channel', text } as const;
    await tx.send({ lane: `${incident.id}:actions`, priority: 'urgent', notice });
  }
  const askedAlready = before?.escalated?.length ?? 0;
  for (const { people } of action.escalated?.slice(askedAlready) ?? []) await ask(tx, incident, action, people);
  if (before?.state === action.state) return;
  const job = (kind: 'perform-action' | 'expire-action' | 'settle-action' | 'verify-action', afterMs: number) =>
    tx.schedule({ job: { kind, incident: incident.id, action: action.id }, afterMs });
  const now = await tx.now();
  if (action.state === 'awaiting') {
    const toDecideMs = (action.decideBy ?? now) - now;
    await job('expire-action', toDecideMs);
    await ask(tx, incident, action);
    for (const { level, pageAtMs } of given.ladder.filter((one) => one.pageAtMs > 0 && one.pageAtMs <= toDecideMs))
      await tx.schedule({
        job: { kind: 'escalate-approval', incident: incident.id, action: action.id, level },
        afterMs: pageAtMs,
      });
  }
  if (action.state === 'approved') {
    await job('perform-action', 0);
    await job('expire-action', (action.runBy ?? now) - now);
  }
  if (action.state === 'unknown') await job('settle-action', 0);
  if (ended.has(action.state)) await postHead(tx, incident.id);
  if (action.state === 'succeeded' && before?.state !== 'kept') await job('verify-action', verifyAfterMs);
  // An undo that took effect has moved the undone action on, too.
  if (action.state === 'succeeded' && action.undoes !== undefined) await showAction(tx, incident.id, action.undoes);
}

/** `people`: a level of the ladder. */
async function ask(tx: Transaction, incident: Incident, action: Action, people?: readonly string[]): Promise<void> {
  const rights = people === undefined ? approvalsMissing(action) : [];
  const about = { incident: incident.id, action: action.id, rights };
  await tx.send({
    lane: `${incident.id}:approval:${action.id}`,
    priority: 'urgent',
    notice: { kind: 'ask-approval', ...about, ...(people === undefined ? {} : { people }) },
  });
}

const verifyAfterMs = 3_000;

/** How an action that was claimed can have ended, also when that is not known yet. */
const ended: ReadonlySet<Action['state']> = new Set(['succeeded', 'failed', 'unknown']);

/** The action's own message is drawn anew; an unsent older drawing is replaced. */
export async function showAction(tx: Transaction, incident: string, action: string): Promise<void> {
  await tx.send({
    lane: `${incident}:action:${action}`,
    supersedes: 'action',
    priority: 'urgent',
    notice: { kind: 'action', incident, action },
  });
}

export function actionIn(incident: Incident, id: string): Action {
  const action = incident.actions[id];
  if (action === undefined) throw new Error(`${incident.id} has no action ${id}`);
  return action;
}
