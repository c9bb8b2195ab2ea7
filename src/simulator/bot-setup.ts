// How a bot is set up for the pretend company, as an operator would do it: a config file, an environment, a runbook package.

import { randomUUID } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import type { CompanyAddresses } from './pretend-company.ts';

/** How soon a recovery is believed. The shipped runbook asks for minutes, which nobody who learns or tests waits for. */
export interface Pace {
  /** The range of the rate that the recovery watch reads. */
  readonly window: string;
  /** The range of the faster rate beside it. */
  readonly fastWindow: string;
  readonly every: string;
  readonly samples: number;
  readonly hold: string;
}

export interface BotSetup {
  /** Path of the config file. */
  readonly file: string;
  /** The whole environment: nothing of this process's own reaches the bot. */
  readonly env: Readonly<Record<string, string>>;
}

const shippedRunbooks = join(import.meta.dirname, '../../runbooks/acgs2');

/**
 * Writes the files into that folder.
 *
 * @param runbooks a folder of runbooks, absolute
 */
export function setUpBot(company: CompanyAddresses, folder: string, runbooks: string): BotSetup {
  const { slack, systems } = company;
  writeFileSync(join(folder, 'kubeconfig'), systems.kubeconfig, { mode: 0o600 });
  const file = join(folder, 'config.yml');
  writeFileSync(
    file,
    stringify({
      slack: { channel: slack.channel },
      people: { responders: ['S0RESPOND'], approvers: ['S0APPROVE'], commanders: ['U0LENA'] },
      escalation: [
        { level: 'L1', name: 'On-call engineer', pageAt: '0m', slack: ['S0ONCALL'] },
        { level: 'L2', name: 'Platform team lead', pageAt: '5m', slack: ['U0LENA'] },
        { level: 'L3', name: 'Engineering manager', pageAt: '15m', slack: ['U0OMAR'] },
        { level: 'L4', name: 'VP engineering', pageAt: '30m', slack: ['U0OMAR'] },
      ],
      systems: {
        prometheus: { url: systems.prometheus },
        // Nobody of the company tells alerts; a webhook without a token would be complained about.
        alertmanager: { url: systems.alertmanager, webhookToken: randomUUID() },
        dashboard: { url: systems.dashboard },
        redis: { url: systems.redis, actionsUrl: systems.redis },
        kubernetes: { kubeconfig: 'kubeconfig', namespace: 'acgs2', selector: 'app.kubernetes.io/instance=acgs2' },
        opa: { url: systems.opa, decision: 'acgs/chatops/allow' },
      },
      runbooks: [runbooks],
      environment: 'training',
    }),
  );
  return {
    file,
    env: {
      SLACK_BOT_TOKEN: slack.botToken,
      ...(slack.appToken === undefined
        ? { SLACK_SIGNING_SECRET: slack.signingSecret }
        : { SLACK_APP_TOKEN: slack.appToken }),
      SLACK_API_URL: `${slack.url}/api/`,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'error',
    },
  };
}

/** Copies the shipped package to that folder, the latency runbook's watch at that pace; returns the folder. */
export function paceRunbooks(folder: string, { window, fastWindow, every, samples, hold }: Pace): string {
  cpSync(shippedRunbooks, folder, { recursive: true });
  const file = join(folder, 'latency.yml');
  const runbook = parseDocument(readFileSync(file, 'utf8'));
  const change = (path: readonly string[], value: unknown) => {
    if (!runbook.hasIn(path)) throw new Error(`the shipped latency.yml no longer has ${path.join('.')}`);
    runbook.setIn(path, runbook.createNode(value));
  };
  change(['recovery', 'check'], { query: 'p99', id: 'p99-now', with: { window, chart: null } });
  change(['recovery', 'fast', 'with'], { window: fastWindow });
  change(['recovery', 'every'], every);
  change(['recovery', 'samples'], samples);
  change(['recovery', 'hold'], hold);
  writeFileSync(file, String(runbook));
  return folder;
}
