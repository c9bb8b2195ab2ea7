// Answers a scrape: what the rooms have counted, and what the store and Slack's pacing say at this moment.

import { Gauge, type Registry } from 'prom-client';
import type { Log, Store } from '../core/ports.ts';
import { within } from './within.ts';

/** A scrape that waits for a hanging store would lose everything else that it could tell. */
const storeWithinMs = 1_000;
/** A reading that hangs is given up then, so that a later scrape can ask again. */
const readingAtMostMs = 5_000;
/** More open incidents than these change nothing about whether any is watched. */
const looked = 50;
const queues = ['inbox', 'outbox', 'jobs'] as const;

interface Figures {
  readonly queues: Readonly<Record<(typeof queues)[number], { waiting: number; oldestMs: number; failed?: number }>>;
  readonly openIncidents: number;
  readonly watchedIncidents: number;
}

/** Never rejects because the store is away: its figures are then absent, and `acgs_chatops_store_up` is 0. */
export function createExposition(given: {
  readonly registry: Registry;
  readonly store: Store;
  readonly slack: {
    status(): { readonly connected: boolean };
    /** Free share of our own allowance for each method of Slack's API. */
    budget(): Promise<Readonly<Record<string, number>>>;
  };
  readonly log: Log;
}): () => Promise<{ readonly contentType: string; readonly text: string }> {
  const { registry, store, log } = given;
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge<L>({ name: `acgs_chatops_${name}`, help, labelNames, registers: [registry] });
  const storeUp = gauge('store_up', '1 when the store answered this scrape');
  const waiting = gauge('queue_waiting', 'Rows that wait', 'queue');
  const oldest = gauge('queue_oldest_age_seconds', 'Age of the oldest row that waits; for jobs: overdue', 'queue');
  const failed = gauge('queue_failed', 'Rows that were given up and are kept', 'queue');
  const openIncidents = gauge('incidents_open', 'Open incidents');
  const watchedIncidents = gauge('incidents_watched', 'Open incidents whose recovery watch has not ended');
  const connected = gauge('slack_connected', '1 when Slack answers us and can reach us');
  const budget = gauge('slack_budget_free_ratio', 'Free share of our own allowance for a method of Slack', 'method');

  let reading: Promise<Figures | undefined> | undefined;
  /** One reading at a time, however many scrape: a slow store must not collect readers. */
  const read = (): Promise<Figures | undefined> => {
    reading ??= within(figuresOf(store), readingAtMostMs)
      .catch((error: unknown) => void log.debug({ why: String(error) }, 'the store did not answer a scrape'))
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  return async () => {
    const figures = await within(read(), storeWithinMs);
    storeUp.set(figures === undefined ? 0 : 1);
    // What is not known is absent: an old number would look like a new one.
    for (const one of [waiting, oldest, failed]) one.reset();
    for (const one of [openIncidents, watchedIncidents]) one.remove();
    if (figures !== undefined) {
      for (const queue of queues) {
        const of = figures.queues[queue];
        waiting.set({ queue }, of.waiting);
        oldest.set({ queue }, of.oldestMs / 1_000);
        if (of.failed !== undefined) failed.set({ queue }, of.failed);
      }
      openIncidents.set(figures.openIncidents);
      watchedIncidents.set(figures.watchedIncidents);
    }
    connected.set(given.slack.status().connected ? 1 : 0);
    for (const [method, free] of Object.entries(await given.slack.budget())) budget.set({ method }, free);
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
}

/** One after the other: a scrape takes one connection of the pool, not all of them. */
async function figuresOf(store: Store): Promise<Figures> {
  const inbox = await store.inbox.backlog();
  const outbox = await store.outbox.backlog();
  const jobs = await store.jobs.backlog();
  const openIncidents = await store.countIncidents({ status: 'open' });
  const open = openIncidents === 0 ? [] : await store.incidents({ status: 'open', limit: looked });
  const watchedIncidents = open.filter(({ recovery }) => recovery?.state !== 'ended').length;
  return { queues: { inbox, outbox, jobs }, openIncidents, watchedIncidents };
}
