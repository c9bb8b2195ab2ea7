// How Slack reaches us: at our own HTTP address, or over connections that we open. Nothing behind it knows which.

import type { Receiver } from '@slack/bolt';
import type { Clock, Log } from '../core/ports.ts';
import { createHttpDoor, type Handler } from './http-door.ts';
import type { LineStatus } from './socket/line.ts';
import { createSocketDoor } from './socket/socket-door.ts';

export type DoorConfig =
  | { readonly mode: 'http'; readonly signingSecret: string }
  | { readonly mode: 'socket'; readonly appToken: string };

export interface Door {
  readonly receiver: Receiver;
  /** Where the app's HTTP server is the way in. */
  readonly handler?: Handler;
  start(): void;
  /** Lets what is in hand be acknowledged: about 4 s at the longest. */
  stop(): Promise<void>;
  /** Where connections of our own are. */
  connections?(): readonly LineStatus[];
}

export function createDoor(
  config: { readonly connection: DoorConfig; readonly apiUrl?: string },
  given: { readonly clock: Clock; readonly log: Log; readonly chance: () => number },
): Door {
  const { connection, apiUrl } = config;
  switch (connection.mode) {
    case 'http':
      return createHttpDoor(connection.signingSecret, given);
    case 'socket':
      return createSocketDoor({ ...connection, ...(apiUrl === undefined ? {} : { apiUrl }) }, given);
  }
}
