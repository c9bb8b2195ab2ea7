// How a rig comes to rest: the bot works off what waits, is stopped and looked into, and started once more while something is under way.

import { setTimeout as sleep } from 'node:timers/promises';
import { scrape } from '../support/exposition.ts';
import { type LastLife, unsettled } from './judge-record.ts';
import type { Keeper } from './keeper.ts';
import { readRecord, type SeenRecord } from './record-seen.ts';
import type { Stage } from './stage.ts';

/** From the last act of people until nothing is under way any more. */
const restWithinMs = 180_000;
const lookEveryMs = 300;

/** `databaseBackAt` (epoch ms): the end of its last outage, 0 where there was none. */
export async function comeToRest(
  stage: Stage,
  keeper: Keeper,
  { databaseBackAt, say }: { readonly databaseBackAt: number; readonly say: (line: string) => void },
): Promise<{ readonly seen: SeenRecord; readonly lastLife: LastLife }> {
  const deadline = Date.now() + restWithinMs;
  for (;;) {
    await emptyQueues(keeper, deadline);
    await keeper.terminate('at rest');
    const stoppedAt = Date.now();
    const undisturbedSince = Math.max(databaseBackAt, keeper.gaps.at(-1)?.readyAt ?? 0);
    const lastLife = { undisturbedSince, stoppedAt };
    const seen = await stage.memory.look((engine) => readRecord(engine, stage));
    const left = unsettled(seen, stoppedAt);
    if (left.length === 0 || Date.now() > deadline) return { seen, lastLife };
    say(`not at rest: ${left.slice(0, 3).join('; ')}${left.length > 3 ? ` and ${left.length - 3} more` : ''}`);
    await keeper.start();
    await sleep(4_000);
  }
}

/** Until the bot says three times in a row that nothing waits. */
async function emptyQueues(keeper: Keeper, deadline: number): Promise<void> {
  for (let seenEmpty = 0; seenEmpty < 3 && Date.now() < deadline; ) {
    const waiting = await waitingIn(keeper.url());
    seenEmpty = waiting === 0 ? seenEmpty + 1 : 0;
    await sleep(lookEveryMs);
  }
}

/** Rows that are due, over all queues; undefined when the bot does not say just now. */
async function waitingIn(url: string): Promise<number | undefined> {
  const said = await scrape(url).catch(() => undefined);
  const waiting = ['inbox', 'outbox', 'jobs'].map((queue) => said?.value('acgs_chatops_queue_waiting', { queue }));
  // Right after a start the store may not have been asked yet: no data is not zero.
  return waiting.includes(undefined) ? undefined : waiting.reduce<number>((sum, rows = 0) => sum + rows, 0);
}
