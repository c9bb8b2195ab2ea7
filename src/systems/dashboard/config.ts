// How the ACGS-2 monitoring dashboard is configured: `systems.dashboard`.

import { z } from 'zod';

export const dashboardConfig = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  bearerToken: z.string().min(1).optional(),
  caFile: z.string().min(1).optional(),
  proxy: z.url({ protocol: /^https?$/ }).optional(),
  /** Where people open it, when that is not `url`. */
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
});

export type DashboardConfig = z.output<typeof dashboardConfig>;
