// Looks whether the world followed a change: a rollout that converged, or said plainly that it did not by its deadline.

import { theBot } from '../../core/actor.ts';
import type { Given } from '../given.ts';
import { act } from './act.ts';

const lookWithinMs = 8_000;
const lookEveryMs = 5_000;
/** A rollout that has not converged by now is told as not converged; the watch of the incident goes on by itself. */
const convergeWithinMs = 300_000;

export async function verifyAction(given: Given, incident: string, id: string): Promise<void> {
  const action = (await given.store.incident(incident))?.actions[id];
  if (action?.state !== 'succeeded' || action.shown === undefined || action.claim === undefined) return;
  const kind = given.actions.kindOf(action.system, action.kind);
  if (kind?.verify === undefined) return;
  const { params, claim } = action;
  const call = {
    action: id,
    params,
    shown: action.shown,
    claimedAt: claim.at,
    signal: AbortSignal.timeout(lookWithinMs),
  };
  const { kind: state, summary } = await kind.verify(call);
  const at = { incident, action: id };
  const late = given.clock.now() - (action.finishedAt ?? action.since) > convergeWithinMs;
  const verdict = state === 'pending' && late ? 'not-converged' : state;
  // Why pods are held up is of use now, and not at the deadline only.
  await act(given, at, { kind: 'verified', state: verdict, summary }, { actor: theBot });
  if (verdict !== 'pending') return;
  await given.store.transact((tx) =>
    tx.schedule({ job: { kind: 'verify-action', incident, action: id }, afterMs: lookEveryMs, once: `verify ${id}` }),
  );
}
