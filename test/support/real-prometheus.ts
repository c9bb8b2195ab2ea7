// Starts a real Prometheus on a free loopback port, its past filled from OpenMetrics text.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startServer } from './real-server.ts';

const run = promisify(execFile);
const START_DEADLINE_MS = 30_000;

export interface RealPrometheus {
  /** Base URL without a trailing slash, e.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Ends the process and removes its data. Safe to call twice. */
  stop(): Promise<void>;
}

/** Names the binary that is missing on this machine, for a test to skip by name; `undefined` when all are here. */
export function whyNoPrometheus(): string | undefined {
  const missing = ['prometheus', 'promtool'].filter((name) => spawnSync(name, ['--version']).error !== undefined);
  return missing.length === 0 ? undefined : `needs ${missing.join(' and ')} (npm run setup:servers)`;
}

/**
 * Starts Prometheus. Without a `config` it has no scrape targets and no rules: what it knows is what `openMetrics` says.
 *
 * @param openMetrics exposition text in the OpenMetrics format, samples with timestamps in seconds, oldest first within
 *   a series, families not interleaved, ending in `# EOF`. Empty text starts a Prometheus without data.
 * @param config YAML of its configuration; paths in it are from its own folder, where `rules` lies as `rules.yml`.
 * @throws Error with promtool's or Prometheus's own output, when either refuses.
 */
export async function startRealPrometheus({
  openMetrics,
  config = 'global: {}\n',
  rules,
}: {
  readonly openMetrics: string;
  readonly config?: string;
  readonly rules?: string;
}): Promise<RealPrometheus> {
  const home = await mkdtemp(join(tmpdir(), 'real-prometheus-'));
  try {
    const data = join(home, 'data');
    if (openMetrics !== '') await backfill(home, data, openMetrics);
    await writeFile(join(home, 'prometheus.yml'), config);
    if (rules !== undefined) await writeFile(join(home, 'rules.yml'), rules);
    return await launch(home, data);
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

async function backfill(home: string, data: string, openMetrics: string): Promise<void> {
  const file = join(home, 'history.om');
  await writeFile(file, openMetrics);
  await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, data]);
}

async function launch(home: string, data: string): Promise<RealPrometheus> {
  const { ready, stop } = await startServer({
    program: 'prometheus',
    args: [
      `--config.file=${join(home, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=100y',
      '--web.listen-address=127.0.0.1:0',
    ],
    home,
    readyWithinMs: START_DEADLINE_MS,
    async ready(output) {
      // Port 0 leaves the choice to the system; Prometheus logs the address that it got.
      const address = /msg="Listening on" address=(127\.0\.0\.1:\d+)/.exec(output)?.[1];
      return address !== undefined && (await isReady(`http://${address}`)) ? address : undefined;
    },
  });
  return { url: `http://${ready}`, stop };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
