// What Slack sends, whichever way it comes: Bolt routes it, and the deliveries take it.

import { App, type Receiver, type StringIndexed } from '@slack/bolt';
import type { DeliveryKind, Meter } from '../core/meter.ts';
import type { Log } from '../core/ports.ts';
import { isEvent } from './asks.ts';
import type { Ack, Deliveries } from './deliveries.ts';
import type { Identity } from './identity.ts';
import { actionIds } from './ids.ts';
import { meteredAck } from './metered-ack.ts';
import { sdkLog } from './sdk-log.ts';

/** Puts Bolt's app behind a receiver. Nothing here or behind it knows how the receiver got what it hands over. */
export function routeTo(
  deliveries: Deliveries,
  receiver: Receiver,
  given: {
    readonly botToken: string;
    readonly identity: () => Identity | undefined;
    readonly log: Log;
    readonly meter: Meter;
  },
): void {
  const { meter } = given;
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
  /** Bolt's three kinds of ack take different bodies; ours are right for the kind that calls them. */
  const metered = (kind: DeliveryKind, ack: unknown, { transport, arrivedAt }: StringIndexed): Ack =>
    meteredAck(ack as Ack, meter, kind, { transport, arrivedAt });
  // One listener for each kind: Bolt runs every listener that matches, and two would act twice.
  app.command(/^\//, async ({ body, ack, context }) => deliveries.command(body, metered('command', ack, context)));
  app.action(/^/, async ({ body, ack, context }) => deliveries.click(body, metered('click', ack, context)));
  app.view(/^/, async ({ body, ack, context }) => deliveries.submission(body, metered('submission', ack, context)));
  const { addToIncident } = actionIds;
  app.shortcut({ callback_id: addToIncident, type: 'message_action' }, async ({ body, ack, context }) =>
    deliveries.shortcut(body, metered('click', ack, context)),
  );
  const route = app.processEvent.bind(app);
  // Bolt acknowledges an event before anybody has seen it; here it is stored first.
  app.processEvent = (delivery) => {
    if (!isEvent(delivery.body)) return route(delivery);
    return deliveries.event(delivery.body, metered('event', delivery.ack, delivery.customProperties ?? {}));
  };
  // Passing it on lets the receiver answer; a handler that swallows it leaves Slack waiting and the person with a failure
  // that says nothing.
  app.error(async (error) => {
    throw error;
  });
}
