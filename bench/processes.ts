// The two sides as processes: our bot as it is, and the bare Bolt app, started the same way and watched from outside.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { botArguments, botEnvironment } from '../scripts/bot-process.js';
import { prepareDirectory } from '../test/support/prepared-store.ts';
import type { StoreKind } from './benchmark.ts';
import type { CompanyAddresses } from './company-thread.ts';

const root = join(import.meta.dirname, '..');
const readyWithinMs = 60_000;

export interface Side {
  readonly url: string;
  /** From the start of the process to its word that it is ready. */
  readonly readyMs: number;
  /** Time of processors until then, user and system. */
  readonly readyCpuMs: number;
  /** Resident memory now, MB; 0 where the system does not tell. */
  rssMb(): number;
  /** Ends it as an operator would, and waits. */
  stop(): Promise<void>;
}

/** Where a side keeps its record. */
export type Place =
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'embedded'; readonly path: string };

export interface Folder {
  readonly path: string;
  remove(): void;
}

export function makeFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'acgs-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** An empty store of the kind, as an earlier start of ours would have left it. */
export async function placeFor(
  kind: StoreKind,
  folder: Folder,
  name: string,
  freshDatabase: (() => Promise<string>) | undefined,
): Promise<Place> {
  if (kind === 'postgres') {
    if (freshDatabase === undefined) throw new Error('there is no PostgreSQL here');
    return { kind, url: await freshDatabase() };
  }
  const path = join(folder.path, name);
  await prepareDirectory(path);
  return { kind, path };
}

/** `node src/main.ts --config FILE` as `npm start` does it, with the configuration of a small company. */
export async function startBot(
  company: CompanyAddresses,
  folder: Folder,
  place: Place,
  more: { readonly limits?: number } = {},
): Promise<Side> {
  const { slack, systems } = company;
  const home = join(folder.path, 'bot');
  mkdirSync(home, { recursive: true });
  const kubeconfig = join(home, 'kubeconfig');
  writeFileSync(kubeconfig, systems.kubeconfig, { mode: 0o600 });
  const config = {
    slack: { channel: slack.channel, ...more },
    escalation: [
      { level: 'L1', name: 'On-call engineer', pageAt: '0m', slack: ['S0ONCALL'] },
      { level: 'L2', name: 'Platform team lead', pageAt: '5m', slack: ['U0LENA'] },
      { level: 'L3', name: 'Engineering manager', pageAt: '15m', slack: ['U0OMAR'] },
    ],
    systems: {
      prometheus: { url: systems.prometheus },
      dashboard: { url: systems.dashboard },
      redis: { url: systems.redis },
      kubernetes: { kubeconfig, namespace: 'acgs2', selector: 'app.kubernetes.io/instance=acgs2' },
    },
    runbooks: [join(root, 'runbooks/acgs2')],
    ...(place.kind === 'embedded' ? { store: { path: place.path } } : {}),
  };
  const file = join(home, 'config.yml');
  writeFileSync(file, JSON.stringify(config));
  const env = {
    ...botEnvironment,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: `${slack.url}/api/`,
    HOST: '127.0.0.1',
    PORT: '0',
    ...(place.kind === 'postgres' ? { DATABASE_URL: place.url } : {}),
  };
  return startSide('our bot', botArguments('--config', file), env);
}

export interface BareAppOptions {
  /** Where it stores a row before each acknowledgement; absent: it stores nothing. */
  readonly place?: Place;
  /** `the same`: what our checks ask. `bare`: one raw request for each of them. */
  readonly asks: 'nothing' | 'the same' | 'bare';
}

export async function startBareApp(company: CompanyAddresses, options: BareAppOptions): Promise<Side> {
  return startSide('the bare app', [join(root, 'bench/bare-app.ts')], {
    // Ours keeps its compiled code, so this one may, too.
    NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile'),
    BARE_APP: JSON.stringify({ slack: company.slack, systems: company.systems, ...options }),
  });
}

async function startSide(name: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Side> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const url = await readyOf(child, name);
  const readyMs = performance.now() - begun;
  const pid = child.pid ?? 0;
  const readyCpuMs = cpuMs(pid);
  return {
    url,
    readyMs,
    readyCpuMs,
    rssMb: () => rssMb(pid),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Both sides log one line with their address when they are ready. */
async function readyOf(child: ChildProcess, name: string): Promise<string> {
  let said = '';
  const ready = Promise.withResolvers<string>();
  const hear = (data: Buffer) => {
    said = `${said}${data.toString()}`.slice(-20_000);
    const url = /"url":"(http:[^"]+)".*"ready"/.exec(said)?.[1];
    if (url !== undefined) ready.resolve(url);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', hear);
  const ended = () => ready.reject(new Error(`${name} ended instead of starting:\n${said}`));
  child.once('exit', ended);
  const late = setTimeout(() => ready.reject(new Error(`${name} was not ready in time:\n${said}`)), readyWithinMs);
  try {
    return await ready.promise;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(late);
    child.off('exit', ended);
  }
}

function rssMb(pid: number): number {
  const pages = Number(procFile(pid, 'statm').split(' ')[1] ?? 0);
  return (pages * 4_096) / 1_000_000;
}

/** The kernel counts in hundredths of a second. */
function cpuMs(pid: number): number {
  const [, rest = ''] = procFile(pid, 'stat').split(') ');
  const fields = rest.split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
