// The pretend API server, asked by the real client library.
import {
  AppsV1Api,
  AuthorizationV1Api,
  AutoscalingV2Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  VersionApi,
} from '@kubernetes/client-node';
import { afterEach, expect, test } from 'vitest';
import { type KubernetesFaceOptions, startKubernetesFace } from '../../../../src/simulator/faces/kubernetes.ts';
import { noon, worldAtNoon } from './reading.ts';

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.stop();
});

async function start(options: Pick<KubernetesFaceOptions, 'allows'> = {}) {
  const { world, pass } = worldAtNoon({ historyDays: 0.01 });
  const face = await startKubernetesFace({ world, ...options });
  opened.push(face);
  const config = new KubeConfig();
  config.loadFromString(face.kubeconfig);
  return {
    world,
    pass,
    face,
    config,
    apps: config.makeApiClient(AppsV1Api),
    core: config.makeApiClient(CoreV1Api),
    scaling: config.makeApiClient(AutoscalingV2Api),
    rights: config.makeApiClient(AuthorizationV1Api),
    version: config.makeApiClient(VersionApi),
  };
}

const namespace = 'acgs2';
const bus = { name: 'acgs2-agent-bus', namespace };
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
const strategic = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);

test('the client reads the chart as it is installed', async () => {
  const { apps, core, scaling, version } = await start();
  expect((await version.getCode()).minor).toBe('32');
  const { items } = await apps.listNamespacedDeployment({ namespace });
  expect(items.map((one) => [one.metadata?.name, one.spec?.replicas, one.status?.readyReplicas])).toEqual([
    ['acgs2-agent-bus', 3, 3],
    ['acgs2-constitutional', 3, 3],
    ['acgs2-api-gateway', 2, 2],
  ]);
  const container = items[0]?.spec?.template.spec?.containers[0];
  expect(container?.name).toBe('agent-bus');
  expect(container?.resources?.limits).toEqual({ cpu: '2', memory: '2Gi' });
  expect(items[0]?.metadata?.creationTimestamp).toEqual(new Date(noon - 9 * 86_400_000));
  const autoscalers = await scaling.listNamespacedHorizontalPodAutoscaler({ namespace });
  expect(autoscalers.items.map((one) => one.spec?.scaleTargetRef.name)).toEqual(['acgs2-constitutional']);
  expect((await apps.listNamespacedReplicaSet({ namespace })).items).toHaveLength(3);
  expect((await core.listNamespacedPod({ namespace })).items).toHaveLength(8);
  expect((await core.listNamespacedPod({ namespace: 'default' })).items).toEqual([]);
});

test('the selector of the runbook selects nothing, the one of the chart does', async () => {
  const { core } = await start();
  const count = async (labelSelector: string) =>
    (await core.listNamespacedPod({ namespace, labelSelector })).items.length;
  expect(await count('app=acgs2')).toBe(0);
  expect(await count('app.kubernetes.io/instance=acgs2')).toBe(8);
  expect(await count('app.kubernetes.io/component=agent-bus,app.kubernetes.io/name=acgs2')).toBe(3);
  expect(await count('app.kubernetes.io/component in (agent-bus, api-gateway)')).toBe(5);
  expect(await count('app.kubernetes.io/component!=agent-bus')).toBe(5);
});

test('scaling with the version that was read works once, and with a stale one conflicts', async () => {
  const { apps, world, pass, face } = await start();
  const read = await apps.readNamespacedDeploymentScale(bus);
  const body = { ...read, spec: { replicas: 5 } };
  expect((await apps.replaceNamespacedDeploymentScale({ ...bus, body })).spec?.replicas).toBe(5);
  await expect(apps.replaceNamespacedDeploymentScale({ ...bus, body })).rejects.toMatchObject({ code: 409 });
  expect((await apps.readNamespacedDeployment(bus)).status?.readyReplicas).toBe(3);
  pass(10);
  expect((await apps.readNamespacedDeployment(bus)).status?.readyReplicas).toBe(5);
  expect(world.state().truth.replicas['acgs2-agent-bus']).toEqual({ wanted: 5, ready: 5 });
  expect(face.writes.map((write) => write.code)).toEqual([200, 409]);
});

test('a scale that names another uid conflicts: the deployment was made anew', async () => {
  const { apps } = await start();
  const read = await apps.readNamespacedDeploymentScale(bus);
  const metadata = { ...read.metadata, uid: '5d0c1f8e-31a4-4f0e-9a52-6c1be2d7ffff' };
  await expect(
    apps.replaceNamespacedDeploymentScale({ ...bus, body: { metadata, spec: { replicas: 5 } } }),
  ).rejects.toMatchObject({ code: 409, body: expect.stringContaining('UID in precondition') });
});

test('a limit below the request is invalid, and a limit without a request stays without one, as a real server keeps it', async () => {
  const { apps } = await start();
  const change = (resources: object) => ({
    spec: { template: { spec: { containers: [{ name: 'agent-bus', resources }] } } },
  });
  await expect(
    apps.patchNamespacedDeployment({ ...bus, body: change({ limits: { cpu: '100m' } }) }, strategic),
  ).rejects.toMatchObject({ code: 422, body: expect.stringContaining('must be less than or equal to cpu limit') });
  const without = change({ limits: { cpu: '1' }, requests: { cpu: null } });
  const patched = await apps.patchNamespacedDeployment({ ...bus, body: without }, strategic);
  expect(patched.spec?.template.spec?.containers[0]?.resources).toMatchObject({ limits: { cpu: '1' } });
  expect(patched.spec?.template.spec?.containers[0]?.resources?.requests?.cpu).toBeUndefined();
});

