// The desk without a bot: what the terminal works at when it opens the store itself. Jobs, checks and messages are left to the bot that runs.

import { systemClock } from './clock.ts';
import type { LocalConfig } from './config.ts';
import type { Log } from './core/ports.ts';
import { randomIds } from './random-ids.ts';
import type { Desk } from './response/desk.ts';
import { openDesk } from './response/open-desk.ts';
import { loadRunbooks } from './runbook/index.ts';
import { openForWork } from './store/index.ts';
import { catalogOf } from './systems/catalog.ts';
import { createSystems } from './systems/index.ts';

export interface OperatorDesk {
  readonly desk: Desk;
  close(): Promise<void>;
}

/** Rejects as `openForWork` does. Runbooks with faults leave the desk without them: what is on record can be seen and finished all the same. */
export async function openOperatorDesk(config: LocalConfig, log: Log): Promise<OperatorDesk> {
  const { labels, constitutionalHash, people, approvals } = config;
  const systems = createSystems({}, { clock: systemClock, log, labels, constitutionalHash });
  const loaded = await loadRunbooks(config.runbooks, catalogOf(systems.systems));
  await systems.close();
  const store = await openForWork(config.store, { clock: systemClock, ids: randomIds, log });
  const desk = openDesk({
    ...{ store, clock: systemClock, ids: randomIds, log },
    library: loaded.ok ? loaded.library : { procedures: [], reviews: [], muted: [] },
    ladder: config.escalation,
    ask: () => Promise.reject(new Error('the terminal asks no system')),
    actions: {
      kindOf: () => undefined,
      // Nobody at a terminal holds a right that Slack gives.
      rights: { of: async () => ({}), holders: async () => [] },
      policy: { ...approvals, same: people.same, gated: true },
      undoWithinMs: approvals.undoWithinMs,
      ending: () => false,
    },
  });
  return { desk, close: () => store.close() };
}
