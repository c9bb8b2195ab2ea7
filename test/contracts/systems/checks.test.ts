// What every check of every system promises: one observation inside its budget, whatever the system does, and no secret in it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding, UnknownReason } from '../../../src/core/observation.ts';
import { type TestSystems, testSystems } from '../../support/system-checks.ts';
import { constantPrometheus, healthy, type Kind, kinds, systemOfKind } from './kinds.ts';
import { type HttpFault, httpFaults, type PretendHttp, startPretendHttp } from './pretend-http.ts';
import { type PretendRedis, type RedisFault, redisFaults, startPretendRedis } from './pretend-redis.ts';

const token = 'planted-token-5f3a9c';
const password = 'planted-password-77e1';

/** A check that hears nothing ends by its own budget; loaded machines get this much more. */
const hangBudgetMs = 600;
const toleranceMs = 900;

const httpReasons: Readonly<Record<HttpFault, UnknownReason>> = {
  hang: 'timeout',
  trickle: 'timeout',
  unauthorized: 'unauthorized',
  forbidden: 'unauthorized',
  'not-found': 'rejected',
  'too-many': 'rejected',
  'server-error': 'unreachable',
  html: 'malformed',
  'truncated-json': 'malformed',
  'empty-body': 'malformed',
  huge: 'truncated',
  redirect: 'rejected',
  cut: 'unreachable',
};

const redisReasons: Readonly<Record<RedisFault, UnknownReason>> = {
  hang: 'timeout',
  trickle: 'timeout',
  'wrong-password': 'unauthorized',
  'no-password': 'unauthorized',
  'not-permitted': 'unauthorized',
  loading: 'unreachable',
  'too-many-clients': 'unreachable',
  'no-redis': 'malformed',
  cut: 'unreachable',
};

let http: PretendHttp;
let redis: PretendRedis;
let folder: string;
const opened: TestSystems[] = [];

