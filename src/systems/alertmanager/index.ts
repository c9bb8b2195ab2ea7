// Alertmanager as a system: the silences that it can be asked for.

import type { Clock, Log, System } from '../../core/ports.ts';
import { systemOf } from '../check-kind.ts';
import { createHttp } from '../http.ts';
import type { AlertmanagerConfig } from './config.ts';
import { expireSilence } from './expire-silence.ts';
import { silence } from './silence.ts';

export function createAlertmanager(
  config: AlertmanagerConfig | undefined,
  given: { readonly clock: Clock; readonly log: Log },
): System {
  const { clock, log } = given;
  const http = config === undefined ? undefined : createHttp({ system: 'alertmanager', url: config.url });
  return systemOf({
    name: 'alertmanager',
    deps:
      config === undefined || http === undefined
        ? undefined
        : { http, clock, target: `alertmanager ${new URL(config.url).host}` },
    checks: {},
    actions: { silence, 'expire-silence': expireSilence },
    clock,
    log,
    prepare: async () => http?.prepare(),
    close: () => http?.close(),
  });
}
