// The bot's own figures for Prometheus.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Finding } from '../core/observation.ts';
import type { Store } from '../core/ports.ts';
import type { CheckDefinition } from '../core/runbook.ts';

export interface Metrics {
  /** Counts one answer of a check. */
  checked(definition: CheckDefinition, finding: Finding): void;
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** A registry of its own for each bot: two bots can run in one process. */
export function createMetrics(store: Store): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'acgs_chatops_' });
  const duration = new Histogram({
    name: 'acgs_chatops_check_duration_seconds',
    help: 'Time a check took, by system and verdict',
    labelNames: ['system', 'verdict'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const unknowns = new Counter({
    name: 'acgs_chatops_unknown_total',
    help: 'Checks without an answer, by reason',
    labelNames: ['system', 'reason'],
    registers: [registry],
  });
  const backlog = new Gauge({
    name: 'acgs_chatops_backlog',
    help: 'Rows waiting',
    labelNames: ['queue'],
    registers: [registry],
  });
  const oldest = new Gauge({
    name: 'acgs_chatops_backlog_oldest_seconds',
    help: 'Age of the oldest row waiting',
    labelNames: ['queue'],
    registers: [registry],
  });
  return {
    checked(definition, { observation }) {
      duration.observe({ system: definition.system, verdict: observation.verdict }, observation.tookMs / 1_000);
      if (observation.unknown !== undefined)
        unknowns.inc({ system: definition.system, reason: observation.unknown.reason });
    },
    async expose() {
      const [outbox, inbox] = await Promise.all([store.outbox.backlog(), store.inbox.backlog()]);
      backlog.set({ queue: 'outbox' }, outbox.waiting);
      backlog.set({ queue: 'outbox_failed' }, outbox.failed);
      backlog.set({ queue: 'inbox' }, inbox.waiting);
      oldest.set({ queue: 'outbox' }, outbox.oldestMs / 1_000);
      oldest.set({ queue: 'inbox' }, inbox.oldestMs / 1_000);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
