// Calls of Slack's Web API: one deadline each, no retries of the SDK, our own pacing, answers validated, failures told apart.

import { setTimeout as sleep } from 'node:timers/promises';
import { WebClient } from '@slack/web-api';
import type { z } from 'zod';
import type { CallOutcome, Meter } from '../core/meter.ts';
import type { Log } from '../core/ports.ts';
import type { Turns } from '../core/turn.ts';
import { failureOf, SlackCallFailed, type SlackFailure } from './failures.ts';
import { lost } from './held-api.ts';
import { createPacing } from './pacing.ts';
import { sdkLog } from './sdk-log.ts';

export interface SlackApi {
  /**
   * Calls a method and validates the answer. Rejects with `SlackCallFailed` only. A call whose turn is further away than the
   * caller's patience is not made and rejects with a `wait`; so does one that is no longer wanted (`still`) when its turn has come.
   */
  call<T extends z.ZodType>(
    method: string,
    args: Readonly<Record<string, unknown>>,
    answer: T,
    still?: () => boolean,
  ): Promise<z.output<T>>;
  /** The same at once and with a short deadline, for what a person waits for within three seconds. */
  quick<T extends z.ZodType>(method: string, args: Readonly<Record<string, unknown>>, answer: T): Promise<z.output<T>>;
  /** Sends the bytes of a file to the address that Slack gave; without our token, which is not that server's business. */
  upload(url: string, bytes: Uint8Array): Promise<void>;
  /**
   * Answers through a response_url, which counts as a post into the channel it was handed out for; without that channel, at once.
   * False when it is used up, expired or unreachable, and when the channel's next turn is too far away.
   */
  respond(url: string, body: Readonly<Record<string, unknown>>, channel?: string): Promise<boolean>;
  /** Our own allowance by method: how much of it is free, 0 to 1. */
  budget(): Promise<Readonly<Record<string, number>>>;
}

const deadlineMs = 10_000;
const quickDeadlineMs = 2_000;
const respondDeadlineMs = 5_000;
/** Where they asked is the best place, so the turn of the channel is waited for; longer than this another way is better. */
const respondPatienceMs = 4_500;
/** A turn further away than this is handed back to the outbox instead of holding a lease. */
const patienceMs = 2_500;

function channelOf(args: Readonly<Record<string, unknown>>): string | undefined {
  return typeof args.channel === 'string' ? args.channel : undefined;
}

const callOutcomeOf: Readonly<Record<SlackFailure['kind'], CallOutcome>> = {
  wait: 'rate-limited',
  refused: 'refused',
  'locked-out': 'refused',
  unreached: 'failed',
  ambiguous: 'failed',
};

export function createWebApi(
  config: { readonly botToken: string; readonly apiUrl?: string; readonly limits?: number | undefined },
  given: { readonly turns: Turns; readonly log: Log; readonly meter: Meter; readonly stopping: AbortSignal },
): SlackApi {
  const client = (timeout: number) =>
    new WebClient(config.botToken, {
      ...(config.apiUrl === undefined ? {} : { slackApiUrl: config.apiUrl }),
      // A repeated post is a double post: only the outbox repeats, and it looks first.
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout,
      // Else the token goes to any address that stands in the place of a method name.
      allowAbsoluteUrls: false,
      logger: sdkLog(given.log),
    });
  const patient = client(deadlineMs);
  const hasty = client(quickDeadlineMs);
  const pacing = createPacing(given.turns, config.limits);
  const begun = (method: string) => {
    const startedAt = performance.now();
    return (outcome: CallOutcome) => given.meter.called(method, outcome, performance.now() - startedAt);
  };

  const perform = async <T extends z.ZodType>(
    through: WebClient,
    method: string,
    args: Readonly<Record<string, unknown>>,
    answer: T,
  ): Promise<z.output<T>> => {
    const told = begun(method);
    try {
      const raw = await through.apiCall(method, { ...args });
      const read = answer.safeParse(raw);
      if (read.success) {
        told('ok');
        return read.data;
      }
    } catch (error) {
      const failure = failureOf(error);
      told(callOutcomeOf[failure.kind]);
      if (failure.kind !== 'wait') throw new SlackCallFailed(method, failure);
      const channel = channelOf(args);
      pacing.pause(method, channel, failure.afterMs);
      given.meter.paused(method, failure.afterMs);
      throw new SlackCallFailed(method, { ...failure, line: pacing.lineOf(method, channel) });
    }
    told('failed');
    throw new SlackCallFailed(method, { kind: 'ambiguous', why: 'Slack answered something unexpected' });
  };

  return {
    async call(method, args, answer, still) {
      const waitMs = await pacing.reserve(method, channelOf(args), patienceMs);
      if (waitMs > patienceMs) {
        const line = pacing.lineOf(method, channelOf(args));
        throw new SlackCallFailed(method, { kind: 'wait', afterMs: waitMs, why: 'waiting for its turn', line });
      }
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: given.stopping }).catch(() => undefined);
      if (given.stopping.aborted) throw new SlackCallFailed(method, { kind: 'wait', afterMs: 0, why: 'stopping' });
      if (still?.() === false) throw lost(method);
      return perform(patient, method, args, answer);
    },

    quick: (method, args, answer) => perform(hasty, method, args, answer),

    budget: () => pacing.left(),

    async upload(url, bytes) {
      const told = begun('upload');
      const response = await fetch(url, {
        method: 'POST',
        body: new Uint8Array(bytes),
        headers: { 'content-type': 'application/octet-stream' },
        redirect: 'error',
        signal: AbortSignal.timeout(deadlineMs),
      }).catch((error: unknown) => {
        told('failed');
        throw new SlackCallFailed('upload', failureOf(error));
      });
      told(response.ok ? 'ok' : 'failed');
      await response.body?.cancel();
      // The ticket may be spent: a new one costs nothing, so a failed upload starts from the beginning.
      if (!response.ok)
        throw new SlackCallFailed('upload', { kind: 'unreached', why: `the upload answered HTTP ${response.status}` });
    },

    async respond(url, body, channel) {
      const waitMs = channel === undefined ? 0 : await pacing.reserve('response_url', channel, respondPatienceMs);
      if (waitMs > respondPatienceMs) return false;
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: given.stopping }).catch(() => undefined);
      const told = begun('response_url');
      try {
        const response = await fetch(url, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
          redirect: 'error',
          signal: AbortSignal.timeout(respondDeadlineMs),
        });
        const answer = await response.text();
        const took = response.ok && !/"ok":\s*false/.test(answer);
        told(took ? 'ok' : 'refused');
        if (took) return true;
        given.log.warn(
          { status: response.status, answer: answer.slice(0, 100) },
          'a response_url did not take an answer',
        );
      } catch (error) {
        told('failed');
        given.log.warn({ why: failureOf(error).why }, 'a response_url cannot be reached');
      }
      return false;
    },
  };
}
