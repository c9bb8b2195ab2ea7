// Redis answers that do not say what was asked: each named, none read as zero.

import type { Limit, LimitReading } from '../../core/verdict.ts';
import type { Failure } from '../failure.ts';

/** The server answered INFO with something that lacks the expected fields. */
export function notRedisInfo(request: string): Failure {
  return {
    reason: 'malformed',
    detail: `redis: ${request} was answered without the fields that Redis gives`,
    remedy: 'Check that systems.redis.url leads to Redis itself and that the account may read INFO.',
  };
}

/** A share of a maximum that is not there. */
export function undecidableShare(limits: readonly Limit[], why: string): readonly LimitReading[] {
  return limits.map((limit) => ({ ...limit, outcome: 'undecidable', why }));
}
