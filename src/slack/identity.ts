// Who we are in Slack: asked in the background until Slack answers, and again now and then, so that a start never waits for it.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../core/ports.ts';
import { authAnswer } from './answers.ts';
import { failureOf, SlackCallFailed } from './failures.ts';
import type { SlackApi } from './web-api.ts';

export interface Identity {
  readonly teamId: string;
  /** Absent where the workspace belongs to no organisation. */
  readonly enterpriseId?: string;
  readonly userId: string;
  readonly botId?: string;
  /** `https://example.slack.com/`. */
  readonly url: string;
}

export interface IdentityWatch {
  /** Undefined until Slack answered for the first time. */
  known(): Identity | undefined;
  status(): { readonly connected: boolean; readonly detail: string };
  /** Asks once, with a short deadline. */
  answers(): Promise<boolean>;
  /** Asks until `stopping` is aborted. */
  start(): void;
}

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
const whenWellMs = 60_000;

export function watchIdentity(given: {
  readonly api: SlackApi;
  readonly log: Log;
  readonly stopping: AbortSignal;
}): IdentityWatch {
  const { api, log, stopping } = given;
  let identity: Identity | undefined;
  let status = { connected: false, detail: 'Slack was not asked yet' };

  const askOnce = async (): Promise<boolean> => {
    try {
      const answer = await api.call('auth.test', {}, authAnswer);
      identity = {
        teamId: answer.team_id,
        userId: answer.user_id,
        url: answer.url,
        ...(answer.enterprise_id == null ? {} : { enterpriseId: answer.enterprise_id }),
        ...(answer.bot_id === undefined ? {} : { botId: answer.bot_id }),
      };
      if (!status.connected) log.info({ team: answer.team_id, bot: answer.user_id }, 'connected to Slack');
      status = { connected: true, detail: `connected to ${answer.url}` };
      return true;
    } catch (error) {
      const why = error instanceof SlackCallFailed ? error.failure.why : failureOf(error).why;
      // One line when it breaks, not one for every attempt.
      if (status.detail !== why) log.warn({ why }, 'Slack does not answer auth.test; trying again in the background');
      status = { connected: false, detail: why };
      return false;
    }
  };

  const keepAsking = async (): Promise<void> => {
    let pauseMs = firstPauseMs;
    while (!stopping.aborted) {
      const well = await askOnce();
      pauseMs = well ? firstPauseMs : Math.min(longestPauseMs, pauseMs * 2);
      await sleep(well ? whenWellMs : pauseMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);
    }
  };

  const answers = (): Promise<boolean> =>
    api.quick('auth.test', {}, authAnswer).then(
      () => true,
      () => false,
    );

  return { known: () => identity, status: () => status, answers, start: () => void keepAsking() };
}
