// The whole pretend company on loopback: its world, a face for each of its systems, and its Slack workspace.

import { startAlertmanagerFace } from './faces/alertmanager.ts';
import { startDashboardFace } from './faces/dashboard.ts';
import { startKubernetesFace } from './faces/kubernetes.ts';
import { startOpaFace } from './faces/opa.ts';
import { startPrometheusFace } from './faces/prometheus.ts';
import { startRedisFace } from './faces/redis.ts';
import { type PretendSlack, type PretendSlackOptions, startPretendSlack } from './slack/workspace.ts';
import { scrapeTargets } from './world/targets.ts';
import { createWorld, type World, type WorldOptions } from './world/world.ts';

export interface PretendCompany {
  readonly world: World;
  readonly slack: PretendSlack;
  /** Base URLs, as a config file names them. `kubeconfig` is YAML text. */
  readonly systems: {
    readonly prometheus: string;
    readonly alertmanager: string;
    readonly dashboard: string;
    readonly redis: string;
    readonly kubernetes: string;
    readonly opa: string;
    readonly kubeconfig: string;
  };
  stop(): Promise<void>;
}

/** What a bot's configuration needs to know of the company; plain data. */
export interface CompanyAddresses {
  readonly slack: {
    readonly url: string;
    readonly botToken: string;
    readonly signingSecret: string;
    /** While Socket Mode is on. */
    readonly appToken?: string;
    /** Id of the channel where incidents are announced. */
    readonly channel: string;
  };
  readonly systems: PretendCompany['systems'];
}

export function addressesOf({ slack, systems }: PretendCompany): CompanyAddresses {
  const { url, botToken, signingSecret, appToken } = slack;
  const socket = slack.socketMode.isOn() ? { appToken } : {};
  return { slack: { url, botToken, signingSecret, ...socket, channel: slack.channel('incidents').id }, systems };
}

/** Starts everything on free ports (the workspace on `slack.port` when given) and lets the world run. */
export async function startPretendCompany(
  options: { readonly world?: WorldOptions; readonly slack?: PretendSlackOptions } = {},
): Promise<PretendCompany> {
  const world = createWorld(options.world);
  const [prometheus, alertmanager, dashboard, redis, kubernetes, opa, slack] = await Promise.all([
    startPrometheusFace({
      source: world.source,
      now: world.now,
      targets: () => scrapeTargets(world),
      faults: {
        get mode() {
          return world.wireFault('prometheus') ?? 'ok';
        },
      },
    }),
    startAlertmanagerFace({ world }),
    startDashboardFace({ world }),
    startRedisFace({ world }),
    startKubernetesFace({ world }),
    startOpaFace({ world }),
    startPretendSlack(options.slack),
  ]);
  world.start();
  return {
    world,
    slack,
    systems: {
      prometheus: prometheus.url,
      alertmanager: alertmanager.url,
      dashboard: dashboard.url,
      redis: redis.url,
      kubernetes: kubernetes.url,
      opa: opa.url,
      kubeconfig: kubernetes.kubeconfig,
    },
    async stop() {
      world.stop();
      await Promise.all(
        [slack, prometheus, alertmanager, dashboard, redis, kubernetes, opa].map((part) => part.stop()),
      );
    },
  };
}
