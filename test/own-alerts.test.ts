// The alerts about the bot: promtool has run every one silent and firing, and each leads a woken person to a page of ours.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../src/intake/metrics.ts';

const folder = join(import.meta.dirname, '../deploy/prometheus');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const alerts = (parse(read('acgs-chatops.rules.yml')) as { groups: { rules: Alert[] }[] }).groups.flatMap(
  ({ rules }) => rules,
);

const promtool = why('promtool');
const amtool = why('amtool');

test.skipIf(promtool !== undefined)(`promtool's cases of all alerts hold${inBrackets(promtool)}`, () => {
  expect(run('promtool', 'test', 'rules', 'acgs-chatops.rules.test.yml')).toMatch(/SUCCESS/);
});

test.skipIf(promtool !== undefined)(
  `the example of a scrape is one that Prometheus takes${inBrackets(promtool)}`,
  () => {
    expect(run('promtool', 'check', 'config', 'scrape.example.yml')).toMatch(/SUCCESS/);
  },
);

test.skipIf(amtool !== undefined)(
  `the example for Alertmanager is valid, and pages for the bot without going through it${inBrackets(amtool)}`,
  () => {
    const config = ['--config.file=alertmanager.example.yml'];
    expect(run('amtool', 'check-config', 'alertmanager.example.yml')).toMatch(/SUCCESS/);
    const critical = ['component=acgs-chatops', 'severity=critical'];
    expect(run('amtool', 'config', 'routes', 'test', ...config, ...critical)).toMatch(/^page\n/);
    expect(run('amtool', 'config', 'routes', 'test', ...config, 'service=x', 'severity=critical')).toMatch(
      /^page-and-bot\n/,
    );
    const receivers = (
      parse(read('alertmanager.example.yml')) as { receivers: { name: string; webhook_configs?: unknown }[] }
    ).receivers;
    expect(receivers.find(({ name }) => name === 'page')).not.toHaveProperty('webhook_configs');
  },
);

describe.each(alerts.map((alert) => [alert.alert, alert] as const))('%s', (name, alert) => {
  const cases = read('acgs-chatops.rules.test.yml');

  test('has a case in which it fires', () => {
    expect(cases).toMatch(new RegExp(`name: ${name}, `));
    expect(cases).toContain(`alertname="${name}"`);
  });

  test('says how bad it is, what it means and where to read on', () => {
    expect(alert.labels).toMatchObject({ component: 'acgs-chatops' });
    expect(['critical', 'warning']).toContain(alert.labels.severity);
    expect(Object.keys(alert.annotations).sort()).toEqual(['description', 'runbook_url', 'summary']);
    const [page, heading] = (alert.annotations.runbook_url ?? '').split('#');
    expect(page).toBe('docs/own-health.md');
    expect(heading).toBe(name.toLowerCase());
    expect(readFileSync(join(folder, '../..', page ?? ''), 'utf8')).toContain(`\n### ${name}\n`);
  });

  test('asks for figures that the bot has', () => {
    const metrics = createMetrics({ clock: { now: () => 0 }, version: '0', systems: [] });
    // Those of the scrape itself are made beside the store.
    const atScrape = /^(store_up|queue_\w+|incidents_open|incidents_watched|slack_budget_free_ratio|slack_connected)$/;
    const asked = [...alert.expr.matchAll(/\bacgs_chatops_(\w+?)(?:_bucket|_count|_sum)?\b/g)].map(
      ([, figure]) => figure ?? '',
    );
    expect(asked.length).toBeGreaterThan(0);
    const unknown = asked.filter(
      (figure) => !atScrape.test(figure) && metrics.registry.getSingleMetric(`acgs_chatops_${figure}`) === undefined,
    );
    expect(unknown).toEqual([]);
  });
});

function why(program: string): string | undefined {
  const found = spawnSync(program, ['--version']).error === undefined;
  const server = program === 'amtool' ? 'alertmanager' : program;
  return found ? undefined : `needs ${server} (npm run setup:servers)`;
}

function inBrackets(reason: string | undefined): string {
  return reason === undefined ? '' : ` (${reason})`;
}

function run(program: string, ...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}` : `exit code ${status}: ${stdout}${stderr}`;
}
