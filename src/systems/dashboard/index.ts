// The ACGS-2 monitoring dashboard as a system of checks.

import type { Clock, Log, System } from '../../core/ports.ts';
import { systemOf } from '../check-kind.ts';
import { createHttp } from '../http.ts';
import { publicBase } from '../links.ts';
import { breakers } from './breakers.ts';
import type { DashboardConfig } from './config.ts';
import { constitution } from './constitution.ts';
import { overview } from './overview.ts';
import { performance } from './performance.ts';

export interface DashboardGiven {
  readonly clock: Clock;
  readonly log: Log;
  readonly constitutionalHash: string;
}

/** Without a config its checks answer `not_configured`. */
export function createDashboard(config: DashboardConfig | undefined, given: DashboardGiven): System {
  const http = config === undefined ? undefined : createHttp({ system: 'dashboard', ...config });
  const { constitutionalHash } = given;
  return systemOf({
    name: 'dashboard',
    deps:
      config === undefined || http === undefined
        ? undefined
        : { http, linkBase: publicBase(config.publicUrl ?? config.url), constitutionalHash },
    checks: { overview, performance, breakers, constitution },
    actions: {},
    clock: given.clock,
    log: given.log,
    prepare: async () => http?.prepare(),
    close: () => http?.close(),
  });
}
