// Starts a real Alertmanager on a loopback port, alone and with a configuration of the test.

import { spawnSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startServer } from './real-server.ts';

export interface RealAlertmanager {
  /** `127.0.0.1:40123`, as Prometheus names its targets. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Debian calls it prometheus-alertmanager. */
const programs = ['prometheus-alertmanager', 'alertmanager'];

function program(): string | undefined {
  return programs.find((name) => spawnSync(name, ['--version']).error === undefined);
}

export function whyNoAlertmanager(): string | undefined {
  return program() === undefined ? 'needs alertmanager (npm run setup:servers)' : undefined;
}

/** @throws Error with its own output, when it refuses the configuration. */
export async function startRealAlertmanager(config: string): Promise<RealAlertmanager> {
  const home = await mkdtemp(join(tmpdir(), 'real-alertmanager-'));
  await writeFile(join(home, 'alertmanager.yml'), config);
  const address = `127.0.0.1:${await freePort()}`;
  const { stop } = await startServer({
    program: program() ?? 'alertmanager',
    args: [
      `--config.file=${join(home, 'alertmanager.yml')}`,
      `--storage.path=${join(home, 'data')}`,
      `--web.listen-address=${address}`,
      // It would look for others of its kind.
      '--cluster.listen-address=',
    ],
    home,
    readyWithinMs: 30_000,
    ready: async () => ((await isReady(address)) ? true : undefined),
  });
  return { address, stop };
}

async function isReady(address: string): Promise<boolean> {
  try {
    const answer = await fetch(`http://${address}/-/ready`, { signal: AbortSignal.timeout(1_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