test('a dry run answers and changes nothing', async () => {
  const { apps, world } = await start();
  const tried = await apps.patchNamespacedDeploymentScale(
    { ...bus, body: { spec: { replicas: 9 } }, dryRun: 'All' },
    merge,
  );
  expect(tried.spec?.replicas).toBe(9);
  expect(world.cluster.deployment(bus.name)?.spec.replicas).toBe(3);
});

test('strategic merge changes one limit and rolls the pods, keeping what it does not name', async () => {
  const { apps, core, pass } = await start();
  const body = {
    spec: { template: { spec: { containers: [{ name: 'agent-bus', resources: { limits: { memory: '4Gi' } } }] } } },
  };
  const patched = await apps.patchNamespacedDeployment({ ...bus, body }, strategic);
  const [container] = patched.spec?.template.spec?.containers ?? [];
  expect(container?.resources).toEqual({
    limits: { cpu: '2', memory: '4Gi' },
    requests: { cpu: '500m', memory: '512Mi' },
  });
  expect(container?.env).toHaveLength(2);
  expect(patched.metadata?.generation).toBe(2);
  expect(patched.status?.updatedReplicas ?? 0).toBeLessThan(3);
  pass(30);
  const after = await apps.readNamespacedDeployment(bus);
  expect([after.status?.updatedReplicas, after.status?.readyReplicas, after.status?.replicas]).toEqual([3, 3, 3]);
  const pods = await core.listNamespacedPod({ namespace, labelSelector: 'app.kubernetes.io/component=agent-bus' });
  expect(pods.items.map((pod) => pod.spec?.containers[0]?.resources?.limits?.memory)).toEqual(['4Gi', '4Gi', '4Gi']);
});

test('merge patch replaces the list of containers, and is refused for lack of an image', async () => {
  const { apps } = await start();
  const body = { spec: { template: { spec: { containers: [{ name: 'agent-bus' }] } } } };
  await expect(apps.patchNamespacedDeployment({ ...bus, body }, merge)).rejects.toMatchObject({ code: 422 });
});

test('the client default of JSON patch is refused as by a real server', async () => {
  const { apps } = await start();
  await expect(apps.patchNamespacedDeploymentScale({ ...bus, body: { spec: { replicas: 4 } } })).rejects.toMatchObject({
    code: 400,
    body: expect.stringContaining('jsonpatch.Patch'),
  });
});

test('refusals are Status objects: not found, invalid, unauthorized, forbidden', async () => {
  const { apps, face, config } = await start();
  await expect(apps.readNamespacedDeployment({ name: 'acgs2', namespace })).rejects.toMatchObject({
    code: 404,
    body: expect.stringContaining('deployments.apps \\"acgs2\\" not found'),
  });
  await expect(
    apps.patchNamespacedDeploymentScale({ ...bus, body: { spec: { replicas: -1 } } }, merge),
  ).rejects.toMatchObject({ code: 422 });
  config.loadFromString(face.kubeconfig.replace(face.token, 'wrong'));
  await expect(config.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace })).rejects.toMatchObject({
    code: 401,
  });

  const readOnly = await start({ allows: (verb) => verb === 'get' || verb === 'list' });
  await expect(
    readOnly.apps.patchNamespacedDeploymentScale({ ...bus, body: { spec: { replicas: 5 } } }, merge),
  ).rejects.toMatchObject({ code: 403 });
  expect(await readOnly.apps.readNamespacedDeploymentScale(bus)).toMatchObject({ spec: { replicas: 3 } });
});

test('an access review says what the token may do', async () => {
  const { rights } = await start({ allows: (verb, resource) => verb === 'patch' && resource === 'deployments/scale' });
  const may = async (verb: string, subresource?: string) => {
    const resourceAttributes = {
      namespace,
      verb,
      group: 'apps',
      resource: 'deployments',
      ...(subresource ? { subresource } : {}),
    };
    const review = await rights.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } });
    return review.status?.allowed;
  };
  expect(await may('patch', 'scale')).toBe(true);
  expect(await may('patch')).toBe(false);
});

test('a lost signal leaves deployments without pods', async () => {
  const { apps, core, world } = await start();
  world.inject('signal-lost');
  expect((await core.listNamespacedPod({ namespace })).items).toEqual([]);
  const deployment = await apps.readNamespacedDeployment(bus);
  expect(deployment.status?.readyReplicas).toBeUndefined();
  expect(deployment.status?.unavailableReplicas).toBe(3);
});

test('a broken API server answers in its own way, and heals', async () => {
  const { apps, world } = await start();
  for (const [fault, code] of [
    ['kubernetes:http401', 401],
    ['kubernetes:http429', 429],
    ['kubernetes:http500', 500],
  ] as const) {
    world.inject(fault);
    await expect(apps.listNamespacedDeployment({ namespace }), fault).rejects.toMatchObject({ code });
    world.heal(fault);
  }
  world.inject('kubernetes:down');
  await expect(apps.listNamespacedDeployment({ namespace })).rejects.toThrow();
  world.heal('kubernetes:down');
  await expect
    .poll(() =>
      apps.listNamespacedDeployment({ namespace }).then(
        ({ items }) => items.length,
        () => 0,
      ),
    )
    .toBe(3);
});
