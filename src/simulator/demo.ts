// `npm run demo`: the training workspace in the browser, the pretend company, and the real bot on the embedded store.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createApp } from '../app.ts';
import type { Config } from '../config.ts';
import { createLog } from '../log.ts';
import { type CompanyAddresses, startCompanyThread } from './company-thread.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '3030' },
    'no-open': { type: 'boolean', default: false },
    buckets: { type: 'string', default: 'shared' },
    verbose: { type: 'boolean', default: false },
  },
});

/** What the walk-through in the README does first: a latency incident that began four minutes ago. */
const firstSteps = [
  '/acgs health',
  'switch on "Cold cache" in the panel on the right',
  '/acgs incident latency',
  'press Acknowledge, read the thread, clear the cache by hand or switch the fault off',
  'press Resolve and read the report',
];

const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`--port ${values.port} is not a port number.`);

const folder = mkdtempSync(join(tmpdir(), 'acgs-demo-'));
const company = await startCompanyThread({ port, buckets: values.buckets === 'fine' ? 'fine' : 'shared' }).catch(
  (error: NodeJS.ErrnoException) =>
    fail(
      error.code === 'EADDRINUSE' ? `Port ${port} is taken. Take another: npm run demo -- --port 3031` : String(error),
    ),
);
const address = company.page;
const log = createLog({ level: values.verbose ? 'info' : 'error' });
const app = createApp(demoConfig(company, folder), log);
const { url } = await app.start();
company.deliverTo(`${url}/slack/events`);

process.stdout.write(
  `\nThe training workspace is at ${address}\n\nTry there:\n${firstSteps.map((step, index) => `  ${index + 1}. ${step}`).join('\n')}\n\nCtrl+C ends it.\n`,
);
if (!values['no-open']) openBrowser(address);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await app.stop();
    await company.stop();
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
}

/** The bot's own configuration, as a file would give it: pretend systems, short ladder, nothing else changed. */
function demoConfig({ slack, systems }: CompanyAddresses, folder: string): Config {
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, systems.kubeconfig, { mode: 0o600 });
  return {
    slack: {
      connection: { mode: 'http', botToken: slack.botToken, signingSecret: slack.signingSecret },
      apiUrl: `${slack.url}/api/`,
      channel: slack.channel,
      incidentChannels: true,
    },
    people: { responders: ['S0RESPOND'], approvers: ['S0APPROVE'], commanders: ['U0LENA'], same: [] },
    escalation: [
      { level: 'L1', name: 'On-call engineer', pageAtMs: 0, people: ['S0ONCALL'] },
      { level: 'L2', name: 'Platform team lead', pageAtMs: 300_000, people: ['U0LENA'] },
      { level: 'L3', name: 'Engineering manager', pageAtMs: 900_000, people: ['U0OMAR'] },
      { level: 'L4', name: 'VP engineering', pageAtMs: 1_800_000, people: ['U0OMAR'] },
    ],
    approvals: { decideWithinMs: 900_000, runWithinMs: 300_000, perTargetPerHour: 6, breakGlass: [] },
    systems: {
      prometheus: { url: systems.prometheus, jobs: [] },
      dashboard: { url: systems.dashboard },
      redis: { url: systems.redis, protectedPrefixes: [] },
      kubernetes: { kubeconfig, namespace: 'acgs2', selector: 'app.kubernetes.io/instance=acgs2' },
    },
    labels: { service: 'service', status: 'status' },
    runbooks: [join(import.meta.dirname, '../../runbooks/acgs2')],
    store: { kind: 'embedded', path: ':memory:' },
    charts: { renderer: 'local' },
    environment: 'training',
    constitutionalHash: 'cdd01ef066bc6cf2',
    http: { host: '127.0.0.1', port: 0 },
    logLevel: 'error',
  };
}

/** Opens the page where there is a desktop; a machine without one just has the address. */
function openBrowser(address: string): void {
  const opener = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open';
  const child = spawn(opener, [address], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
