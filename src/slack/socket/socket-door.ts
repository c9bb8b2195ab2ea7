// Socket Mode: two connections that do not end at the same time, and what comes over them handed to Bolt.

import type { App } from '@slack/bolt';
import type { Clock, Log } from '../../core/ports.ts';
import type { Door } from '../door.ts';
import type { Arrival } from '../metered-ack.ts';
import { type Connection, type Envelope, openConnection, type SocketConfig } from './connection.ts';
import { createLine, type Line, type Trouble } from './line.ts';

const names = ['first', 'second'] as const;
/** Where Slack does not say how long it means to keep a connection. */
const usualLifeMs = 3_600_000;
const oneDayMs = 86_400_000;

export function createSocketDoor(
  config: SocketConfig,
  given: { readonly clock: Clock; readonly log: Log; readonly chance: () => number },
): Door {
  const { log } = given;
  let app: App | undefined;
  /** When Slack will end the connection of each line, on the monotonic clock. */
  const endsAt = new Map<string, number>();
  /** Troubles that the log has; both lines mostly have the same. */
  const told = new Set<string>();

  const onEnvelope = async ({ body, ack, retryNum, retryReason }: Envelope): Promise<void> => {
    const arrival: Arrival = { transport: 'socket', arrivedAt: performance.now() };
    const retry = {
      ...(retryNum === undefined ? {} : { retryNum }),
      ...(retryReason === undefined ? {} : { retryReason }),
    };
    await app
      ?.processEvent({ body, ack: (response) => ack(response), ...retry, customProperties: { ...arrival } })
      // Not acknowledged: Slack tells the person, or sends an event again.
      .catch((error: unknown) => log.error({ why: String(error) }, 'a delivery of Slack could not be processed'));
  };

  const onTrouble = ({ kind, why }: Trouble): void => {
    if (told.has(why)) return;
    told.add(why);
    if (kind === 'waiting') log.warn({ why }, 'a connection to Slack cannot be opened; trying again');
    else
      log.error({ why }, 'Slack refuses Socket Mode: look at SLACK_APP_TOKEN and the app; trying again every minute');
  };

  /** A connection that would end near the other one's end is renewed at half of its life. */
  const renewAfterMs = (name: string, { lifeMs = usualLifeMs }: Connection): number => {
    const end = performance.now() + lifeMs;
    endsAt.set(name, end);
    const isNear = [...endsAt].some(([other, at]) => other !== name && Math.abs(at - end) < lifeMs / 4);
    return isNear ? lifeMs / 2 : oneDayMs;
  };

  const lines: readonly Line[] = names.map((name) =>
    createLine({
      ...given,
      name,
      open: (stopping) => openConnection(config, { onEnvelope, stopping }),
      onOpen(connection) {
        if (lines.every((line) => line.status().state === 'open')) told.clear();
        return renewAfterMs(name, connection);
      },
      onTrouble,
    }),
  );

  return {
    receiver: {
      init(bolt) {
        app = bolt;
      },
      start: async () => undefined,
      stop: async () => undefined,
    },
    start() {
      for (const line of lines) line.start();
    },
    async stop() {
      await Promise.all(lines.map((line) => line.stop()));
    },
    connections: () => lines.map((line) => line.status()),
  };
}
