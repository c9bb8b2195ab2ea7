// Real Prometheus and real Alertmanager around the bot: a dead bot is noticed, and alerts of others reach it as they really come.

import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paceRunbooks, setUpBot } from '../../src/simulator/bot-setup.ts';
import { addressesOf, type PretendCompany, startPretendCompany } from '../../src/simulator/pretend-company.ts';
import { scrape } from '../support/exposition.ts';
import { prepareDirectory } from '../support/prepared-store.ts';
import { type RealAlertmanager, startRealAlertmanager, whyNoAlertmanager } from '../support/real-alertmanager.ts';
import { type RealPrometheus, startRealPrometheus, whyNoPrometheus } from '../support/real-prometheus.ts';
import { spawnBot } from '../support/spawn-bot.ts';
import { type Story, startStory, until } from '../support/story.ts';
import { listening, webhookToken } from '../support/webhook-alerts.ts';

const root = join(import.meta.dirname, '../..');
const noPrometheus = whyNoPrometheus();
const missing = noPrometheus ?? whyNoAlertmanager();
const inBrackets = (why: string | undefined) => (why === undefined ? '' : ` (${why})`);

/** What a real Prometheus answers to an instant query: the label sets that match. */
async function ask(prometheus: RealPrometheus, query: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const response = await fetch(`${prometheus.url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query }),
  });
  const { data } = (await response.json()) as { data: { result: { metric: Record<string, string> }[] } };
  return data.result.map(({ metric }) => metric);
}

describe.skipIf(noPrometheus !== undefined)(`the heartbeat of the bot${inBrackets(noPrometheus)}`, () => {
  let company: PretendCompany;
  let prometheus: RealPrometheus;
  let bot: ChildProcess;
  let folder: string;
  beforeAll(async () => {
    company = await startPretendCompany();
    folder = mkdtempSync(join(tmpdir(), 'acgs-heartbeat-'));
    const runbooks = join(folder, 'runbooks');
    const pace = { window: '10s', fastWindow: '5s', every: '1s', samples: 3, hold: '3s' };
    const { file, env } = setUpBot(addressesOf(company), folder, paceRunbooks(runbooks, pace));
    await prepareDirectory(join(folder, 'data'));
    let said = '';
    const started = spawnBot(['--config', file], { ...env, LOG_LEVEL: 'info' });
    bot = started;
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (data: Buffer) => (said += data.toString()));
    const url = await until('the start', () => /"url":"http:\/\/([^"]+)".*"ready"/.exec(said)?.[1], 60_000);
    const rules = readFileSync(join(root, 'deploy/prometheus/acgs-chatops.rules.yml'), 'utf8');
    prometheus = await startRealPrometheus({
      openMetrics: '',
      // The shipped rules, with less patience.
      rules: rules.replaceAll(/for: \d+m/g, 'for: 2s'),
      config: `
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs:
  - job_name: acgs-chatops
    static_configs: [{ targets: ["${url}"] }]
`,
    });
  }, 120_000);
  afterAll(async () => {
    bot?.kill('SIGKILL');
    await prometheus?.stop();
    await company?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const firing = async () =>
    (await ask(prometheus, 'ALERTS{alertstate="firing"}')).map(({ alertname }) => alertname).sort();

  test('is there while it lives, and nothing is wrong with a bot that only started', async () => {
    const version = await until('a scrape', async () => (await ask(prometheus, 'acgs_chatops_build_info'))[0]?.version);
    expect(version).toBe('0.1.0');
    await until('a self-probe', async () => {
      const well = 'time() - acgs_chatops_self_probe_last_success_timestamp_seconds < 30';
      return (await ask(prometheus, well)).length > 0;
    });
    // Before the first scrape the bot was not there, and the rule said so.
    await until('quiet', async () => !(await firing()).includes('AcgsChatopsDown'), 60_000);
    expect(await firing()).not.toContain('AcgsChatopsStoreNotReached');
  });

  test('fires when the bot is killed', async () => {
    bot.kill('SIGKILL');
    await until('the alert', async () => (await firing()).includes('AcgsChatopsDown'), 60_000);
    const [alert] = await ask(prometheus, 'ALERTS{alertname="AcgsChatopsDown"}');
    expect(alert).toMatchObject({ severity: 'critical', component: 'acgs-chatops' });
  });
});

describe.skipIf(missing !== undefined)(`alerts of a real Alertmanager${inBrackets(missing)}`, () => {
  let story: Story;
  let prometheus: RealPrometheus;
  let alertmanager: RealAlertmanager;
  let exporter: Server;
  /** What the exporter shows; a service that is not there has no series. */
  const p99 = new Map([
    ['acgs2-agent-bus', 0.019],
    ['acgs2-gateway', 0.017],
  ]);
  beforeAll(async () => {
    story = await startStory({ configure: listening, budget: '30s' });
    // What the watch looks at stays bad, whatever becomes of the alerts.
    story.world.inject('cache-cold', { agoSeconds: 600 });
    exporter = createServer((_, response) => {
      const lines = [...p99].map(([service, value]) => `p99_seconds{service="${service}"} ${value}\n`);
      response.writeHead(200, { 'content-type': 'text/plain' }).end(lines.join(''));
    });
    await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
    alertmanager = await startRealAlertmanager(`
route: { receiver: bot, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 3s }
receivers:
  - name: bot
    webhook_configs:
      - url: ${story.url}/webhooks/alertmanager
        send_resolved: true
        http_config: { authorization: { credentials: ${webhookToken} } }
`);
    prometheus = await startRealPrometheus({
      openMetrics: '',
      rules: `
groups:
  - name: latency
    rules:
      - alert: CriticalP99Latency
        expr: p99_seconds > 0.005
        # A scrape that this process was too busy to answer is no recovery.
        keep_firing_for: 6s
        labels: { severity: critical, component: performance }
        annotations: { summary: "Critical P99 of {{ $labels.service }}" }
`,
      config: `
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["${alertmanager.address}"] }] }] }
scrape_configs:
  - job_name: acgs2
    static_configs: [{ targets: ["127.0.0.1:${(exporter.address() as AddressInfo).port}"] }]
