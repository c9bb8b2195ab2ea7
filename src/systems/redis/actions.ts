// The Redis actions, one line each.

import { flushdb } from './flushdb.ts';
import { maxmemoryPolicy } from './maxmemory-policy.ts';
import { unlinkPrefixes } from './unlink-prefixes.ts';

export const redisActions = {
  'maxmemory-policy': maxmemoryPolicy,
  'unlink-prefixes': unlinkPrefixes,
  flushdb,
};
