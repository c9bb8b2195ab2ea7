// What Slack sends, whichever way it comes: Bolt routes it, and the deliveries take it.

import { App, type Receiver } from '@slack/bolt';
import type { Log } from '../core/ports.ts';
import type { Ack, Deliveries } from './deliveries.ts';
import type { Identity } from './identity.ts';
import { sdkLog } from './sdk-log.ts';

/** Puts Bolt's app behind a receiver. Nothing here or behind it knows how the receiver got what it hands over. */
export function routeTo(
  deliveries: Deliveries,
  receiver: Receiver,
  given: { readonly botToken: string; readonly identity: () => Identity | undefined; readonly log: Log },
): void {
  // No token: with one, Bolt would ask auth.test at once, and a Slack that is away would end the process.
  const app = new App({
    receiver,
    convoStore: false,
    logger: sdkLog(given.log),
    authorize: async () => {
      const me = given.identity();
      return {
        botToken: given.botToken,
        ...(me === undefined ? {} : { botUserId: me.userId }),
        ...(me?.botId === undefined ? {} : { botId: me.botId }),
      };
    },
  });
  // One listener for each kind: Bolt runs every listener that matches, and two would act twice.
  app.command(/^\//, async ({ body, ack }) => deliveries.command(body, asAck(ack)));
  app.action(/^/, async ({ body, ack }) => deliveries.click(body, asAck(ack)));
  app.view(/^/, async ({ body, ack }) => deliveries.submission(body, asAck(ack)));
  // Passing it on lets the receiver answer; a handler that swallows it leaves Slack waiting and the person with a failure
  // that says nothing.
  app.error(async (error) => {
    throw error;
  });
}

/** Bolt's three kinds of ack take different bodies; ours are right for the kind that calls them. */
function asAck(ack: unknown): Ack {
  return ack as Ack;
}
