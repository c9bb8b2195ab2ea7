// Parameters of the Redis actions.

import { z } from 'zod';

export const redisActions = {
  'maxmemory-policy': z.strictObject({
    policy: z.enum([
      'noeviction',
      'allkeys-lru',
      'allkeys-lfu',
      'allkeys-random',
      'volatile-lru',
      'volatile-lfu',
      'volatile-random',
      'volatile-ttl',
    ]),
  }),
  'unlink-prefixes': z.strictObject({
    prefixes: z
      .array(
        z
          .string()
          .regex(/^[^*?[\]\\\s]+$/, 'Write the beginning of the keys as it is, for example opa: and no pattern.'),
      )
      .min(1, 'Name at least one prefix.'),
  }),
  flushdb: z.strictObject({}),
};