`,
    });
  }, 120_000);
  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    await story?.stop();
    exporter?.closeAllConnections();
    exporter?.close();
  });

  const counted = async (outcome: string) =>
    (await scrape(story.url)).value('acgs_chatops_alerts_total', { outcome }) ?? 0;
  const alerts = async () => Object.values((await story.store.incident('INC-1'))?.alerts ?? {});

  test('one group of two firing alerts is one incident with both', async () => {
    const told = await until('both alerts', async () => {
      const now = await alerts();
      return now.length === 2 && now;
    });
    expect(told.map(({ labels }) => labels.service).sort()).toEqual(['acgs2-agent-bus', 'acgs2-gateway']);
    expect(told[0]).toMatchObject({ name: 'CriticalP99Latency', status: 'firing' });
    expect(told[0]?.summary).toMatch(/^Critical P99 of acgs2-/);
    expect(told[0]?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(await story.store.countIncidents({})).toBe(1);
  });

  test('what it repeats changes nothing', async () => {
    const before = (await story.store.events('INC-1')).filter(({ event }) => event.type === 'alert-received');
    const repeats = await counted('repeated');
    await until('a repeat', async () => (await counted('repeated')) >= repeats + 2);
    const now = (await story.store.events('INC-1')).filter(({ event }) => event.type === 'alert-received');
    expect(now).toHaveLength(before.length);
    expect(await counted('opened')).toBe(1);
  });

  test('one recovers, the series of the other vanish: both end, and neither ends the incident', async () => {
    p99.set('acgs2-agent-bus', 0.003);
    p99.delete('acgs2-gateway');
    await until('both ends', async () => (await alerts()).every(({ status }) => status === 'resolved'), 60_000);
    await until('both are counted', async () => (await counted('ended')) === 2);
    expect(await story.store.incident('INC-1')).toMatchObject({ status: 'open' });
    await until('a line in the thread', async () => /All alerts of INC-1 have ended/.test(await story.threadText()));
    expect(await story.threadText()).toMatch(/have ended · the watch has not seen a recovery/);
  });

  test('one that fires again joins the same incident', async () => {
    p99.set('acgs2-gateway', 0.02);
    await until('the second firing', async () => (await alerts()).some(({ status }) => status === 'firing'));
    expect(await story.store.countIncidents({})).toBe(1);
    expect(await story.store.verify('INC-1')).toEqual({ ok: true });
  });
});
