// A story's stage: the pretend company, the real bot over real HTTP, and words to look and wait with.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../src/app.ts';
import type { Config } from '../../src/config.ts';
import type { Log, Store } from '../../src/core/ports.ts';
import { type PretendCompany, startPretendCompany } from '../../src/simulator/pretend-company.ts';
import type { PretendMessage, PretendSlackOptions } from '../../src/simulator/slack/workspace.ts';
import type { WorldOptions } from '../../src/simulator/world/world.ts';
import { openMemoryStore } from './prepared-store.ts';

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
  readonly slack?: PretendSlackOptions;
  /** Changes the configuration before the bot starts. */
  readonly configure?: (config: Config) => Config;
}

/** Starts everything. A story that does not say otherwise has fine buckets and generous rate limits. */
export async function startStory(options: StoryOptions = {}): Promise<Story> {
  const company = await startPretendCompany({
    world: { buckets: 'fine', scrapeEveryMs: 1_000, ...options.world },
    slack: { rateLimits: 'generous', ...options.slack },
  });
  const folder = mkdtempSync(join(tmpdir(), 'acgs-story-'));
  const complaints: string[] = [];
  const config = storyConfig(company, folder);
  const store = await openMemoryStore();
  const app = createApp(options.configure?.(config) ?? config, logInto(complaints), { openStore: async () => store });
  const { url } = await app.start();
  const { slack, world } = company;
  slack.deliverTo(`${url}/slack/events`);

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

/** A complete configuration against the pretend company; the ladder's later levels are far away. */
export function storyConfig({ slack, systems }: PretendCompany, folder: string): Config {
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, systems.kubeconfig, { mode: 0o600 });
  return {
    slack: {
      connection: { mode: 'http', botToken: slack.botToken, signingSecret: slack.signingSecret },
      apiUrl: `${slack.url}/api/`,
      channel: slack.channel('incidents').id,
      incidentChannels: true,
    },
    people: { responders: ['S0RESPOND'], approvers: ['S0APPROVE'], commanders: ['U0LENA'], same: [] },
    escalation: [
      { level: 'L1', name: 'On-call engineer', pageAtMs: 0, people: ['S0ONCALL'] },
      { level: 'L2', name: 'Platform team lead', pageAtMs: 300_000, people: ['U0LENA'] },
      { level: 'L3', name: 'Engineering manager', pageAtMs: 900_000, people: ['U0OMAR'] },
    ],
    approvals: { decideWithinMs: 900_000, runWithinMs: 300_000, perTargetPerHour: 6, breakGlass: [] },
    systems: {
      prometheus: { url: systems.prometheus, jobs: [] },
      dashboard: { url: systems.dashboard },
      redis: { url: systems.redis, protectedPrefixes: [] },
      kubernetes: { kubeconfig, namespace: 'acgs2', selector: 'app.kubernetes.io/instance=acgs2' },
    },
    labels: { service: 'service', status: 'status' },
    runbooks: [quickRunbooks(join(folder, 'runbooks'))],
    store: { kind: 'embedded', path: ':memory:' },
    charts: { renderer: 'local' },
    environment: 'test',
    constitutionalHash: 'cdd01ef066bc6cf2',
    http: { host: '127.0.0.1', port: 0 },
    logLevel: 'warn',
  };
}

/** The shipped package with a recovery watch that a test can wait for: the same checks over seconds instead of minutes. */
export function quickRunbooks(folder: string): string {
  cpSync(join(import.meta.dirname, '../../runbooks/acgs2'), folder, { recursive: true });
  const file = join(folder, 'latency.yml');
  const shipped = readFileSync(file, 'utf8');
  const quick = [
    [
      'recovery:\n  check: p99\n',
      'recovery:\n  check: { query: p99, id: p99-now, with: { window: 10s, chart: null } }\n',
    ],
    ['with: { window: 1m }', 'with: { window: 5s }'],
    ['every: 5s', 'every: 1s'],
    ['samples: 5', 'samples: 3'],
    ['hold: 3m', 'hold: 3s'],
  ] as const;
  const changed = quick.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the shipped latency.yml no longer has "${from}"`);
    return text.replace(from, to);
  }, shipped);
  writeFileSync(file, changed);
  return folder;
}

function logInto(lines: string[]): Log {
  const keep = (about: object, message: string) => lines.push(`${message} ${JSON.stringify(about)}`);
  return { debug: () => {}, info: () => {}, warn: keep, error: keep };
}

/** Waits until `look` gives something that is neither undefined nor false; fails with what was waited for. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 40_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
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
