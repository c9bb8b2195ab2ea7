// Reviews that are posted every day at their time without being asked for: once a day, whatever the number of replicas and starts.

import { theBot } from '../core/actor.ts';
import type { Transaction } from '../core/ports.ts';
import type { ReviewDefinition } from '../core/runbook.ts';
import type { Given } from './given.ts';
import { beginReview } from './review.ts';

const dayMs = 86_400_000;

/** Asks for the next turn of each, at the start of the bot; while one waits there is no second. No start fails for it. */
export async function keepReviewing(given: Given): Promise<void> {
  await given.store
    .transact(async (tx) => {
      for (const review of given.library.reviews) await nextTurn(given, tx, review);
    })
    .catch((error: unknown) => given.log.warn({ why: String(error) }, 'the daily reviews are not scheduled'));
}

/** The job. After a downtime it is late, and makes up for one day only. */
export async function dailyReview(given: Given, name: string): Promise<void> {
  const definition = given.library.reviews.find((review) => review.name === name);
  if (definition?.dailyAtMs === undefined) return;
  const today = new Date(given.clock.now()).toISOString().slice(0, 10);
  const review = `review-${name}-${today}`;
  await given.store.transact(async (tx) => {
    await nextTurn(given, tx, definition);
    if ((await tx.head(review)) !== undefined) return;
    await beginReview(given, tx, { review }, definition, theBot);
  });
}

async function nextTurn(given: Given, tx: Transaction, { name, dailyAtMs }: ReviewDefinition): Promise<void> {
  if (dailyAtMs === undefined) return;
  const untilMs = dailyAtMs - (given.clock.now() % dayMs);
  const job = { kind: 'daily-review', name } as const;
  await tx.schedule({ job, afterMs: untilMs > 0 ? untilMs : untilMs + dayMs, once: `daily-review ${name}` });
}
