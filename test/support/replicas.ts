// Several bots as real processes on one PostgreSQL, behind one address that the pretend Slack delivers to.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Store } from '../../src/core/ports.ts';
import { setUpBot } from '../../src/simulator/bot-setup.ts';
import { addressesOf, type PretendCompany, startPretendCompany } from '../../src/simulator/pretend-company.ts';
import type { PretendMessage, PretendSlackOptions } from '../../src/simulator/slack/workspace.ts';
import type { WorldOptions } from '../../src/simulator/world/world.ts';
import { openStore } from '../../src/store/index.ts';
import { givenToStore } from './prepared-store.ts';
import { spawnBot } from './spawn-bot.ts';
import { type Spreader, startSpreader } from './spreader.ts';
import { quickRunbooks, until } from './story.ts';

export interface Replica {
  readonly url: string;
  readonly pid: number;
  /** Everything it said. */
  log(): string;
  signal(name: NodeJS.Signals): void;
  /** With SIGTERM; resolves with its exit code. */
  stop(): Promise<unknown>;
}

export interface Replicas {
  readonly company: PretendCompany;
  readonly slack: PretendCompany['slack'];
  readonly spreader: Spreader;
  /** The same record, opened by the test to look at it. */
  readonly store: Store;
  /** Opens `store` where the stage was told to leave the database empty. */
  look(): Promise<void>;
  /** Starts one more and waits until it is ready and knows its Slack. */
  start(env?: Readonly<Record<string, string>>): Promise<Replica>;
  /** The live card of an incident; waits for it. */
  card(incident: string): Promise<PretendMessage>;
  stop(): Promise<void>;
}

export interface ReplicaOptions {
  readonly world?: WorldOptions;
  readonly slack?: PretendSlackOptions;
  /** `pageAt` of each level after the first. */
  readonly pageAt?: readonly string[];
  /** `store` is opened later, by `look`, so that the replicas find the database empty. */
  readonly emptyDatabase?: boolean;
}

/** Starts the company; the replicas are started by the story. `database` is the address of an empty database. */
export async function prepareReplicas(database: string, options: ReplicaOptions = {}): Promise<Replicas> {
  const company = await startPretendCompany({
    world: { buckets: 'fine', scrapeEveryMs: 1_000, ...options.world },
    slack: { rateLimits: 'generous', ...options.slack },
  });
  const folder = mkdtempSync(join(tmpdir(), 'acgs-replicas-'));
  const { file, env } = setUpBot(addressesOf(company), folder, quickRunbooks(join(folder, 'runbooks')));
  if (options.pageAt !== undefined) writeFileSync(file, withPageTimes(readFileSync(file, 'utf8'), options.pageAt));
  let store: Store | undefined;
  const look = async (): Promise<void> => {
    store ??= await openStore({ kind: 'postgres', url: database }, givenToStore());
  };
  if (options.emptyDatabase !== true) await look();
  const spreader = await startSpreader();
  const running = new Set<ChildProcess>();
  const { slack } = company;
  slack.deliverTo(`${spreader.url}/slack/events`);

  const opened = (): Store => {
    if (store === undefined) throw new Error('the store was not opened to look at it');
    return store;
  };
  return {
    company,
    slack,
    spreader,
    get store() {
      return opened();
    },
    look,
    async start(more = {}) {
      const bot = spawnBot(['--config', file], { ...env, DATABASE_URL: database, LOG_LEVEL: 'info', ...more }, folder);
      running.add(bot);
      bot.once('exit', () => running.delete(bot));
      let said = '';
      for (const stream of [bot.stdout, bot.stderr]) {
        stream.on('data', (data: Buffer) => {
          said += data.toString();
        });
      }
      const url = await until(
        'a replica',
        () => {
          if (bot.exitCode !== null) throw new Error(`a replica ended with ${bot.exitCode}: ${said}`);
          return said.includes('connected to Slack') && /"url":"(http:[^"]+)".*"ready"/.exec(said)?.[1];
        },
        60_000,
      );
      return {
        url,
        pid: bot.pid ?? 0,
        log: () => said,
        signal: (name) => void bot.kill(name),
        async stop() {
          const ended = once(bot, 'exit');
          bot.kill('SIGTERM');
          return (await ended)[0];
        },
      };
    },
    card: (incident) =>
      until('the card', async () => {
        const [channel, ts] = (await opened().faceRef(incident, 'card'))?.split('/') ?? [];
        return channel !== undefined && slack.messages(channel).find((message) => message.ts === ts);
      }),
    async stop() {
      const ended = [...running].map((bot) => once(bot, 'exit'));
      for (const bot of running) bot.kill('SIGKILL');
      await Promise.all(ended);
      await spreader.stop();
      await store?.close();
      await company.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function withPageTimes(config: string, pageAt: readonly string[]): string {
  const parsed = parse(config) as { escalation: object[] };
  const escalation = parsed.escalation
    .slice(0, pageAt.length + 1)
    .map((level, index) => (index === 0 ? level : { ...level, pageAt: pageAt[index - 1] }));
  return stringify({ ...parsed, escalation });
}
