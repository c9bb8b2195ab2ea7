// Alertmanager as a system: the silence it can be asked for.

import { z } from 'zod';
import { parseDuration } from '../../core/duration.ts';
import type { Clock, Log, System } from '../../core/ports.ts';
import { byHand } from '../action-kind.ts';
import { systemOf } from '../check-kind.ts';
import type { AlertmanagerConfig } from './config.ts';

const actions = {
  silence: byHand<AlertmanagerConfig>(
    z.strictObject({
      /** Label to value, or to `=~pattern`; all must match. */
      matchers: z
        .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'Write the name of a label.'), z.string().min(1))
        .refine(
          (matchers) => Object.keys(matchers).length > 0,
          'Name at least one label: an empty silence silences all.',
        ),
      /** A silence has an end. */
      for: z.string().refine((text) => (parseDuration(text) ?? 0) > 0, 'Write a duration like 30m or 2h.'),
    }),
  ),
};

export function createAlertmanager(
  config: AlertmanagerConfig | undefined,
  given: { readonly clock: Clock; readonly log: Log },
): System {
  return systemOf({
    name: 'alertmanager',
    deps: config,
    checks: {},
    actions,
    clock: given.clock,
    log: given.log,
  });
}
