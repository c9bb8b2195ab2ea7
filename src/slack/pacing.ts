// Keeps our calls under Slack's limits, method by method, so that a limit is the exception and never the way to find out.

import type { Clock } from '../core/ports.ts';

/** At most `calls` in any `windowMs`. */
interface Allowance {
  readonly calls: number;
  readonly windowMs: number;
}

const minuteMs = 60_000;
/** Slack names floors a minute by tier and says nothing about bursts; a tenth stays free for other replicas' surprises. */
const tier = (floor: number): Allowance => ({ calls: Math.floor(floor * 0.9), windowMs: minuteMs });

/** Methods we call and their tiers: https://docs.slack.dev/apis/web-api/rate-limits and each method's page. */
const allowances: Readonly<Record<string, Allowance>> = {
  'chat.postMessage': { calls: 250, windowMs: minuteMs },
  'chat.update': tier(50),
  'chat.postEphemeral': tier(100),
  'conversations.create': tier(20),
  'conversations.setTopic': tier(20),
  'conversations.list': tier(20),
  'conversations.invite': tier(50),
  'conversations.history': tier(50),
  'conversations.replies': tier(50),
  'users.conversations': tier(50),
  'pins.add': tier(20),
  'usergroups.users.list': tier(20),
  'users.info': tier(100),
  'views.open': tier(100),
  'files.getUploadURLExternal': tier(100),
  'files.completeUploadExternal': tier(100),
  'files.info': tier(100),
};

/**
 * Slack takes one post a second in each channel and tolerates short bursts. Three at once are what an incident begins with (card, call,
 * evidence); four seconds for three leave a second to a post that arrives late.
 */
const perChannel: Allowance = { calls: 3, windowMs: 4_000 };
const unknownMethod = tier(20);

export interface Pacing {
  /** Ms to wait before this call. The place is reserved when the wait is at most `patienceMs`; otherwise nothing is. */
  reserve(method: string, channel: string | undefined, patienceMs: number): number;
  /** An answer through a response_url went into the channel: it waits for nothing, and Slack counts it with the posts. */
  answered(channel: string): void;
  /**
   * Slack said 429: nothing of this method goes out for so long. Other methods are not touched, and neither are posts to other
   * channels, unless a second channel is refused meanwhile: then the limit is the workspace's.
   */
  pause(method: string, channel: string | undefined, ms: number): void;
  /** How much of each method's allowance is free now, from 0 (nothing, or paused by Slack) to 1. */
  left(): Readonly<Record<string, number>>;
}

/** Slack limits posts by channel, everything else by method. */
function pauseKey(method: string, channel: string | undefined): string {
  return method === 'chat.postMessage' && channel !== undefined ? `${method} ${channel}` : method;
}

/** `times`: how many times the published limits Slack grants this workspace. */
export function createPacing(clock: Clock, times = 1): Pacing {
  const used = new Map<string, number[]>();
  const pausedUntil = new Map<string, number>();

  const callsIn = (allowance: Allowance): number => Math.floor(allowance.calls * times);

  const recentIn = (key: string, allowance: Allowance, now: number): readonly number[] => {
    const recent = (used.get(key) ?? []).filter((at) => at > now - allowance.windowMs);
    if (recent.length === 0) used.delete(key);
    else used.set(key, recent);
    return recent;
  };

  const waitIn = (key: string, allowance: Allowance, now: number): number => {
    const calls = callsIn(allowance);
    const recent = recentIn(key, allowance, now);
    const blocking = recent.length < calls ? undefined : recent[recent.length - calls];
    return blocking === undefined ? 0 : blocking + allowance.windowMs - now;
  };

  return {
    reserve(method, channel, patienceMs) {
      const now = clock.now();
      const buckets: (readonly [string, Allowance])[] = [[method, allowances[method] ?? unknownMethod]];
      if (method === 'chat.postMessage' && channel !== undefined) buckets.push([`post ${channel}`, perChannel]);
      const until = Math.max(pausedUntil.get(method) ?? 0, pausedUntil.get(pauseKey(method, channel)) ?? 0);
      const paused = Math.max(0, until - now);
      const wait = Math.max(paused, ...buckets.map(([key, allowance]) => waitIn(key, allowance, now)));
      if (wait > patienceMs) return wait;
      for (const [key] of buckets) used.set(key, [...(used.get(key) ?? []), now + wait]);
      return wait;
    },
    answered(channel) {
      const key = `post ${channel}`;
      const now = clock.now();
      const recent = recentIn(key, perChannel, now);
      // However many people ask, one place is left to the posts.
      if (recent.length < callsIn(perChannel) - 1) used.set(key, [...recent, now]);
    },
    pause(method, channel, ms) {
      const now = clock.now();
      for (const [key, until] of pausedUntil) if (until <= now) pausedUntil.delete(key);
      const own = pauseKey(method, channel);
      const others = [...pausedUntil.keys()].some((key) => key !== own && key.startsWith(`${method} `));
      const key = others ? method : own;
      pausedUntil.set(key, Math.max(pausedUntil.get(key) ?? 0, now + ms));
    },
    left() {
      const now = clock.now();
      const free = Object.entries(allowances).map(([method, allowance]) => {
        if ((pausedUntil.get(method) ?? 0) > now) return [method, 0];
        return [method, Math.max(0, 1 - recentIn(method, allowance, now).length / callsIn(allowance))];
      });
      return Object.fromEntries(free) as Record<string, number>;
    },
  };
}
