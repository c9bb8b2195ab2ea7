// When the blow falls: at random, during a start, between a click and what it is about, or in the middle of a call to Slack.

import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkspaceChange } from '../../src/simulator/slack/workspace.ts';
import type { Chance } from './chance.ts';
import type { Stage } from './stage.ts';

export type Moment =
  | 'whenever'
  | 'starting'
  | 'after an acknowledgement'
  | 'between a click and its result'
  | 'in the middle of an action'
  | `in the middle of ${Middle}`;
/** What Slack has just done; the bot does not have Slack's answer yet. */
type Middle = 'a message' | 'an answer' | 'a new channel' | 'a form' | 'an upload';

const changes: Readonly<Record<Middle, WorkspaceChange['kind']>> = {
  'a message': 'message',
  'an answer': 'ephemeral',
  'a new channel': 'channel',
  'a form': 'view',
  'an upload': 'file',
};

const weights: Readonly<Record<Moment, number>> = {
  whenever: 24,
  starting: 10,
  'after an acknowledgement': 22,
  'between a click and its result': 0,
  'in the middle of an action': 10,
  'in the middle of a message': 18,
  'in the middle of an answer': 6,
  'in the middle of a new channel': 8,
  'in the middle of a form': 4,
  'in the middle of an upload': 8,
};

/** Where it is about actions nearly every click asks for one, and nearly every kill hits one on its way. */
const weightsForActions: Readonly<Record<Moment, number>> = {
  ...weights,
  whenever: 8,
  starting: 4,
  'after an acknowledgement': 4,
  'between a click and its result': 56,
  'in the middle of an action': 24,
  'in the middle of a message': 4,
  'in the middle of a new channel': 0,
  'in the middle of an answer': 0,
  'in the middle of a form': 0,
  'in the middle of an upload': 0,
};

/** A moment that does not come is not waited for longer. */
const patienceMs = 3_000;
/** From a click on to the result of a quick action. */
const resultWithinMs = 1_200;

export function nextMoment(chance: Chance, aboutActions: boolean): Moment {
  return chance.weighted(aboutActions ? weightsForActions : weights);
}

/** Calls `strike` once, at the moment; resolves when it has. Not for `starting`, which whoever starts the bot knows best. */
export async function waitAndStrike(
  moment: Exclude<Moment, 'starting'>,
  { slack, redisWrites }: Pick<Stage, 'slack' | 'redisWrites'>,
  chance: Chance,
  strike: () => void,
): Promise<void> {
  if (moment === 'whenever') {
    await sleep(chance.between(100, 2_500));
    return strike();
  }
  if (moment === 'in the middle of an action') {
    await redisWrites.next(patienceMs);
    return strike();
  }
  const isAfterClick = moment === 'between a click and its result';
  const kind =
    isAfterClick || moment === 'after an acknowledgement'
      ? 'delivery'
      : changes[moment.slice('in the middle of '.length) as Middle];
  let toPass = chance.between(0, 6);
  const delayMs = isAfterClick ? chance.between(0, resultWithinMs) : chance.happens(0.5) ? 0 : chance.between(1, 40);
  const struck = Promise.withResolvers<void>();
  let over = false;
  const blow = (): void => {
    if (over) return;
    over = true;
    strike();
    struck.resolve();
  };
  const stopListening = slack.on((change) => {
    if (change.kind !== kind || (kind === 'delivery' && change.outcome !== 'ok') || toPass < 0) return;
    if (isAfterClick && change.delivery !== 'block_actions' && change.delivery !== 'view_submission') return;
    toPass -= 1;
    if (toPass >= 0) return;
    // At once means before Slack's answer is on the wire.
    if (delayMs === 0) blow();
    else setTimeout(blow, delayMs);
  });
  const tooLate = setTimeout(blow, patienceMs);
  await struck.promise;
  clearTimeout(tooLate);
  stopListening();
}
