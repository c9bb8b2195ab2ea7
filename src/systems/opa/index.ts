// Open Policy Agent as a system: a check of its health, and the gate of actions where a decision is configured.

import type { Gate } from '../../core/action/ports.ts';
import type { Clock, Log, System } from '../../core/ports.ts';
import { systemOf } from '../check-kind.ts';
import { createHttp } from '../http.ts';
import { publicBase } from '../links.ts';
import type { OpaConfig } from './config.ts';
import { createGate } from './gate.ts';
import { health } from './health.ts';

/** Without a config its check answers `not_configured`, and there is no gate. */
export function createOpa(
  config: OpaConfig | undefined,
  given: { readonly clock: Clock; readonly log: Log },
): { readonly system: System; readonly gate?: Gate } {
  const http = config === undefined ? undefined : createHttp({ system: 'opa', ...config });
  const system = systemOf({
    name: 'opa',
    deps: config === undefined || http === undefined ? undefined : { http, linkBase: publicBase(config.url) },
    checks: { health },
    actions: {},
    clock: given.clock,
    log: given.log,
    prepare: async () => http?.prepare(),
    close: () => http?.close(),
  });
  if (http === undefined || config?.decision === undefined) return { system };
  return { system, gate: createGate(http, config.decision) };
}
