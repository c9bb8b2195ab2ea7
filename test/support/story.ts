// A story's stage: the pretend company, the real bot over real HTTP or Socket Mode, and words to look and wait with.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import type { Clock, Log, Store } from '../../src/core/ports.ts';
import { paceRunbooks, setUpBot } from '../../src/simulator/bot-setup.ts';
import { addressesOf, type PretendCompany, startPretendCompany } from '../../src/simulator/pretend-company.ts';
import type { PretendMessage, PretendSlackOptions } from '../../src/simulator/slack/workspace.ts';
import type { WorldOptions } from '../../src/simulator/world/world.ts';
import { givenToStore, openCopiedStore } from './prepared-store.ts';

export interface Story {
  readonly company: PretendCompany;
  readonly slack: PretendCompany['slack'];
  readonly world: PretendCompany['world'];
  /** Of the bot. */
  readonly url: string;
  readonly app: App;
  readonly store: Store;
  /** Lines of the bot's log at warn and above. */
  readonly complaints: readonly string[];
  /** All lines of the bot's log, below warn too. */
  readonly lines: readonly string[];
  /** The channel of the latest incident; waits for it. */
  incidentChannel(): Promise<string>;
  /** The live card of the newest incident; waits for it. */
  card(): Promise<PretendMessage>;
  /** Every reply in the card's thread, joined as text with its blocks. */
  threadText(): Promise<string>;
  stop(): Promise<void>;
}

export interface StoryOptions {
  readonly world?: WorldOptions;
  /** With `socketMode`, the bot is set up for that. */
  readonly slack?: PretendSlackOptions;
  /** Changes the configuration before the bot starts. */
  readonly configure?: (config: Config) => Config;
  /** Time budget of every check, for example `30s`: for a story that is not about slowness, on a machine that is slow. Absent: the shipped ones. */
  readonly budget?: string;
  /** The bot's clock; default the machine's. */
  readonly clock?: Clock;
  /** Wraps the store that the bot gets. */
  readonly around?: (store: Store) => Store;
}

/** Starts everything. A story that does not say otherwise has fine buckets and generous rate limits. */
export async function startStory(options: StoryOptions = {}): Promise<Story> {
  const company = await startPretendCompany({
    world: { buckets: 'fine', scrapeEveryMs: 1_000, ...options.world },
    slack: { rateLimits: 'generous', ...options.slack },
  });
  const folder = mkdtempSync(join(tmpdir(), 'acgs-story-'));
  const complaints: string[] = [];
  const lines: string[] = [];
  const config = storyConfig(company, folder);
  if (options.budget !== undefined) giveBudget(join(folder, 'runbooks'), options.budget);
  const clock = options.clock ?? givenToStore().clock;
  const store = await openCopiedStore({ ...givenToStore(), clock });
  const app = createApp(options.configure?.(config) ?? config, logInto(lines, complaints), {
    clock,
    openStore: async () => options.around?.(store) ?? store,
  });
  const { url } = await app.start();
  const { slack, world } = company;
  slack.deliverTo(`${url}/slack/events`);
  if (slack.socketMode.isOn()) await until('two connections', () => slack.socketMode.connections().length === 2);

  const incidentChannel = () =>
    until('an incident channel', () => slack.channels().findLast((channel) => channel.name.startsWith('inc-'))?.id);
  const card = () =>
    until('the card', async () => {
      const [incident] = await store.incidents({ limit: 1 });
      const [channel, ts] =
        (incident === undefined ? undefined : await store.faceRef(incident.id, 'card'))?.split('/') ?? [];
      return channel !== undefined && slack.messages(channel).find((message) => message.ts === ts);
    });
  return {
    company,
    slack,
    world,
    url,
    app,
    store,
    complaints,
    lines,
    incidentChannel,
    card,
    async threadText() {
      const { channel, ts } = await card();
      return slack.thread(channel, ts).slice(1).map(allText).join('\n');
    },
    async stop() {
      await app.stop();
      await company.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The configuration of a bot for the pretend company. */
export function storyConfig(company: PretendCompany, folder: string): Config {
  const { file, env } = setUpBot(addressesOf(company), folder, quickRunbooks(join(folder, 'runbooks')));
  const loaded = loadConfig(file, { ...env, LOG_LEVEL: 'warn' });
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  // Nobody waits for the end of this bot behind a load balancer.
  return { ...loaded.config, http: { ...loaded.config.http, drainMs: 0 } };
}

/** The shipped package with a recovery watch that a test can wait for: the same checks over seconds instead of minutes. */
export function quickRunbooks(folder: string): string {
  return paceRunbooks(folder, { window: '10s', fastWindow: '5s', every: '1s', samples: 3, hold: '3s' });
}

/** The same budget for every query of the package in that folder. */
function giveBudget(folder: string, budget: string): void {
  const file = join(folder, 'queries.yml');
  const shipped = readFileSync(file, 'utf8').replace(/^ {4}budget: .*\n/gm, '');
  writeFileSync(file, shipped.replace(/^( {4})uses: .*\n/gm, `$&$1budget: ${budget}\n`));
}

/** Every line into `lines`; those at warn and above into `complaints` too. */
function logInto(lines: string[], complaints: string[]): Log {
  const keep = (about: object, message: string) => void lines.push(`${message} ${JSON.stringify(about)}`);
  const complain = (about: object, message: string) => {
    keep(about, message);
    complaints.push(`${message} ${JSON.stringify(about)}`);
  };
  return { debug: keep, info: keep, warn: complain, error: complain };
}

/** Waits until `look` gives something that is neither undefined nor false; fails with what was waited for. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 40_000,
  everyMs = 40,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Waits until they are in the channel: only who is there can press its buttons. */
export async function untilIn(slack: Story['slack'], channel: string, id = 'U0RITA'): Promise<void> {
  await until(`${id} in the channel`, () => slack.channel(channel).members.includes(id));
}

/** Everything a person can read in a message: text, blocks, alt texts, labels of buttons. */
export function allText(message: PretendMessage): string {
  const words: string[] = [message.text];
  const collect = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const one of node) collect(one);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if ((key === 'text' || key === 'alt_text' || key === 'fallback') && typeof value === 'string') words.push(value);
      else collect(value);
    }
  };
  collect(message.blocks ?? []);
  return words.join('\n');
}

/** The labels of the buttons that a message draws, in order. */
export function buttonsOf(message: PretendMessage): readonly string[] {
  const labels: string[] = [];
  const collect = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const one of node) collect(one);
      return;
    }
    if (typeof node !== 'object' || node === null) return;
    const element = node as { type?: string; text?: { text?: string } };
    if (element.type === 'button') labels.push(element.text?.text ?? '');
    else Object.values(node).forEach(collect);
  };
  collect(message.blocks ?? []);
  return labels;
}
