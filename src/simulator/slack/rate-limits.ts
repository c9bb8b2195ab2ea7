// Slack's rate limits: tier floors per method and minute, one post a second per channel (https://docs.slack.dev/apis/web-api/rate-limits).
import type { Tier } from './method-table.ts';

const callsPerMinute = { 2: 20, 3: 50, 4: 100 } as const;
const postsPerMinute = 300;
/** Slack tolerates short bursts over one post a second and does not say how short. */
const postBurst = 3;
const minuteMs = 60_000;

export interface RateLimits {
  /** @returns seconds to wait (an integer, as in `Retry-After`), or 0 when the call is admitted and counted */
  admit(method: string, tier: Tier, channel: string | undefined): number;
}

/** @param now ms; a clock that jumps ahead frees the limits, as waiting would */
export function createRateLimits(kind: 'slack' | 'generous', now: () => number): RateLimits {
  const calls = new Map<string, number[]>();
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    admit(method, tier, channel) {
      if (kind === 'generous' || tier === 'none') return 0;
      const at = now();
      if (tier !== 'post') return admitInMinute(calls, method, callsPerMinute[tier], at);
      const wait = channel === undefined ? 0 : admitPost(buckets, channel, at);
      return wait > 0 ? wait : admitInMinute(calls, method, postsPerMinute, at);
    },
  };
}

function admitInMinute(calls: Map<string, number[]>, key: string, max: number, at: number): number {
  const recent = (calls.get(key) ?? []).filter((one) => one > at - minuteMs);
  calls.set(key, recent);
  if (recent.length < max) {
    recent.push(at);
    return 0;
  }
  return Math.max(1, Math.ceil(((recent[0] ?? at) + minuteMs - at) / 1000));
}

function admitPost(buckets: Map<string, { tokens: number; at: number }>, channel: string, at: number): number {
  const bucket = buckets.get(channel) ?? { tokens: postBurst, at };
  const tokens = Math.min(postBurst, bucket.tokens + (at - bucket.at) / 1000);
  if (tokens < 1) {
    buckets.set(channel, { tokens, at });
    return 1;
  }
  buckets.set(channel, { tokens: tokens - 1, at });
  return 0;
}
