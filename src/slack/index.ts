// The Slack face: takes what people ask in Slack to the desk, and what the desk wants people to see to Slack.

import type { Rights } from '../core/action/ports.ts';
import type { Meter } from '../core/meter.ts';
import type { ChartRenderer, Clock, Ids, Log, Store } from '../core/ports.ts';
import type { Desk } from '../response/desk.ts';
import { allConversations } from './conversations/index.ts';
import { createDeliveries } from './deliveries.ts';
import { createDoor, type DoorConfig } from './door.ts';
import type { Handler } from './http-door.ts';
import { watchIdentity } from './identity.ts';
import { createPeople } from './people.ts';
import { createPosting } from './posting.ts';
import { createPublisher } from './publisher.ts';
import type { Publishing } from './publishing.ts';
import { routeTo } from './receiver.ts';
import { createRights, type RightsConfig } from './rights.ts';
import type { LineStatus } from './socket/line.ts';
import { createWebApi } from './web-api.ts';

export interface SlackConfig {
  readonly botToken: string;
  readonly connection: DoorConfig;
  /** Default Slack's own. */
  readonly apiUrl?: string;
  /** The main channel: announcements, and everything of an incident that got no channel of its own. */
  readonly channel: string;
  readonly incidentChannels: boolean;
  /** How many times the limits that Slack publishes this workspace grants. Default 1. */
  readonly limits?: number | undefined;
  readonly rights: RightsConfig;
}

export interface SlackFace {
  /** Node request handler for POST /slack/events; the app's HTTP server calls it. Absent in Socket Mode. */
  readonly handler?: Handler;
  /** Never fails because Slack is away: it is asked again in the background, and the outbox waits. */
  start(): Promise<void>;
  /** Takes nothing more, waits for the work in hand and stops the publisher between two rows, within 5 s. */
  stop(): Promise<void>;
  readonly rights: Rights;
  status(): SlackStatus;
  /** How much of our own allowance for each method of Slack's API is free, 0 to 1. */
  budget(): Promise<Readonly<Record<string, number>>>;
}

export interface SlackStatus {
  /** Slack answers us, and can reach us. */
  readonly connected: boolean;
  readonly detail: string;
  /** In Socket Mode: each connection. */
  readonly connections?: readonly LineStatus[];
}

const stopWithinMs = 5_000;

/** Rejects nothing and calls nobody before `start`. An empty signing secret throws: every request would be refused. */
export function createSlackFace(
  config: SlackConfig,
  given: {
    readonly desk: Desk;
    readonly store: Store;
    readonly charts: ChartRenderer;
    readonly clock: Clock;
    readonly ids: Ids;
    /** From 0 to 1, for jitter. */
    readonly chance: () => number;
    readonly log: Log;
    readonly meter: Meter;
  },
): SlackFace {
  const { desk, store, charts, clock, ids, chance, log, meter } = given;
  const stopping = new AbortController();
  const api = createWebApi(config, { turns: store.turns, log, meter, stopping: stopping.signal });
  const watch = watchIdentity({ api, log, stopping: stopping.signal });
  const { known: identity, answers: slackAnswers } = watch;
  const people = createPeople({ api, identity, log });
  const rights = createRights(config.rights, { api, clock, log });
  const posting = createPosting({ api, main: config.channel, log });
  const publishing: Publishing = {
    config,
    api,
    posting,
    desk,
    store,
    charts,
    people,
    rights,
    identity,
    slackAnswers,
    clock,
    log,
    meter,
  };
  const conversations = allConversations(publishing);
  const deliveries = createDeliveries({ store, conversations, people, api, clock, ids, log, meter });
  const publisher = createPublisher(publishing);
  const door = createDoor(config, { clock, chance, log });
  routeTo(deliveries, door.receiver, { botToken: config.botToken, identity, log, meter });

  return {
    ...(door.handler === undefined ? {} : { handler: door.handler }),
    rights,
    async start() {
      door.start();
      watch.start();
      publisher.start();
      deliveries.start();
    },
    async stop() {
      // People's work first: what it writes to the outbox is sent by whoever runs next.
      await Promise.all([deliveries.stop(stopWithinMs), door.stop(), publisher.stop(stopWithinMs)]);
      stopping.abort();
    },
    status() {
      const { connected, detail } = watch.status();
      const connections = door.connections?.();
      if (connections === undefined) return { connected, detail };
      if (connections.some(({ state }) => state === 'open')) return { connected, detail, connections };
      const why = connections[0]?.detail ?? '';
      return { connected: false, detail: `Slack cannot reach us, no connection is open: ${why}`, connections };
    },
    budget: () => api.budget(),
  };
}
