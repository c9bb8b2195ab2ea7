// `npm run demo`: the training workspace in the browser, the pretend company, and the real bot on the embedded store.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createApp } from '../app.ts';
import { type Config, loadConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { paceRunbooks, setUpBot } from './bot-setup.ts';
import { startCompanyThread } from './company-thread.ts';
import type { CompanyAddresses } from './pretend-company.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '3030' },
    'no-open': { type: 'boolean', default: false },
    buckets: { type: 'string', default: 'shared' },
    verbose: { type: 'boolean', default: false },
  },
});

/** A recovery that is believed within two minutes of the cause's end, instead of the shipped eight. */
const pace = { window: '1m', fastWindow: '20s', every: '5s', samples: 4, hold: '20s' };

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

/** The configuration as a file gives it; only the record is in memory, because a demo leaves nothing behind. */
function demoConfig(company: CompanyAddresses, folder: string): Config {
  const { file, env } = setUpBot(company, folder, paceRunbooks(join(folder, 'runbooks'), pace));
  const loaded = loadConfig(file, env);
  if (!loaded.ok) return fail(loaded.problems.join('\n'));
  return { ...loaded.config, store: { kind: 'embedded', path: ':memory:' } };
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
