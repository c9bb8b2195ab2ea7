// What goes on beside a running action: its lease is renewed, a wish to stop is heard, progress is shown.

import type { Action } from '../../core/action/action.ts';
import type { Given } from '../given.ts';
import { showAction } from './act.ts';

const renewEveryMs = 4_000;
/** Shorter than the store's lease of 20 s: who cannot be sure of it does not act. */
const sureForMs = 12_000;
const progressEveryMs = 2_000;

export interface Watch {
  readonly stopAsked: () => boolean;
  /** False once others may think that this process is gone. */
  readonly leaseHolds: () => boolean;
  readonly progress: (done: number, total: number | undefined, what: string) => void;
}

/** The signal under which progress is kept as samples. */
export const progressSignal = (action: string): string => `action ${action}`;

export async function whileClaimed<T>(
  given: Given,
  at: { readonly incident: string; readonly action: string },
  claimed: Action,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  let stopAsked = claimed.stopAsked === true;
  let sureUntil = performance.now() + sureForMs;
  let shownAt = Number.NEGATIVE_INFINITY;

  const listen = async (): Promise<void> => {
    const now = (await given.store.incident(at.incident))?.actions[at.action];
    stopAsked ||= now?.stopAsked === true;
  };
  const renew = async (): Promise<void> => {
    const askedAt = performance.now();
    await given.store.claims.renew(at.action);
    sureUntil = askedAt + sureForMs;
    await listen();
  };
  const show = async (done: number): Promise<void> => {
    await given.store.transact(async (tx) => {
      const sample = { signal: progressSignal(at.action), at: given.clock.now(), value: done, verdict: 'ok' } as const;
      await tx.keepSample(at.incident, sample);
      await showAction(tx, at.incident, at.action);
    });
    // Whoever sees it grow and does not want that is heard before it has grown much more.
    await listen();
  };
  const complain = (error: unknown) =>
    given.log.warn({ ...at, why: String(error) }, 'a running action lost sight of the store');
  const timer = setInterval(() => void renew().catch(complain), renewEveryMs);
  try {
    return await work({
      stopAsked: () => stopAsked || given.actions.ending(),
      leaseHolds: () => performance.now() < sureUntil,
      progress: (done) => {
        if (performance.now() - shownAt < progressEveryMs) return;
        shownAt = performance.now();
        void show(done).catch(complain);
      },
    });
  } finally {
    clearInterval(timer);
  }
}
