// How Alertmanager is configured: `systems.alertmanager`.

import { z } from 'zod';

export const alertmanagerConfig = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** What its webhook calls must carry as bearer token. */
  webhookToken: z.string().min(1).optional(),
});

export type AlertmanagerConfig = z.output<typeof alertmanagerConfig>;
