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
const pace = { window: '1m', fastWindow: '1m', every: '5s', samples: 4, hold: '20s' };

interface Demo {
  readonly address: string;
  stop(): Promise<void>;
}

const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`--port ${values.port} is not a port number.`);

const folder = mkdtempSync(join(tmpdir(), 'acgs-demo-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

say('Starting the pretend company and the bot …');
/** What is asked for runs in turn: a reset during the start, and an end during a reset. */
let running: Promise<Demo> = start(port);
let ending = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending) process.exit(1);
    ending = true;
    say('\nEnding …');
    void running
      .then((demo) => demo.stop())
      .then(
        () => process.exit(0),
        (error) => fail(String(error)),
      );
  });
}

const { address } = await running;
say(`
The training workspace is at ${address}

The page leads you through a first incident. In short:
  1. type /acgs health
  2. switch on "Cold cache" in the panel of faults
  3. type /acgs incident latency, and press Acknowledge on the card
  4. read the thread, then clear the cache from the card or switch the fault off
  5. press Resolve once the channel says RECOVERED, and read the report

Ctrl+C ends it.`);
if (!values['no-open']) openBrowser(address);

async function start(listenOn: number): Promise<Demo> {
  const buckets = values.buckets === 'fine' ? 'fine' : 'shared';
  const company = await startCompanyThread({ port: listenOn, buckets }).catch((error: NodeJS.ErrnoException) =>
    fail(
      error.code === 'EADDRINUSE'
        ? `Port ${listenOn} is taken, perhaps by a demo that still runs. Take another: npm run demo -- --port ${listenOn + 1}`
        : `The pretend company does not start: ${error.message}`,
    ),
  );
  const app = createApp(demoConfig(company, folder), createLog({ level: values.verbose ? 'info' : 'error' }));
  const { url } = await app.start();
  company.deliverTo(`${url}/slack/events`);
  const demo = {
    address: company.page,
    async stop() {
      await app.stop();
      await company.stop();
    },
  };
  company.onResetWished(() => {
    if (ending) return;
    const before = running;
    running = before.then(async (current) => {
      if (current !== demo) return current;
      say('Setting the company up anew …');
      await current.stop();
      const fresh = await start(Number(new URL(current.address).port));
      say('The company is as new.');
      return fresh;
    });
  });
  return demo;
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

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
