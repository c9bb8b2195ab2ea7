// How Prometheus is configured: `systems.prometheus`.

import { z } from 'zod';

export const prometheusConfig = z.strictObject({
  /** May carry a path, for example `https://ops.example.com/prometheus`. */
  url: z.url({ protocol: /^https?$/ }),
  bearerToken: z.string().min(1).optional(),
  caFile: z.string().min(1).optional(),
  proxy: z.url({ protocol: /^https?$/ }).optional(),
  /** Where people open it, when that is not `url`. */
  publicUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** Scrape jobs whose series count; `=~pattern` for several. Absent: all jobs. */
  jobs: z.array(z.string().min(1)).min(1).optional(),
});

export type PrometheusConfig = z.output<typeof prometheusConfig>;
