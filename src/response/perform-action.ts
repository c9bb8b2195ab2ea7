// The only file that performs an action: look again, authorize again, claim, perform once, say how it ended.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Action } from '../core/action/action.ts';
import { raised } from '../core/action/decide-approval.ts';
import type { Performed } from '../core/action/port.ts';
import { type Actor, theBot } from '../core/actor.ts';
import { StoreUnavailable, TargetBusy } from '../core/ports.ts';
import { act } from './actions/act.ts';
import { askGate } from './actions/ask-gate.ts';
import { previewOf } from './actions/preview-action.ts';
import { type Watch, whileClaimed } from './actions/while-claimed.ts';
import type { Given } from './given.ts';

const hourMs = 3_600_000;
/** A long UNLINK is cut off here; everything else ends by its own deadline of seconds. */
const performWithinMs = 900_000;
/** After the effect the result must get onto the record; a store that is away is asked again for so long. */
const recordWithinMs = 120_000;
const recordAgainMs = 1_000;

/**
 * The job of an approved action. It may be delivered any number of times, to any replica: the claim decides who performs, and a claim is
 * never handed on. Nothing of what a person approved is taken from the job, only the id.
 */
export async function performAction(given: Given, incident: string, id: string): Promise<void> {
  const action = (await given.store.incident(incident))?.actions[id];
  if (action?.state !== 'approved') return;
  const at = { incident, action: id };
  const stop = async (why: string) => void (await act(given, at, { kind: 'forbid', why }, { actor: theBot }));

  const preview = await previewOf(given, action);
  // Refused now and not kept for later: a FLUSHDB that waits for Redis to come back would hit another world.
  if (!preview.ok) return stop(`it could not be checked again, so nothing ran: ${preview.fault.message}`);
  const { rows: _rows, notes: _notes, ...shown } = preview.value;
  const grants = await given.actions.rights.of(peopleOf(action), { fresh: true });
  // At the risk that it was approved at: a fresh undo is none that a second person must approve.
  const gate = await askGate(given, incident, { ...action, shown: raised(action, shown) }, 'run');

  const owner = given.ids.next();
  const claimed = await act(
    given,
    at,
    async (tx) => {
      const now = await tx.now();
      const recent = await tx.claimsOn(shown.target, now - hourMs);
      return { kind: 'claim', owner, shown, grants, ...gate, recent, now };
    },
    { actor: theBot },
  ).catch((error: unknown) => {
    if (error instanceof TargetBusy) return 'busy' as const;
    throw error;
  });
  if (claimed === 'busy')
    return stop(`another action is in flight on ${shown.target}, or its outcome there is not known yet`);
  // Void, expired, over the limit, or claimed by another delivery of this job.
  if (!claimed.ok || claimed.value.state !== 'running' || claimed.value.claim?.owner !== owner) return;

  const outcome = await whileClaimed(given, at, claimed.value, (watch) => perform(given, claimed.value, watch));
  await tellOutcome(given, at, owner, outcome);
}

async function perform(given: Given, action: Action, watch: Watch): Promise<Performed> {
  const kind = given.actions.kindOf(action.system, action.kind);
  if (kind === undefined || action.shown === undefined) return { kind: 'failed', summary: 'there is no such action' };
  // A process that stood still between the claim and here may have been given up by the others: it must not act any more.
  if (!watch.leaseHolds())
    return { kind: 'failed', summary: 'the bot stood still after the claim, so nothing was sent' };
  const shown = { ...action.shown, facts: action.claim?.facts ?? action.shown.facts };
  const { stopAsked, progress } = watch;
  const signal = AbortSignal.timeout(performWithinMs);
  const outcome = await kind.perform({ action: action.id, params: action.params, shown, signal, stopAsked, progress });
  const byItself = outcome.kind === 'succeeded' && outcome.stopped && given.actions.ending();
  return byItself ? { ...outcome, summary: `${outcome.summary} (the bot itself was ending)` } : outcome;
}

/** The effect is a fact by now: it is told until the store takes it, or until the others have to look themselves. */
async function tellOutcome(
  given: Given,
  at: { readonly incident: string; readonly action: string },
  owner: string,
  outcome: Performed,
): Promise<void> {
  const giveUpAt = performance.now() + recordWithinMs;
  for (;;) {
    try {
      const { kind, ...told } = outcome;
      await act(given, at, { kind: 'finish', owner, outcome: kind, ...told }, { actor: theBot });
      return;
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || performance.now() > giveUpAt) throw error;
      given.log.error({ ...at, why: error.message }, 'the outcome of an action cannot be recorded yet');
      await sleep(recordAgainMs);
    }
  }
}

function peopleOf(action: Action): readonly string[] {
  const idOf = (actor: Actor) => (actor.kind === 'person' ? [actor.id] : []);
  return [...new Set([action.requestedBy, ...action.approvals.map((approval) => approval.by)].flatMap(idOf))];
}
