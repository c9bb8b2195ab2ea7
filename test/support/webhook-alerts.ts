// Speaks to the bot as Alertmanager does: the webhook body of version 4, with its bearer token.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../src/config.ts';

export const webhookToken = 'a-token-that-only-alertmanager-knows';

export interface ToldAlert {
  readonly name: string;
  readonly fingerprint: string;
  readonly status?: 'firing' | 'resolved';
  readonly labels?: Readonly<Record<string, string>>;
  readonly startsAt?: Date;
}

/** As Alertmanager 0.25 writes it. */
export function webhookBody(alerts: readonly ToldAlert[]): object {
  const told = alerts.map(({ name, fingerprint, status = 'firing', labels = {}, startsAt = new Date() }) => ({
    status,
    labels: { alertname: name, severity: 'critical', service: 'acgs2-agent-bus', ...labels },
    annotations: {
      summary: `${name} on acgs2-agent-bus`,
      runbook_url: 'https://docs.acgs2.io/runbooks/critical-latency',
    },
    startsAt: startsAt.toISOString(),
    endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : new Date().toISOString(),
    generatorURL: 'http://prometheus:9090/graph?g0.expr=1',
    fingerprint,
  }));
  return {
    receiver: 'acgs-chatops',
    status: 'firing',
    alerts: told,
    groupLabels: { alertname: alerts[0]?.name },
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager:9093',
    version: '4',
    groupKey: '{}:{alertname="CriticalP99Latency"}',
    truncatedAlerts: 0,
  };
}

export async function tell(
  url: string,
  body: unknown,
  token: string | undefined = webhookToken,
): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`${url}/webhooks/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, body: await response.text() };
}

/** A bot that knows the token, with a runbook whose critical alert opens incidents. */
export function listening(config: Config): Config {
  const [folder = ''] = config.runbooks;
  const file = join(folder, 'latency.yml');
  const shipped = readFileSync(file, 'utf8');
  const opening = shipped.replace('  - CriticalP99Latency\n', '  - { alert: CriticalP99Latency, opens: yes }\n');
  if (opening === shipped) throw new Error('the shipped latency.yml no longer answers CriticalP99Latency');
  writeFileSync(file, opening);
  return {
    ...config,
    systems: { ...config.systems, alertmanager: { url: 'http://127.0.0.1:9093', webhookToken } },
  };
}
