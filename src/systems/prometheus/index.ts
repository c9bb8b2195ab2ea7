// Prometheus as a system of checks.

import type { Clock, Log, System } from '../../core/ports.ts';
import { systemOf } from '../check-kind.ts';
import { createHttp } from '../http.ts';
import { publicBase } from '../links.ts';
import { prometheusApi } from './api.ts';
import { budget } from './budget.ts';
import { compliance } from './compliance.ts';
import type { PrometheusConfig } from './config.ts';
import { latency } from './latency.ts';
import { rate } from './rate.ts';
import type { Labels } from './selector.ts';
import { share } from './share.ts';
import { value } from './value.ts';

export interface PrometheusGiven {
  readonly clock: Clock;
  readonly log: Log;
  readonly labels: Labels;
}

/** Without a config its checks answer `not_configured`. */
export function createPrometheus(config: PrometheusConfig | undefined, given: PrometheusGiven): System {
  const http = config === undefined ? undefined : createHttp({ system: 'prometheus', ...config });
  const deps =
    config === undefined || http === undefined
      ? undefined
      : {
          api: prometheusApi(http),
          clock: given.clock,
          labels: given.labels,
          jobs: config.jobs,
          linkBase: publicBase(config.publicUrl ?? config.url),
        };
  return systemOf({
    name: 'prometheus',
    deps,
    checks: { latency, share, rate, value, compliance, budget },
    actions: {},
    clock: given.clock,
    log: given.log,
    prepare: async () => http?.prepare(),
    close: () => http?.close(),
  });
}