beforeAll(async () => {
  http = await startPretendHttp();
  redis = await startPretendRedis(password);
  folder = await mkdtemp(join(tmpdir(), 'systems-contract-'));
});
afterAll(async () => {
  await Promise.all(opened.map((systems) => systems.close()));
  await http.stop();
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Fresh systems for every case, so that no breaker of an earlier one is open. */
async function systemsAt(httpUrl = http.url, redisPort = redis.port): Promise<TestSystems> {
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigFor(httpUrl));
  const systems = testSystems({
    prometheus: { url: httpUrl, bearerToken: token },
    dashboard: { url: httpUrl, bearerToken: token },
    redis: { url: `redis://bot:${password}@127.0.0.1:${redisPort}/0` },
    kubernetes: { kubeconfig, namespace: 'acgs2' },
    opa: { url: httpUrl, bearerToken: token },
  });
  opened.push(systems);
  return systems;
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
}

async function runTimed(systems: TestSystems, { uses, params, asking }: Kind, budgetMs?: number) {
  const began = performance.now();
  const finding = await systems.ask(uses, params, { ...asking, ...(budgetMs === undefined ? {} : { budgetMs }) });
  return { finding, tookMs: performance.now() - began };
}

function expectUnknown(finding: Finding, reason: UnknownReason, systems: TestSystems): void {
  const { observation } = finding;
  expect({ verdict: observation.verdict, ...observation.unknown }).toMatchObject({ verdict: 'unknown', reason });
  expect(observation.unknown?.detail).not.toBe('');
  expect(observation.unknown?.remedy).toMatch(/\.$/);
  expect(observation.summary.length).toBeLessThanOrEqual(300);
  expect(observation.limits.every((reading) => reading.outcome === 'undecidable')).toBe(true);
  expectNoSecret(finding, systems);
}

function expectNoSecret(finding: Finding, systems: TestSystems): void {
  const said = JSON.stringify(finding) + systems.logged.join('\n');
  for (const secret of [
    token,
    password,
    'Authorization',
    'authorization',
    Buffer.from(`bot:${password}`).toString('base64'),
  ])
    expect(said).not.toContain(secret);
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('covers every kind of check that there is', () => {
  const systems = testSystems({});
  const known = ['prometheus', 'dashboard', 'redis', 'kubernetes', 'alertmanager', 'opa'].flatMap((name) =>
    Object.keys(systems.system(name).checks).map((check) => `${name}.${check}`),
  );
  expect(kinds.map(({ uses }) => uses).sort()).toEqual(known.sort());
});

describe.each(kinds)('$uses', (kind) => {
  const system = systemOfKind(kind);
  const isRedis = system === 'redis';
  const behaveWell = () => (isRedis ? redis.behave('well') : http.behave(healthy[system] ?? 'hang'));

  it('reads a valid answer, with its source and without a secret', async () => {
    behaveWell();
    const systems = await systemsAt();
    const { finding } = await runTimed(systems, kind);
    const { observation } = finding;
    expect(observation.unknown).toBeUndefined();
    expect(observation.verdict).toBe(kind.verdict);
    expect(observation.summary).not.toBe('');
    expect(observation.source.system).toBe(system);
    expect(observation.source.query).not.toBe('');
    expect(observation.tookMs).toBeGreaterThanOrEqual(0);
    expectNoSecret(finding, systems);
  });

  it('says so when its system is not in the config', async () => {
    const systems = testSystems({});
    const { finding } = await runTimed(systems, kind);
    expectUnknown(finding, 'not_configured', systems);
    expect(finding.observation.unknown?.remedy).toBe(`Add systems.${system} to the config.`);
  });

  it('ends at once when it was aborted before it began', async () => {
    behaveWell();
    const systems = await systemsAt();
    const finding = await systems.ask(kind.uses, kind.params, { ...kind.asking, signal: AbortSignal.abort() });
    expectUnknown(finding, 'timeout', systems);
  });

  it('F65: names a refused connection within two seconds', async () => {
    const port = await closedPort();
    const systems = await systemsAt(`http://127.0.0.1:${port}`, port);
    const { finding, tookMs } = await runTimed(systems, kind);
    expectUnknown(finding, 'unreachable', systems);
    expect(finding.observation.unknown?.detail).toContain('refused');
    expect(tookMs).toBeLessThan(2_000);
  });

  it.each(isRedis ? redisFaults : httpFaults)(
    'F66, F67, F69, F77, F78: answers one unknown inside its budget on: %s',
    async (fault) => {
      const slow = fault === 'hang' || fault === 'trickle';
      if (isRedis) redis.behave(fault as RedisFault);
      else http.behave(fault as HttpFault);
      const systems = await systemsAt();
      const { finding, tookMs } = await runTimed(systems, kind, slow ? hangBudgetMs : 5_000);
      expectUnknown(finding, isRedis ? redisReasons[fault as RedisFault] : httpReasons[fault as HttpFault], systems);
      expect(tookMs).toBeLessThan((slow ? hangBudgetMs : 5_000) + toleranceMs);
      if (fault === 'too-many') expect(finding.observation.unknown?.detail).toContain('Retry-After: 30');
      if (fault === 'server-error') expect(finding.observation.unknown?.detail).toContain('500');
    },
  );

  const noNumbers: readonly (readonly [name: string, value: string | undefined, reason: RegExp])[] = [
    ['nothing', undefined, /no_data|not_a_number/],
    ['NaN', 'NaN', /no_data|not_a_number|stale/],
    ['+Inf', '+Inf', /no_data|not_a_number|stale|malformed/],
  ];
  // Only Prometheus answers with numbers that are none; elsewhere there is no such test to skip.
  for (const [name, value, reason] of system === 'prometheus' ? noNumbers : [])
    it(`F70: does not read ${name} as a value`, async () => {
      http.behave(constantPrometheus(value));
      const systems = await systemsAt();
      const { finding } = await runTimed(systems, kind);
      expect(finding.observation.verdict).toBe('unknown');
      expect(finding.observation.unknown?.reason).toMatch(reason);
    });

  it('names a wrong parameter, and refuses unknown ones', () => {
    const check = testSystems({}).system(system).checks[kind.uses.split('.')[1] ?? ''];
    expect(check?.problems(kind.params)).toEqual([]);
    expect(check?.problems({ ...(kind.params as object), nonsense: 1 })).toHaveLength(1);
  });
});

it('F68: asks a GET once more after a server error, and no third time', async () => {
  http.behave('server-error');
  const systems = await systemsAt();
  await systems.ask('dashboard.breakers', {});
  expect(http.requests).toEqual(['/dashboard/health', '/dashboard/health']);
});

it('F68: does not ask again what was refused', async () => {
  http.behave('unauthorized');
  const systems = await systemsAt();
  await systems.ask('dashboard.breakers', {});
  expect(http.requests).toEqual(['/dashboard/health']);
});

it('stops asking a system that keeps failing, and asks again after a while', async () => {
  http.behave('cut');
  const systems = await systemsAt();
  for (let round = 0; round < 10; round += 1) await systems.ask('dashboard.breakers', {});
  http.behave(healthy.dashboard ?? 'hang');
  const { observation } = await systems.ask('dashboard.breakers', {});
  expect(observation.unknown?.reason).toBe('unreachable');
  expect(observation.unknown?.detail).toContain('the last 10 requests failed');
  expect(http.requests).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 5_100));
  expect((await systems.ask('dashboard.breakers', {})).observation.verdict).toBe('ok');
});
