// Keeps our calls under Slack's limits, method by method, so that a limit is the exception and never the way to find out.

import { type Allowance, type Turns, turnsInMemory } from '../core/turn.ts';
import type { Line } from './places.ts';

type Limit = Omit<Allowance, 'key'>;

const minuteMs = 60_000;
/** Slack names floors a minute by tier and says nothing about bursts; a tenth stays free for calls that arrive late or out of turn. */
const tier = (floor: number): Limit => ({ calls: Math.floor(floor * 0.9), windowMs: minuteMs });

/** Methods we call and their tiers: https://docs.slack.dev/apis/web-api/rate-limits and each method's page. */
const limits: Readonly<Record<string, Limit>> = {
  'chat.postMessage': { calls: 250, windowMs: minuteMs },
  response_url: { calls: 250, windowMs: minuteMs },
  'chat.update': tier(50),
  'chat.postEphemeral': tier(100),
  'conversations.create': tier(20),
  'conversations.setTopic': tier(20),
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
 * Slack takes one post a second in each channel, through a response_url too, and tolerates short bursts. Three at once are what an
 * incident begins with (card, call, evidence); four seconds for three leave a second to a post that arrives late.
 */
const perChannel: Limit = { calls: 3, windowMs: 4_000 };
/** However many people ask, one place in their channel is left to the posts. */
const perChannelForAnswers: Limit = { ...perChannel, calls: perChannel.calls - 1 };
const unknownMethod = tier(20);

/** A store that does not answer must not hold up what people are told about it. */
const storeWithinMs = 3_000;
/** Answers to people, which are no method. */
const answers = 'response_url';

export interface Pacing {
  /** Ms to wait before this call. The place is reserved when the wait is at most `patienceMs`; otherwise nothing is. */
  reserve(method: string, channel: string | undefined, patienceMs: number): Promise<number>;
  /**
   * In which a post waits that has no turn. Undefined for other methods: what they grant a minute may be granted at once, and what waits for
   * it, such as the rooms of a storm of alerts, must not be drawn out.
   */
  lineOf(method: string, channel: string | undefined): Line | undefined;
  /**
   * Slack said 429: nothing of this method goes out for so long. Other methods are not touched, and neither are posts to other
   * channels, unless a second channel is refused meanwhile: then the limit is the workspace's.
   */
  pause(method: string, channel: string | undefined, ms: number): void;
  /** How much of each method's allowance is free now, from 0 (nothing, or paused by Slack) to 1. */
  left(): Promise<Readonly<Record<string, number>>>;
}

/**
 * `turns` are those of all replicas, which share what Slack grants; while they cannot be asked, this process counts its own.
 * `times`: how many times the published limits Slack grants this workspace.
 */
export function createPacing(turns: Turns, times = 1): Pacing {
  const own = turnsInMemory(() => performance.now());
  /** Channels that Slack refused, and until when, by a stopwatch. */
  const refused = new Map<string, number>();

  const allowance = (key: string, { calls, windowMs }: Limit): Allowance => {
    return { key, calls: Math.floor(calls * times), windowMs };
  };

  return {
    async reserve(method, channel, patienceMs) {
      const wanted = [allowance(method, limits[method] ?? unknownMethod)];
      const key = postsKey(method, channel);
      if (key !== undefined) wanted.push(allowance(key, method === answers ? perChannelForAnswers : perChannel));
      return (await inTime(turns.take(wanted, patienceMs))) ?? own.take(wanted, patienceMs);
    },
    lineOf(method, channel) {
      const key = postsKey(method, channel);
      return key === undefined ? undefined : { key, apartMs: perChannel.windowMs / allowance(key, perChannel).calls };
    },
    pause(method, channel, ms) {
      const now = performance.now();
      for (const [key, until] of refused) if (until <= now) refused.delete(key);
      const posts = postsKey(method, channel);
      const key = posts === undefined || [...refused.keys()].some((other) => other !== posts) ? method : posts;
      if (posts !== undefined) refused.set(posts, now + ms);
      void own.pause(key, ms);
      // Nobody has to wait for it: another replica that calls too early is told to wait by Slack.
      void turns.pause(key, ms).catch(() => undefined);
    },
    async left() {
      const known = Object.entries(limits).map(([method, limit]) => allowance(method, limit));
      const free = (await inTime(turns.free(known))) ?? (await own.free(known));
      return Object.fromEntries(known.map(({ key }, index) => [key, free[index] ?? 1]));
    },
  };
}

/** Slack limits posts by channel, everything else by method. */
function postsKey(method: string, channel: string | undefined): string | undefined {
  return channel !== undefined && (method === 'chat.postMessage' || method === answers) ? `post ${channel}` : undefined;
}

/** Undefined when the store failed or did not answer in time. */
async function inTime<T>(asked: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(late.resolve, storeWithinMs, undefined);
  return Promise.race([asked.catch(() => undefined), late.promise]).finally(() => clearTimeout(timer));
}
