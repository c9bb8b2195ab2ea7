// The questions behind `/acgs incident latency` and `/acgs health`: those of our own checks, and those of a small bot somebody writes.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { parse } from 'yaml';
import type { CheckDefinition } from '../src/core/runbook.ts';
import { createAsk } from '../src/response/ask.ts';
import { loadRunbooks } from '../src/runbook/index.ts';
import { catalogOf } from '../src/systems/catalog.ts';
import { createSystems } from '../src/systems/index.ts';
import type { CompanyAddresses } from './company-thread.ts';

export interface Question {
  /** As the shipped runbook package names the check. */
  readonly title: string;
  ask(): Promise<string>;
}

export interface Questions {
  readonly latency: readonly Question[];
  readonly health: readonly Question[];
}

const pings = 100;
const p99 = 'histogram_quantile(0.99,sum(rate(http_request_duration_seconds_bucket[5m]))by(le))';
const p99ByService = 'histogram_quantile(0.99,sum(rate(http_request_duration_seconds_bucket[5m]))by(le,service))';
const hitRate =
  'sum(rate(cache_hits_total[5m]))/(sum(rate(cache_hits_total[5m]))+sum(rate(cache_misses_total[5m])))*100';

export const latencyTitles = [
  'P99 latency',
  'P99 latency by service',
  'Five slowest services',
  'CPU by instance',
  'Memory by instance',
  'Agent bus pods',
  'Cache hit rate',
  'Redis latency',
  'Redis clients',
  'Slow Redis commands',
  'Circuit breakers',
] as const;

export const healthTitles = [
  'Dashboard overview',
  'P99 latency according to the dashboard',
  'P99 latency',
  'Throughput',
  'Error rate',
  'Cache hit rate',
  'Constitutional compliance',
  'Constitutional hash',
  'Circuit breakers',
  'Error budget left',
] as const;

type Title = (typeof latencyTitles)[number] | (typeof healthTitles)[number];

/** Exactly what our bot asks: the shipped checks, each answered in a sentence. */
export async function questionsOfOurs(systems: CompanyAddresses['systems']): Promise<Questions> {
  const clock = { now: () => Date.now() };
  const quiet = () => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const home = mkdtempSync(join(tmpdir(), 'acgs-bench-bare-'));
  const kubeconfig = join(home, 'kubeconfig');
  writeFileSync(kubeconfig, systems.kubeconfig, { mode: 0o600 });
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  const config = {
    prometheus: { url: systems.prometheus, jobs: [] },
    dashboard: { url: systems.dashboard },
    redis: { url: systems.redis, protectedPrefixes: [] },
    kubernetes: { kubeconfig, namespace: 'acgs2', selector: 'app.kubernetes.io/instance=acgs2' },
  };
  const labels = { service: 'service', status: 'status' };
  const made = createSystems(config, { clock, log, labels, constitutionalHash: 'cdd01ef066bc6cf2' });
  await Promise.all(made.systems.map((system) => system.prepare()));
  const loaded = await loadRunbooks([join(import.meta.dirname, '../runbooks/acgs2')], catalogOf(made.systems));
  if (!loaded.ok) throw new Error('the shipped runbooks do not load');
  const ask = createAsk(made.systems, { clock, log });
  const questions = (checks: readonly CheckDefinition[] = []) =>
    checks.map((check) => ({ title: check.title, ask: async () => (await ask(check)).observation.summary }));
  return {
    latency: questions(loaded.library.procedures.find(({ name }) => name === 'latency')?.checks),
    health: questions(loaded.library.reviews.find(({ name }) => name === 'health')?.checks),
  };
}

/**
 * One request a check, or for Redis latency as many PINGs as our check sends. The answers are raw: no limit, no trend, no chart, no check of
 * whether the data are there. Connections stay open from one command to the next.
 */
export function bareQuestions(systems: CompanyAddresses['systems']): Questions {
  const redis = new Redis(systems.redis, { protocol: 2, enableReadyCheck: false });
  const kubernetes = kubernetesAt(systems.kubeconfig);
  const prometheus = (query: string) => textOf(`${systems.prometheus}/api/v1/query?${new URLSearchParams({ query })}`);
  const dashboard = (path: string) => textOf(`${systems.dashboard}${path}`);

  const ask: Readonly<Record<Title, () => Promise<string>>> = {
    'P99 latency': () => prometheus(p99),
    'P99 latency by service': () => prometheus(p99ByService),
    'Five slowest services': () => prometheus(`topk(5,${p99ByService})`),
    'CPU by instance': () => prometheus('100-(avg(irate(node_cpu_seconds_total{mode="idle"}[5m]))*100)'),
    'Memory by instance': () => prometheus('(1-node_memory_MemAvailable_bytes/node_memory_MemTotal_bytes)*100'),
    'Agent bus pods': () => kubernetes('/apis/apps/v1/namespaces/acgs2/deployments/acgs2-agent-bus'),
    'Cache hit rate': () => prometheus(hitRate),
    'Redis latency': async () => {
      const tookMs: number[] = [];
      for (let ping = 0; ping < pings; ping += 1) {
        const begun = performance.now();
        await redis.ping();
        tookMs.push(performance.now() - begun);
      }
      return `max ${Math.max(...tookMs).toFixed(2)} ms`;
    },
    'Redis clients': async () =>
      String((await redis.call('CLIENT', 'LIST')) as string)
        .split('\n')
        .length.toString(),
    'Slow Redis commands': async () => JSON.stringify(await redis.call('SLOWLOG', 'GET', '20')),
    'Circuit breakers': () => dashboard('/dashboard/health'),
    'Dashboard overview': () => dashboard('/dashboard/overview'),
    'P99 latency according to the dashboard': () => dashboard('/dashboard/metrics'),
    Throughput: () => prometheus('sum(rate(http_requests_total[5m]))'),
    'Error rate': () =>
      prometheus('sum(rate(http_requests_total{status=~"5.."}[5m]))/sum(rate(http_requests_total[5m]))*100'),
    'Constitutional compliance': async () =>
      `${await prometheus('constitutional_validations_total')} ${await prometheus('constitutional_violations_total')}`,
    'Constitutional hash': () => dashboard('/dashboard/overview'),
    'Error budget left': () =>
      prometheus('sum(increase(http_requests_total{status=~"5.."}[30d]))/sum(increase(http_requests_total[30d]))'),
  };
  const questions = (titles: readonly Title[]) => titles.map((title) => ({ title, ask: ask[title] }));
  return { latency: questions(latencyTitles), health: questions(healthTitles) };
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  return response.text();
}

function kubernetesAt(kubeconfig: string): (path: string) => Promise<string> {
  const read = parse(kubeconfig) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    users: { user: { token: string } }[];
  };
  const cluster = read.clusters[0]?.cluster;
  const token = read.users[0]?.user.token ?? '';
  const ca = Buffer.from(cluster?.['certificate-authority-data'] ?? '', 'base64');
  return (path) =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      const asking = request(`${cluster?.server}${path}`, { ca, headers }, (response) => {
        let text = '';
        response.on('data', (data: Buffer) => {
          text += data.toString();
        });
        response.on('end', () => resolve(text));
      });
      asking.on('error', reject);
      asking.end();
    });
}
