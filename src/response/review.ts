// A review, for example the daily health check: a set of checks asked at once, in a stream of its own.

import { type Actor, theBot } from '../core/actor.ts';
import type { EvidenceRef, NewEvent, Recorded, ReviewEvent } from '../core/event.ts';
import { gapsFrom, withGaps } from '../core/gap.ts';
import type { ReplyTo } from '../core/notice.ts';
import type { Finding, Observation } from '../core/observation.ts';
import type { Transaction } from '../core/ports.ts';
import type { ReviewDefinition } from '../core/runbook.ts';
import { worst } from '../core/verdict.ts';
import { debts } from './debts.ts';
import type { Request } from './desk.ts';
import { drawObservation, keepChart, keepFinding } from './evidence.ts';
import type { Given } from './given.ts';
import { answerOnly, settle } from './record.ts';
import { settled } from './settled.ts';

/** The review that repeats every morning what is still in place. */
export const daily = 'health';

/** One review, and who is shown it; without `to` nobody asked, and it stands where everybody reads. */
interface Asked {
  readonly review: string;
  readonly to?: ReplyTo;
}

/** Starts the review on record; its message appears where it was asked and fills in as answers arrive. */
export async function startReview(given: Given, name: string, request: Request): Promise<void> {
  const definition = given.library.reviews.find((review) => review.name === name);
  if (definition === undefined) {
    return answerOnly(given, request, {
      kind: 'refusal',
      fault: {
        whose: 'operator',
        code: 'no-such-review',
        message: `No runbook package defines the review "${name}".`,
        remedy: 'Add one with `kind: review` or load the package that has it.',
      },
    });
  }
  const review = `review-${given.ids.next()}`;
  await given.store.transact(async (tx) => {
    await beginReview(given, tx, { review, to: request.to }, definition, request.actor);
    await settle(tx, request, `started ${review}`);
  });
}

/** Rejects with `StaleStream` when the review has begun already. */
export async function beginReview(
  given: Given,
  tx: Transaction,
  asked: Asked,
  definition: ReviewDefinition,
  actor: Actor,
): Promise<void> {
  const { review } = asked;
  const { name, title } = definition;
  const checks = definition.checks.map((check) => check.id);
  const event = { type: 'review-started', review: name, title, checks } as const;
  await tx.append(review, 0, [{ at: given.clock.now(), actor, event }]);
  await tx.send({ lane: review, notice: { kind: 'review', ...asked }, priority: 'urgent' });
  await tx.schedule({ job: { kind: 'run-review', ...asked, name } });
}

/** The job of one review. Run again after a crash, it asks only what has not answered yet. */
export async function runReview(given: Given, review: string, name: string, to: ReplyTo | undefined): Promise<void> {
  const asked: Asked = to === undefined ? { review } : { review, to };
  const definition = given.library.reviews.find((one) => one.name === name);
  if (definition === undefined) return;
  const answered = new Set(
    (await given.store.events(review)).flatMap(({ event }) =>
      event.type === 'review-observed' ? [event.observation.check] : [],
    ),
  );
  const awaited = definition.checks.filter((check) => !answered.has(check.id));
  for await (const findings of settled(awaited.map((check) => given.ask(check)))) {
    await given.store.transact((tx) => recordFindings(given, tx, asked, definition, findings));
  }
}

async function recordFindings(
  given: Given,
  tx: Transaction,
  asked: Asked,
  definition: ReviewDefinition,
  findings: readonly Finding[],
): Promise<void> {
  const { review } = asked;
  const past = await tx.events(review);
  if (past.some(({ event }) => event.type === 'review-finished')) return;
  const known = observationsIn(past);
  const fresh = findings.filter(({ observation }) => !known.has(observation.check));
  const at = given.clock.now();
  const gaps = gapsFrom(await tx.events('gaps'), at);
  const events: NewEvent<ReviewEvent>[] = [];
  for (const finding of fresh) {
    const { observation, evidence } = await keepFinding(tx, finding);
    events.push({
      at,
      actor: theBot,
      event: {
        type: 'review-observed',
        observation: withGaps(observation, gaps),
        ...(evidence === undefined ? {} : { evidence }),
      },
    });
  }
  const recorded = await tx.append(review, past.length, events);
  const seen = observationsIn([...past, ...recorded]);
  if (definition.checks.every((check) => seen.has(check.id))) {
    const verdict = worst(
      [...seen.values()].flatMap(({ observation }) =>
        observation.accepted === undefined ? [observation.verdict] : [],
      ),
    );
    const inPlace = definition.name === daily ? { inPlace: await namesOfDebts(tx) } : {};
    await tx.append(review, past.length + events.length, [
      { at, actor: theBot, event: { type: 'review-finished', verdict, ...inPlace } },
    ]);
    await sendCharts(tx, asked, definition, seen);
  }
  await tx.send({ lane: review, supersedes: 'review', notice: { kind: 'review', ...asked } });
}

/** Kept with the end of the review: what it saw stays what it said, whatever becomes of the changes. */
async function namesOfDebts(
  tx: Transaction,
): Promise<readonly { readonly incident: string; readonly action: string }[]> {
  return (await debts(tx)).map(({ incident, action }) => ({ incident, action }));
}

export type Seen = ReadonlyMap<string, { readonly observation: Observation; readonly evidence?: EvidenceRef }>;

/** The observations of a review by check, from its events. */
export function observationsIn(events: readonly Recorded[]): Seen {
  const seen = new Map<string, { observation: Observation; evidence?: EvidenceRef }>();
  for (const { event } of events) {
    if (event.type !== 'review-observed') continue;
    seen.set(event.observation.check, {
      observation: event.observation,
      ...(event.evidence === undefined ? {} : { evidence: event.evidence }),
    });
  }
  return seen;
}

async function sendCharts(tx: Transaction, asked: Asked, definition: ReviewDefinition, seen: Seen): Promise<void> {
  for (const check of definition.checks.filter((one) => one.chart)) {
    const found = seen.get(check.id);
    if (found?.evidence === undefined) continue;
    const chart = await keepChart(tx, drawObservation(found.observation, []), found.evidence);
    const notice = { kind: 'review-chart', ...asked, chart } as const;
    await tx.send({ lane: `${asked.review}:charts`, priority: 'low', notice });
  }
}
