// The Slack face alone on the wire: the pretend workspace, the real store in memory, the desk of tests, a real HTTP server.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Picture } from '../../src/core/chart.ts';
import type { Log, Store } from '../../src/core/ports.ts';
import {
  type PretendMessage,
  type PretendSlack,
  type PretendSlackOptions,
  startPretendSlack,
} from '../../src/simulator/slack/workspace.ts';
import { createSlackFace, type SlackConfig, type SlackFace } from '../../src/slack/index.ts';
import { createDeskInMemory, type DeskInMemory } from './desk-in-memory.ts';
import { givenToStore, openCopiedStore } from './prepared-store.ts';
import { quietMeter } from './quiet-meter.ts';

export interface SlackStage {
  readonly slack: PretendSlack;
  readonly store: Store;
  readonly desk: DeskInMemory;
  readonly face: SlackFace;
  readonly url: string;
  /** Lines of the face's log at warn and above. */
  readonly complaints: readonly string[];
  /** The one channel of an incident. */
  room(): string | undefined;
  /** Waits until the outbox is empty. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

export type Transport = 'http' | 'socket';

export interface StageOptions {
  readonly slack?: PretendSlackOptions;
  /** How Slack reaches the face; default `http`. */
  readonly transport?: Transport;
  readonly config?: Partial<SlackConfig>;
  readonly draw?: () => Promise<Picture>;
  /** Wraps the store that the face gets. */
  readonly around?: (store: Store) => Store;
  readonly start?: boolean;
}

export async function startSlackStage(options: StageOptions = {}): Promise<SlackStage> {
  const socketMode = options.transport === 'socket' ? { socketMode: {} } : {};
  const slack = await startPretendSlack({ rateLimits: 'generous', ...socketMode, ...options.slack });
  const store = await openCopiedStore();
  const desk = createDeskInMemory(store);
  const { clock, ids } = givenToStore();
  const complaints: string[] = [];
  const complain = (about: object, message: string): void =>
    void complaints.push(`${message} ${JSON.stringify(about)}`);
  const log: Log = { debug: () => {}, info: () => {}, warn: complain, error: complain };
  const charts = { render: options.draw ?? (async () => aPicture) };
  const { botToken, signingSecret, appToken } = slack;
  const config: SlackConfig = {
    botToken,
    connection: options.transport === 'socket' ? { mode: 'socket', appToken } : { mode: 'http', signingSecret },
    apiUrl: `${slack.url}/api/`,
    channel: 'C0INCIDENTS',
    incidentChannels: true,
    rights: { people: { responders: [], approvers: [], commanders: [] }, breakGlass: [] },
  };
  const face = createSlackFace(
    { ...config, ...options.config },
    { desk, store: options.around?.(store) ?? store, charts, clock, ids, chance: Math.random, log, meter: quietMeter },
  );
  const server = createServer(face.handler ?? ((_request, response) => void response.writeHead(404).end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
  slack.deliverTo(url);
  if (options.start !== false) {
    await face.start();
    await until('two connections', () => (face.status().connections ?? []).every(({ state }) => state === 'open'));
  }
  return {
    slack,
    store,
    desk,
    face,
    url,
    complaints,
    room: () => slack.channels().find((channel) => channel.name.startsWith('inc-'))?.id,
    async quiet() {
      await until('an empty outbox', async () => (await store.outbox.backlog()).waiting === 0);
    },
    async stop() {
      await face.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await slack.stop();
      await store.close();
    },
  };
}

/** A PNG of one pixel. */
const aPicture: Picture = {
  png: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
  width: 1,
  height: 1,
};

/** Waits for a value that is not undefined and not false. */
export async function until<T>(what: string, look: () => T | Promise<T>, withinMs = 12_000): Promise<NonNullable<T>> {
  const end = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== null && seen !== false) return seen as NonNullable<T>;
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms for ${what}`);
    await sleep(20);
  }
}

/** Everything that a person can read in a message, blocks included. */
export function wordsOf(message: PretendMessage | undefined): string {
  return `${message?.text ?? ''}\n${JSON.stringify(message?.blocks ?? [])}`;
}
