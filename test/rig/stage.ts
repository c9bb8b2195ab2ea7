// Everything around the bot of a rig: Slack, the systems, a place to remember, its configuration, and its lives one after the other.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPeople } from '../../src/simulator/slack/defaults.ts';
import { type PretendSlack, startPretendSlack } from '../../src/simulator/slack/workspace.ts';
import { type Life, startBot } from './bot-process.ts';
import { type EngineName, type Memory, startMemory } from './memories.ts';
import { crowd } from './people.ts';
import { type RedisWrites, watchRedisWrites } from './redis-writes.ts';
import { writeRunbooks } from './rig-runbook.ts';
import { planted } from './secrets.ts';
import { type SystemsThread, startSystemsThread } from './systems-thread.ts';

/** Levels seconds apart, so that a rig sees them all: pageAt in ms, as the configuration below says. */
export const ladder = [
  { level: 'L1', name: 'On-call engineer', pageAtMs: 0, slack: ['S0ONCALL'] },
  { level: 'L2', name: 'Platform team lead', pageAtMs: 2_000, slack: ['U0LENA'] },
  { level: 'L3', name: 'Engineering manager', pageAtMs: 4_000, slack: ['U0OMAR'] },
] as const;
/** Twice the last level: nobody is called any more. */
export const ladderEndMs = 2 * Math.max(...ladder.map(({ pageAtMs }) => pageAtMs));

/** What is allowed to a start; beyond it the rig gives up. */
const readyWithinMs = 60_000;

export interface Stage {
  readonly slack: PretendSlack;
  readonly systems: SystemsThread;
  readonly memory: Memory;
  readonly redisWrites: RedisWrites;
  readonly folder: string;
  readonly configFile: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Starts a process and does not wait for it. */
  spawn(): Life;
  /** Directs deliveries to this life and returns its address. Rejects when it is not ready in time; undefined when it ended instead. */
  connect(life: Life): Promise<string | undefined>;
  log(): string;
  /** `traces`: where the bot's log is copied to before all is removed. */
  stop(traces?: string): Promise<void>;
}

/** `forActions`: with actions on many targets in the runbook. */
export async function raiseStage(engine: EngineName, { forActions = false } = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), `acgs-rig-${engine}-`));
  const clearAway = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', clearAway);
  const [systems, memory, slack] = await Promise.all([
    startSystemsThread(),
    startMemory(engine, folder),
    startPretendSlack({
      rateLimits: 'generous',
      botToken: planted.botToken,
      signingSecret: planted.signingSecret,
      people: [...defaultPeople, ...crowd],
      events: [],
    }),
  ]);
  const redisWrites = await watchRedisWrites(systems.systems.redis);
  const configFile = join(folder, 'config.yml');
  const logFile = join(folder, 'bot.log');
  writeFileSync(logFile, '');
  writeFileSync(configFile, JSON.stringify(configuration({ slack, systems, memory, redisWrites, folder, forActions })));
  const environment = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: `${slack.url}/api/`,
    RIG_PROMETHEUS_TOKEN: planted.prometheusToken,
    RIG_DASHBOARD_PASSWORD: planted.dashboardPassword,
    HOST: '127.0.0.1',
    PORT: '0',
    // Compiling the packages anew at each start costs a third of it.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), 'acgs-rig-compiled'),
    ...memory.environment,
  };
  return {
    slack,
    systems,
    memory,
    redisWrites,
    folder,
    configFile,
    environment,
    spawn: () => startBot({ config: configFile, environment, logFile }),
    async connect(life) {
      const late = new Promise<never>((_resolve, reject) => {
        setTimeout(() => reject(new Error(`the bot was not ready within ${readyWithinMs} ms`)), readyWithinMs).unref();
      });
      const url = await Promise.race([life.ready, late]);
      if (url !== undefined) slack.deliverTo(`${url}/slack/events`);
      return url;
    },
    log: () => readFileSync(logFile, 'utf8'),
    async stop(traces) {
      if (traces !== undefined) cpSync(logFile, traces);
      await Promise.all([slack.stop(), redisWrites.stop(), systems.stop(), memory.stop()]);
      process.off('exit', clearAway);
      clearAway();
    },
  };
}

function configuration({
  slack,
  systems: { systems },
  memory,
  redisWrites,
  folder,
  forActions,
}: Pick<Stage, 'slack' | 'systems' | 'memory' | 'redisWrites' | 'folder'> & { readonly forActions: boolean }): object {
  const everybody = crowd.map((person) => person.id);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, systems.kubeconfig, { mode: 0o600 });
  const kubernetes = { kubeconfig, namespace: 'acgs2', selector: 'app.kubernetes.io/instance=acgs2' };
  return {
    // A thousand incidents in minutes: this workspace grants more than Slack publishes.
    slack: { channel: slack.channel('incidents').id, limits: 100 },
    people: { responders: everybody, approvers: everybody, commanders: everybody.slice(0, 3) },
    // One Redis stands behind every action of every incident.
    approvals: { perTargetPerHour: 10_000 },
    escalation: ladder.map(({ pageAtMs, ...level }) => ({ ...level, pageAt: `${pageAtMs / 1_000}s` })),
    systems: {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration's own way to name a variable.
      prometheus: { url: systems.prometheus, bearerToken: '${env:RIG_PROMETHEUS_TOKEN}' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the same.
      dashboard: { url: systems.dashboard.replace('://', '://rig:${env:RIG_DASHBOARD_PASSWORD}@') },
      redis: { url: systems.redis, actionsUrl: redisWrites.url },
      // Loading what talks to Kubernetes is a third of a start, and its checks are lost no other way than those of the others.
      ...(forActions ? { alertmanager: { url: systems.alertmanager }, kubernetes } : {}),
    },
    runbooks: [writeRunbooks(join(folder, 'runbooks'), forActions)],
    store: memory.store,
    environment: 'test',
  };
}
