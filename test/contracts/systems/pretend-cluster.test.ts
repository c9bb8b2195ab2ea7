// The deployment check against the pretend API server: over TLS with its own authority, with its token, and with its rights.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type KubernetesFaceOptions, startKubernetesFace } from '../../../src/simulator/faces/kubernetes.ts';
import { createWorld } from '../../../src/simulator/world/world.ts';
import { testSystems } from '../../support/system-checks.ts';

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function askCluster(
  name: string,
  options: Pick<KubernetesFaceOptions, 'allows'> = {},
  rewrite: (kubeconfig: string) => string = (kubeconfig) => kubeconfig,
) {
  const face = await startKubernetesFace({
    world: createWorld({ now: () => Date.now(), historyDays: 0.01 }),
    ...options,
  });
  const folder = await mkdtemp(join(tmpdir(), 'pretend-cluster-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, rewrite(face.kubeconfig));
  const systems = testSystems({ kubernetes: { kubeconfig, namespace: 'acgs2' } });
  ending.push(
    () => face.stop(),
    () => rm(folder, { recursive: true, force: true }),
    systems.close,
  );
  const { observation } = await systems.ask('kubernetes.deployment', { name });
  expect(JSON.stringify(observation)).not.toContain(face.token);
  return observation;
}

it('reads replicas, limits and the manager of a deployment', async () => {
  const observation = await askCluster('acgs2-agent-bus');
  expect(observation.verdict).toBe('ok');
  expect(observation.summary).toMatch(/^3 of 3 replicas ready/);
  expect(observation.rows).toMatchObject([{ label: 'agent-bus', note: 'limits cpu 2, memory 2Gi' }]);
  expect(observation.facts).toMatchObject({ replicas: 3, ready: 3, hpa: false });
});

it('says that an autoscaler undoes scaling by hand', async () => {
  const observation = await askCluster('acgs2-constitutional');
  expect(observation.facts?.hpa).toBe(true);
  expect(observation.notes.join()).toContain('scaling by hand will be undone');
});

it('still reads the deployment when it may not list autoscalers, and does not say that there is none', async () => {
  const observation = await askCluster('acgs2-constitutional', {
    allows: (_verb, resource) => resource !== 'horizontalpodautoscalers',
  });
  expect(observation.verdict).toBe('ok');
  expect(observation.facts?.hpa).toBe('unknown');
  expect(observation.notes.join()).toContain('whether an HPA moves the replicas is not known');
});

it('needs no right but to get deployments and to list autoscalers', async () => {
  const used: string[] = [];
  await askCluster('acgs2-agent-bus', {
    allows: (verb, resource) => {
      used.push(`${verb} ${resource}`);
      return true;
    },
  });
  expect([...new Set(used)].sort()).toEqual(['get deployments', 'list horizontalpodautoscalers']);
});

it("shows the cluster's own words when it lacks the right, and which right", async () => {
  const observation = await askCluster('acgs2-agent-bus', { allows: () => false });
  expect(observation.unknown?.reason).toBe('unauthorized');
  expect(observation.unknown?.detail).toMatch(/403.*forbidden.*cannot get resource "deployments"/i);
  expect(observation.unknown?.remedy).toContain('deploy/kubernetes/rbac.yml');
});

it('names a deployment that is not there', async () => {
  const observation = await askCluster('acgs2-nobody');
  expect(observation.unknown?.reason).toBe('rejected');
  expect(observation.unknown?.remedy).toContain('Check the name in the runbook');
});

it('trusts no certificate but that of the kubeconfig', async () => {
  const observation = await askCluster('acgs2-agent-bus', {}, (kubeconfig) =>
    kubeconfig.replace(/\n *certificate-authority-data:.*/, ''),
  );
  expect(observation.unknown?.reason).toBe('unreachable');
  expect(observation.unknown?.detail).toContain('its certificate is not trusted');
  expect(observation.unknown?.remedy).toContain('certificate-authority-data');
});

it('does not take a token that the cluster does not know for an empty cluster', async () => {
  const observation = await askCluster('acgs2-agent-bus', {}, (kubeconfig) =>
    kubeconfig.replace(/token: .*/, 'token: "another-token"'),
  );
  expect(observation.unknown?.reason).toBe('unauthorized');
  expect(observation.unknown?.remedy).toContain('Renew the credentials');
});
