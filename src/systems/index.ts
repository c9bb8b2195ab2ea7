// Every external system the bot can ask, made from the config; one line each.

import type { Gate } from '../core/action/ports.ts';
import type { Clock, Log, System } from '../core/ports.ts';
import { createAlertmanager } from './alertmanager/index.ts';
import type { SystemsConfig } from './config.ts';
import { createDashboard } from './dashboard/index.ts';
import { createKubernetes } from './kubernetes/index.ts';
import { createOpa } from './opa/index.ts';
import { createPrometheus } from './prometheus/index.ts';
import { createRedis } from './redis/index.ts';

export { type SystemsConfig, systemsConfig } from './config.ts';

export interface SystemsGiven {
  readonly clock: Clock;
  readonly log: Log;
  /** Names of labels where a deployment names them otherwise. */
  readonly labels: { readonly service: string; readonly status: string };
  /** The hash that every answer of ACGS-2 must carry. */
  readonly constitutionalHash: string;
}

/** Connects to nothing yet. A system that is not in the config is there, too, and says so when asked. */
export function createSystems(
  config: SystemsConfig,
  given: SystemsGiven,
): { readonly systems: readonly System[]; readonly gate?: Gate; close(): Promise<void> } {
  const opa = createOpa(config.opa, given);
  const systems = [
    createPrometheus(config.prometheus, given),
    createDashboard(config.dashboard, given),
    createRedis(config.redis, given),
    createKubernetes(config.kubernetes, given),
    createAlertmanager(config.alertmanager, given),
    opa.system,
  ];
  return {
    systems,
    ...(opa.gate === undefined ? {} : { gate: opa.gate }),
    async close() {
      await Promise.all(systems.map((system) => system.close()));
    },
  };
}
