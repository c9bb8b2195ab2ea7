// The bot's own figures for Prometheus: what its rooms tell as they work. What is read at a scrape is in `exposition.ts`.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { callOutcomes, deliveryKinds, deliveryOutcomes, type Meter } from '../core/meter.ts';
import { noticeKinds } from '../core/notice.ts';
import { type Finding, unknownReasons } from '../core/observation.ts';
import type { Clock, Job } from '../core/ports.ts';
import type { CheckDefinition } from '../core/runbook.ts';
import { type AlertCounts, alertOutcomes } from '../response/receive-alerts.ts';

export interface Metrics extends Meter {
  readonly registry: Registry;
  /** One answer of a check. */
  checked(definition: CheckDefinition, finding: Finding): void;
  /** One run of a job. */
  ran(kind: Job['kind'], well: boolean, tookMs: number): void;
  /** One operation of the store. */
  stored(operation: StoreOperation, well: boolean, tookMs: number): void;
  /** What became of the alerts of one delivery. */
  alerted(counts: AlertCounts): void;
  /** The bot asked itself over HTTP whether it is ready, and was. */
  probed(): void;
}

export const storeOperations = ['transact', 'take', 'claim', 'ping'] as const;
export type StoreOperation = (typeof storeOperations)[number];

const prefix = 'acgs_chatops_';

/** Gauges of Node's that are named like counters, which linters of expositions refuse. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** A registry of its own for each bot: two bots can run in one process. */
export function createMetrics(given: {
  readonly clock: Clock;
  readonly version: string;
  /** Names of the systems, so that their counters are there before they first move. */
  readonly systems: readonly string[];
}): Metrics {
  const { clock } = given;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix });
  for (const name of misnamed) registry.removeSingleMetric(`${prefix}${name}`);

  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter<L>({ name: `${prefix}${name}`, help, labelNames, registers: [registry] });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge<L>({ name: `${prefix}${name}`, help, labelNames, registers: [registry] });
  const histogram = <L extends string>(name: string, help: string, buckets: number[], ...labelNames: L[]) =>
    new Histogram<L>({ name: `${prefix}${name}`, help, buckets, labelNames, registers: [registry] });
  const nowSeconds = () => clock.now() / 1_000;

  gauge('build_info', 'Always 1; the labels say which version runs', 'version', 'node').set(
    { version: given.version, node: process.versions.node },
    1,
  );

  const deliveries = counter('deliveries_total', 'What came in, by whether it was stored', 'kind', 'outcome');
  const acks = histogram(
    'ack_duration_seconds',
    'From the arrival of a delivery to its acknowledgement; Slack waits 3 s',
    [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3],
    'kind',
    'transport',
  );
  const ackFailures = counter('ack_failures_total', 'Acknowledgements that nobody took', 'kind', 'transport');

  const calls = histogram(
    'slack_call_duration_seconds',
    'Calls of the API of Slack',
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    'method',
    'outcome',
  );
  const pauses = counter('slack_pauses_total', 'Times that Slack told us to be silent', 'method');
  const pausedSeconds = counter('slack_paused_seconds_total', 'Silence that Slack told us to keep', 'method');
  const givenUp = counter('notices_given_up_total', 'Notices that people will never see', 'notice');
  const lastContact = gauge(
    'last_contact_timestamp_seconds',
    'When Slack and the store last answered well; 0 is never',
    'peer',
  );

  const checks = histogram(
    'check_duration_seconds',
    'Time a check took',
    [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    'system',
    'kind',
    'verdict',
  );
  const unknowns = counter('checks_unknown_total', 'Checks without an answer', 'system', 'reason');

  const alerts = counter('alerts_total', 'Alerts that Alertmanager told, by what became of them', 'outcome');
  const jobs = histogram('job_duration_seconds', 'Runs of jobs', [0.1, 0.5, 1, 5, 10, 60], 'kind', 'outcome');
  const lastTurn = gauge(
    'watch_last_turn_timestamp_seconds',
    'When a recovery watch last finished a turn here, or the start of this process',
  );
  const operations = histogram(
    'store_operation_duration_seconds',
    'Time that the store took',
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    'operation',
    'outcome',
  );
  const lastProbe = gauge(
    'self_probe_last_success_timestamp_seconds',
    'When the bot last found itself ready over its own port; 0 is never',
  );

  // A counter that is born at 1 hides its first event from rate() and increase().
  for (const kind of deliveryKinds) {
    for (const outcome of deliveryOutcomes) deliveries.inc({ kind, outcome }, 0);
    ackFailures.inc({ kind, transport: 'http' }, 0);
  }
  for (const notice of noticeKinds) givenUp.inc({ notice }, 0);
  for (const system of given.systems) for (const reason of unknownReasons) unknowns.inc({ system, reason }, 0);
  for (const outcome of callOutcomes) calls.zero({ method: 'chat.postMessage', outcome });
  for (const outcome of alertOutcomes) alerts.inc({ outcome }, 0);
  lastContact.set({ peer: 'slack' }, 0);
  lastContact.set({ peer: 'store' }, 0);
  lastProbe.set(0);
  lastTurn.set(nowSeconds());

  return {
    registry,
    delivered: (kind, outcome) => deliveries.inc({ kind, outcome }),
    acknowledged(kind, transport, tookMs, sent) {
      acks.observe({ kind, transport }, tookMs / 1_000);
      if (!sent) ackFailures.inc({ kind, transport });
    },
    called(method, outcome, tookMs) {
      calls.observe({ method, outcome }, tookMs / 1_000);
      if (outcome === 'ok') lastContact.set({ peer: 'slack' }, nowSeconds());
    },
    paused(method, ms) {
      pauses.inc({ method });
      pausedSeconds.inc({ method }, ms / 1_000);
    },
    gaveUp: (notice) => givenUp.inc({ notice }),
    checked({ system, kind }, { observation }) {
      checks.observe({ system, kind, verdict: observation.verdict }, observation.tookMs / 1_000);
      if (observation.unknown !== undefined) unknowns.inc({ system, reason: observation.unknown.reason });
    },
    alerted(counts) {
      for (const outcome of alertOutcomes) alerts.inc({ outcome }, counts[outcome] ?? 0);
    },
    ran(kind, well, tookMs) {
      jobs.observe({ kind, outcome: well ? 'done' : 'failed' }, tookMs / 1_000);
      if (kind === 'watch-recovery' && well) lastTurn.set(nowSeconds());
    },
    stored(operation, well, tookMs) {
      operations.observe({ operation, outcome: well ? 'done' : 'failed' }, tookMs / 1_000);
      if (well) lastContact.set({ peer: 'store' }, nowSeconds());
    },
    probed: () => lastProbe.set(nowSeconds()),
  };
}
