// The Kubernetes API behind a broken wire: an unknown in time, and an answer again when it is mended.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type PretendCompany, startPretendCompany } from '../../src/simulator/pretend-company.ts';
import { type TestSystems, testSystems } from '../support/system-checks.ts';
import { type ProxyFaults, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** Machines that are busy get this much more than the deadline itself. */
const toleranceMs = 900;

let company: PretendCompany;
let proxy: TcpProxy;
let systems: TestSystems;
let folder: string;
beforeAll(async () => {
  company = await startPretendCompany({ world: { historyDays: 0.1 } });
  const server = /https:\/\/127\.0\.0\.1:(\d+)/.exec(company.systems.kubeconfig);
  proxy = await startTcpProxy(Number(server?.[1]));
  folder = await mkdtemp(join(tmpdir(), 'faults-kubernetes-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, company.systems.kubeconfig.replace(server?.[0] ?? '', `https://${proxy.address}`), {
    mode: 0o600,
  });
  systems = testSystems({ kubernetes: { kubeconfig, namespace: 'acgs2' } });
});
afterAll(async () => {
  await systems?.close();
  await proxy?.stop();
  await company?.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => proxy.set({}));

async function ask(budgetMs = 10_000) {
  const began = performance.now();
  const { observation } = await systems.ask('kubernetes.deployment', { name: 'acgs2-agent-bus' }, { budgetMs });
  return { observation, tookMs: performance.now() - began };
}

const broken: readonly (readonly [name: string, faults: ProxyFaults, reason: string])[] = [
  ['F78: refuses connections', { connections: 'refuse' }, 'unreachable'],
  ['F78: accepts and never answers', { connections: 'hang' }, 'timeout'],
  ['F78: is half open', { toServer: { pause: true } }, 'timeout'],
  ['F78: answers one byte in half a second', { toClient: { trickleMs: 500 } }, 'timeout'],
  ['F78: is cut in the middle of its answer', { toClient: { cutAfterBytes: 3_000 } }, 'unreachable'],
  ['F78: garbles what it says', { toClient: { corruptEvery: 50 } }, 'unreachable'],
];

describe('the API server', () => {
  it.each(broken)('%s', async (_, faults, reason) => {
    // The library is loaded with the first question, which takes a second of its own.
    expect((await ask()).observation.verdict).toBe('ok');
    await proxy.set(faults);
    proxy.cut();
    const { observation, tookMs } = await ask(1_500);
    expect(observation.unknown?.reason).toBe(reason);
    expect(observation.unknown?.detail).toMatch(/^kubernetes: get deployment acgs2\/acgs2-agent-bus /);
    expect(observation.unknown?.remedy).toMatch(/\.$/);
    expect(tookMs).toBeLessThan(1_500 + toleranceMs);
    await proxy.set({});
    expect((await ask()).observation.verdict).toBe('ok');
  });
});
