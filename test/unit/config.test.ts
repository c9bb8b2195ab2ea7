// The configuration: what the contract shows is taken, everything wrong is told at once, nothing unsafe starts.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { configFile, loadConfig, loadLocalConfig } from '../../src/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'acgs-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const slackEnv = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'shh' };
const contractEnv = {
  ...slackEnv,
  PROM_TOKEN: 'prom-token',
  ALERTMANAGER_WEBHOOK_TOKEN: 'hook-token',
  REDIS_PASSWORD: 'redis-password',
  PD_TOKEN: 'pd-token',
  PD_ROUTING_KEY: 'pd-key',
  PD_WEBHOOK_SECRET: 'pd-secret',
  JIRA_TOKEN: 'jira-token',
};
const contract = 'test/fixtures/contract-config.yml';
const minimal = 'slack: { channel: C0123456789 }\n';

let files = 0;
function write(text: string): string {
  const path = join(folder, `config-${files++}.yml`);
  writeFileSync(path, text);
  return path;
}

function configOf(text: string, env: Record<string, string> = slackEnv) {
  const loaded = loadConfig(write(text), env);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

function problemsOf(text: string, env: Record<string, string> = slackEnv): readonly string[] {
  const loaded = loadConfig(write(text), env);
  return loaded.ok ? [] : loaded.problems;
}

describe('what the contract shows', () => {
  test('is taken whole, with times in milliseconds and paths from the folder of the file', () => {
    const loaded = loadConfig(contract, contractEnv);
    expect(loaded).toMatchObject({
      ok: true,
      config: {
        slack: { channel: 'C0123456789', incidentChannels: true, connection: { mode: 'http', signingSecret: 'shh' } },
        people: { approvers: ['S0APPROVE'], same: [['U0ALICE', 'U0ALICE2']] },
        escalation: [
          { level: 'L1', pageAtMs: 0, people: ['S0ONCALL'], pagerduty: 'P0POLICY' },
          { level: 'L2', pageAtMs: 300_000, people: ['U0LEAD'] },
          { level: 'L3', pageAtMs: 900_000 },
          { level: 'L4', pageAtMs: 1_800_000 },
        ],
        approvals: { decideWithinMs: 900_000, runWithinMs: 300_000, perTargetPerHour: 6 },
        systems: {
          prometheus: { bearerToken: 'prom-token', caFile: resolve('test/fixtures/ca.pem') },
          redis: { actionsUrl: 'redis://acgs-actions:redis-password@localhost:6379/0' },
          kubernetes: { kubeconfig: join(homedir(), '.kube/config') },
          pagerduty: { webhookSecrets: ['pd-secret'] },
        },
        runbooks: [resolve('test/fixtures/runbooks/acgs2')],
        store: { kind: 'embedded', path: resolve('test/fixtures/data') },
        charts: { renderer: 'local' },
      },
    });
  });

  test('has every key explained in config.example.yml, and so has every other key that exists', () => {
    const example = readFileSync('config.example.yml', 'utf8');
    const missing = keysOf(z.toJSONSchema(configFile, { io: 'input', unrepresentable: 'any' })).filter(
      (key) => !new RegExp(`\\b${key}\\b`).test(example),
    );
    expect(missing).toEqual([]);
  });

  test('config.example.yml is taken as it is', () => {
    expect(loadConfig('config.example.yml', slackEnv)).toMatchObject({ ok: true });
  });

  test('config.example.yml is also right where it is commented out', () => {
    const lines = readFileSync('config.example.yml', 'utf8').split('\n');
    const systems = lines.slice(lines.indexOf('  # kubernetes:'), lines.indexOf('  # Links for people.'));
    const uncommented = systems.map((line) => line.replace(/^ {2}# /, '  ')).join('\n');
    expect(problemsOf(`${minimal}systems:\n${uncommented}`, contractEnv)).toEqual([]);
  });
});

describe('defaults', () => {
  test('a channel is enough, and then nobody may approve and nothing leaves the machine', () => {
    const config = configOf(minimal);
    expect(config.people).toEqual({ responders: [], approvers: [], commanders: [], same: [] });
    expect(config.charts).toEqual({ renderer: 'local' });
    expect(config.store).toEqual({ kind: 'embedded', path: join(folder, 'data') });
    expect(config.environment).toBe('production');
    expect(config.slack.apiUrl).toBe('https://slack.com/api/');
    expect(config.http.port).toBe(3000);
    expect(config.runbooks).toEqual([resolve('runbooks/acgs2')]);
  });

  test('DATABASE_URL wins over the store of the file', () => {
    const config = configOf(`${minimal}store: { path: ./here }\n`, { ...slackEnv, DATABASE_URL: 'postgres://db/acgs' });
    expect(config.store).toEqual({ kind: 'postgres', url: 'postgres://db/acgs' });
  });

  test('an app-level token means Socket Mode', () => {
    const config = configOf(minimal, { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' });
    expect(config.slack.connection).toEqual({ mode: 'socket', botToken: 'xoxb-1', appToken: 'xapp-1' });
  });

  test('ACGS_CONFIG names the file when nothing else does', () => {
    expect(loadConfig(undefined, { ...slackEnv, ACGS_CONFIG: write(minimal) })).toMatchObject({ ok: true });
  });

  test('Slack is called within the limits that it publishes, unless the workspace grants more', () => {
    expect(configOf(minimal).slack.limits).toBeUndefined();
    expect(configOf('slack: { channel: C0123456789, limits: 2.5 }').slack.limits).toBe(2.5);
    expect(problemsOf('slack: { channel: C0123456789, limits: 0 }')).toEqual([
      expect.stringContaining('slack.limits: '),
    ]);
  });

  test('the terminal needs no Slack tokens', () => {
    expect(loadLocalConfig(write(minimal), {})).toMatchObject({ ok: true });
  });
});

describe('what is refused', () => {
  test('F14: an empty or missing signing secret in HTTP mode: anybody could send commands', () => {
    for (const env of [{ SLACK_BOT_TOKEN: 'xoxb-1' }, { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: '' }]) {
      expect(problemsOf(minimal, env)).toEqual([expect.stringContaining('SLACK_SIGNING_SECRET: not set')]);
    }
  });

  test('all problems of file and environment are told at once, each with its path', () => {
    const text = `
slack: { channel: incidents, incidentChannel: true }
people: { approvers: [rita] }
escalation:
  - { level: L1, name: First, pageAt: 5, slack: [] }
  - { level: L2, name: Second, pageAt: soon, slack: [] }
approvals: { perTargetPerHour: 0 }
systems: { prometheus: { url: "localhost:9090", tokn: x } }
charts: { renderer: quickchart }
store: { path: a, url: "postgres://b/c" }
extra: 1
`;
    const problems = problemsOf(text, { LOG_LEVEL: 'loud', PORT: '99999', SLACK_BOT_TOKEN: 'xapp-swapped' });
    for (const start of [
      'slack.channel: write the id',
      'slack.incidentChannel: unknown key',
      'people.approvers[0]: write the id',
      'escalation[0].pageAt: ',
      'escalation[1].pageAt: "soon" is not a duration',
      'approvals.perTargetPerHour: ',
      'systems.prometheus.url: ',
      'systems.prometheus.tokn: unknown key',
      'charts.url: ',
      'store: give either path or url',
      'extra: unknown key',
      'LOG_LEVEL: ',
      'PORT: ',
      'SLACK_BOT_TOKEN: must be the bot token',
      'SLACK_SIGNING_SECRET: not set',
    ]) {
      expect(
        problems.filter((problem) => problem.startsWith(start)),
        start,
      ).toHaveLength(1);
    }
    expect(problems).toHaveLength(15);
  });

  test('levels of the escalation that do not follow each other', () => {
    const levels = ['{ level: L1, name: A, pageAt: 5m }', '{ level: L1, name: B, pageAt: 1m }'];
    expect(problemsOf(`${minimal}escalation: [${levels.join(', ')}]`)).toEqual([
      'escalation[1].pageAt: comes before that of L1; order the levels by time',
      'escalation[1].level: L1 is there twice',
    ]);
  });

  test('a file that is missing, not YAML, not a map, or says a thing twice', () => {
    expect(loadConfig(join(folder, 'nowhere.yml'), slackEnv)).toMatchObject({
      problems: [expect.stringContaining('does not exist; config.example.yml is one to copy')],
    });
    expect(loadConfig(undefined, slackEnv)).toMatchObject({ problems: [expect.stringContaining('--config FILE')] });
    expect(problemsOf('slack: [')[0]).toMatch(/^line \d+: /);
    expect(problemsOf('- a\n- b')).toEqual([expect.stringContaining('must hold keys and values')]);
    expect(problemsOf(`${minimal}${minimal}`)[0]).toMatch(/^line 2: .*unique/);
    expect(problemsOf('')).toEqual(['slack: missing (expected object)']);
  });

  test('a public chart server is used only when the address says so', () => {
    expect(problemsOf(`${minimal}charts: { renderer: quickchart }`)).toEqual([expect.stringContaining('charts.url')]);
    const text = `${minimal}charts: { renderer: quickchart, url: "https://quickchart.io" }`;
    expect(configOf(text).charts).toEqual({ renderer: 'quickchart', url: 'https://quickchart.io' });
  });
});

describe('values from the environment', () => {
  test('fill in whole values and parts of them', () => {
    const text = `slack: { channel: "\${env:CHANNEL}" }\nsystems: { redis: { url: "redis://u:\${env:PW}@\${env:HOST_NAME}/0" } }`;
    const config = configOf(text, { ...slackEnv, CHANNEL: 'C1', PW: 'p', HOST_NAME: 'cache' });
    expect(config.slack.channel).toBe('C1');
    expect(config.systems.redis?.url).toBe('redis://u:p@cache/0');
  });

  test('are numbers, yes or no, and lists where the schema wants those, and text where it wants text', () => {
    const text =
      `slack: { channel: "\${env:C}", incidentChannels: "\${env:ROOMS}" }\napprovals: { perTargetPerHour: "\${env:N}" }\n` +
      `people: { approvers: "\${env:WHO}" }\nenvironment: "\${env:NUMBER}"`;
    const env = { ...slackEnv, C: 'C1', ROOMS: 'false', N: '3', WHO: '[U1, S2]', NUMBER: '12345' };
    const config = configOf(text, env);
    expect(config.slack.incidentChannels).toBe(false);
    expect(config.approvals.perTargetPerHour).toBe(3);
    expect(config.people.approvers).toEqual(['U1', 'S2']);
    expect(config.environment).toBe('12345');
  });

  test('that are not set are named, with the path, and nothing else is said about that value', () => {
    const text = `${minimal}systems: { prometheus: { url: "\${env:PROM_URL}", bearerToken: "\${env:PROM_TOKEN}" } }`;
    expect(problemsOf(text, { ...slackEnv, PROM_TOKEN: '' })).toEqual([
      'systems.prometheus.url: the environment variable PROM_URL is not set',
      'systems.prometheus.bearerToken: the environment variable PROM_TOKEN is not set',
    ]);
  });
});

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

function keysOf(schema: unknown): readonly string[] {
  const { properties = {}, items, oneOf = [], anyOf = [] } = schema as JsonSchema;
  const own = Object.entries(properties).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
  return [...own, ...(items === undefined ? [] : keysOf(items)), ...[...oneOf, ...anyOf].flatMap(keysOf)];
}
