// How Redis is configured: `systems.redis`.

import { z } from 'zod';

const redisUrl = z.url({ protocol: /^rediss?$/ });

export const redisConfig = z.strictObject({
  /** `redis://` or `rediss://` with user, password, port and database number; read-only rights are enough. */
  url: redisUrl,
  /** The account that may change things; without it no action on Redis can run. */
  actionsUrl: redisUrl.optional(),
  /** Key prefixes that hold state, beside those that the runbook names. */
  protectedPrefixes: z.array(z.string().min(1)).default([]),
  caFile: z.string().min(1).optional(),
});

export type RedisConfig = z.output<typeof redisConfig>;
