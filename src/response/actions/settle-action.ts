// What follows when the process of a running action is gone: its outcome is unknown, the world is looked at, and nothing is repeated.

import { setTimeout as sleep } from 'node:timers/promises';
import { theBot } from '../../core/actor.ts';
import type { Given } from '../given.ts';
import { act } from './act.ts';

const lookEveryMs = 5_000;
const lookWithinMs = 8_000;
const lookAgainMs = 30_000;
/** A system that stays away for so long will not settle it: a person is asked from the beginning anyway. */
const lookForMs = 900_000;

/** Finds actions whose lease has ended, at start and every few seconds, until the returned function is called. */
export function settleWhatIsLeft(given: Given): () => Promise<void> {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await loseWhatIsLeft(given).catch((error: unknown) =>
        given.log.warn({ why: String(error) }, 'left-over actions cannot be looked for'),
      );
      await sleep(lookEveryMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}

async function loseWhatIsLeft(given: Given): Promise<void> {
  for (const { id, incident } of await given.store.claims.left()) {
    given.log.error({ incident, action: id }, 'the process of a running action is gone; its outcome is unknown');
    await act(given, { incident, action: id }, { kind: 'lose' }, { actor: theBot });
  }
}

/** The job of an unknown outcome. What the world cannot tell stays unknown until a person says it. */
export async function settleAction(given: Given, incident: string, id: string): Promise<void> {
  const action = (await given.store.incident(incident))?.actions[id];
  if (action?.state !== 'unknown' || action.shown === undefined || action.claim === undefined) return;
  const kind = given.actions.kindOf(action.system, action.kind);
  const shown = { ...action.shown, facts: action.claim.facts };
  const looked = await kind?.look({
    action: id,
    params: action.params,
    signal: AbortSignal.timeout(lookWithinMs),
    shown,
    claimedAt: action.claim.at,
  });
  if (looked !== undefined && looked.kind !== 'unclear') {
    const { kind: as, summary } = looked;
    await act(given, { incident, action: id }, { kind: 'looked', as, summary }, { actor: theBot });
    return;
  }
  given.log.warn({ incident, action: id, why: looked?.summary }, 'the world does not tell how an action ended');
  if (given.clock.now() - action.since > lookForMs) return;
  await given.store.transact((tx) =>
    tx.schedule({ job: { kind: 'settle-action', incident, action: id }, afterMs: lookAgainMs, once: `settle ${id}` }),
  );
}
