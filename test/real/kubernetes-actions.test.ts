// The Kubernetes actions on a real API server. It has no controllers: what those of a cluster would write, the test writes in their place.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { differences } from '../../src/core/action/action.ts';
import type { Preview } from '../../src/core/action/port.ts';
import {
  type Acgs2Cluster,
  bus,
  made,
  namespace,
  pathOf,
  startAcgs2Cluster,
  tokenOf,
} from '../support/acgs2-cluster.ts';
import { whyNoKubernetes } from '../support/real-kubernetes.ts';

const missing = whyNoKubernetes();
const scalers = `/apis/autoscaling/v1/namespaces/${namespace}/horizontalpodautoscalers`;
const pods = `/api/v1/namespaces/${namespace}/pods`;

describe.skipIf(missing !== undefined)(`A real API server${missing === undefined ? '' : ` (${missing})`}`, () => {
  let cluster: Acgs2Cluster;
  beforeAll(async () => {
    // One change at a time, so that a second one is refused with 429.
    const flags = ['--max-mutating-requests-inflight', '1', '--enable-priority-and-fairness=false'];
    cluster = await startAcgs2Cluster(flags);
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => cluster.reset());
  afterEach(async () => {
    cluster.gate.before = undefined;
    cluster.gate.losesAnswers = false;
    await cluster.admin('DELETE', scalers);
    await cluster.admin('DELETE', `${pods}?gracePeriodSeconds=0`);
  });

  const scaleTo = (replicas: number, maximum = 10) => cluster.kind('scale', { deployment: bus, replicas, maximum });
  const limits = (wanted: object) =>
    cluster.kind('set-resources', { deployment: bus, container: 'agent-bus', ...wanted });
  const undoOf = ({ undo }: Preview) => cluster.kind(undo?.kind ?? '', undo?.params);
  const containers = async () => (await cluster.deployment()).spec.template.spec.containers;
  const rolledOut = (replicas: number) =>
    cluster.writeStatus({
      ...{ observedGeneration: 99, replicas, updatedReplicas: replicas },
      ...{ readyReplicas: replicas, availableReplicas: replicas },
    });
  /** Everything that went to the server to stay. */
  const written = () => cluster.gate.changes.slice(seen).filter((change) => !change.includes('dryRun'));
  let seen = 0;
  beforeEach(() => {
    seen = cluster.gate.changes.length;
  });

  /** Somebody changes something that no approval is tied to, once, in the moment before the bot's change arrives. */
  function somebodyIsFaster(): void {
    let done = false;
    cluster.gate.before = async (request) => {
      if (done || request.startsWith('GET')) return;
      done = true;
      await cluster.writeStatus({ observedGeneration: 1 });
    };
  }

  /** What a change of the bot that needs no etcd is answered. */
  async function placeLeft(): Promise<number> {
    const spec = { resourceAttributes: { verb: 'get', resource: 'pods' } };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    return (await cluster.kubernetes.as(cluster.token)('POST', path, { spec })).code;
  }

  async function autoscaler(minReplicas: number, maxReplicas: number): Promise<void> {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: bus };
    await made(cluster.admin, scalers, { metadata: { name: bus }, spec: { scaleTargetRef, minReplicas, maxReplicas } });
  }

  describe('scale', () => {
    it('tries out, writes once, follows the rollout, and is put back', async () => {
      const kind = scaleTo(5);
      const shown = await kind.shown();
      const before = await cluster.deployment();
      expect(before.spec.replicas).toBe(3);
      expect(before.metadata.generation).toBe(1);
      expect(await kind.perform(shown)).toEqual({ kind: 'succeeded', summary: 'replicas 3 → 5; pods follow' });
      expect(written()).toEqual([expect.stringMatching(/^PUT .*\/scale\?/)]);
      expect((await cluster.deployment()).spec.replicas).toBe(5);
      expect(await kind.verify(shown)).toEqual({ kind: 'pending', summary: 'the cluster has not begun with it' });
      await rolledOut(3);
      expect((await kind.verify(shown)).summary).toBe('3 of 5 pods are up to date, 3 available');
      await rolledOut(5);
      expect((await kind.verify(shown)).kind).toBe('converged');
      const undo = undoOf(shown);
      expect(await undo.perform(await undo.shown())).toMatchObject({ kind: 'succeeded' });
      expect((await cluster.deployment()).spec.replicas).toBe(3);
    });

    it('says who will fight it, and that fewer is DOWN', async () => {
      await autoscaler(3, 4);
      const { rows, notes, facts, risk } = await scaleTo(5).shown();
      // This server knows version 1 of the autoscaler's API only.
      expect(rows).toContainEqual({ label: 'autoscaler', amount: 'HPA 3 to 4' });
      expect(facts).toContainEqual({ name: 'autoscaler', value: `HPA ${bus}` });
      expect(notes.join('\n')).toMatch(/5 is outside of what the HPA allows[\s\S]*scaling by hand will be undone/);
      expect(notes.join()).toContain('the next Helm upgrade puts changes by hand back');
      expect(risk).toBe('risky');
      expect(await scaleTo(2).shown()).toMatchObject({
        risk: 'destructive',
        notes: expect.arrayContaining([expect.stringContaining('scales DOWN: 3 replicas are wanted now')]),
      });
      const labels = { 'argocd.argoproj.io/instance': 'acgs2-core' };
      const merge = { 'content-type': 'application/merge-patch+json' };
      await cluster.admin('PATCH', pathOf(bus), { metadata: { labels } }, merge);
      expect((await scaleTo(5).shown()).notes.join()).toContain('Argo CD with self-heal puts changes by hand back');
    });

    it('F40: the autoscaler moved 3 to 8, so "scale to 5" would scale down: void, and nothing is sent', async () => {
      await autoscaler(3, 20);
      const kind = scaleTo(5);
      const shown = await kind.shown();
      // In the name of the account that the autoscaler of a cluster has, with its rights.
      const controller = { 'impersonate-user': 'system:serviceaccount:kube-system:horizontal-pod-autoscaler' };
      const scale = (await cluster.admin('GET', `${pathOf(bus)}/scale`, undefined, controller)).body;
      const moved = await cluster.admin('PUT', `${pathOf(bus)}/scale`, { ...scale, spec: { replicas: 8 } }, controller);
      expect(moved.code).toBe(200);
      const now = await kind.shown();
      expect(differences(shown.facts, now.facts)).toEqual(['generation: was 1, is 2', 'replicas: was 3, is 8']);
      expect(now.risk).toBe('destructive');
      expect(await kind.perform(shown)).toMatchObject({
        kind: 'failed',
        summary: expect.stringContaining('replicas: was 3, is 8'),
      });
      expect(written()).toEqual([]);
      expect((await cluster.deployment()).spec.replicas).toBe(8);
    });

    it('F40: another deployment under the same name is another one', async () => {
      const kind = scaleTo(5);
      const shown = await kind.shown();
      await cluster.reset();
      expect(differences(shown.facts, (await kind.shown()).facts)).toEqual([
        expect.stringMatching(/^deployment uid: was /),
      ]);
      expect(await kind.perform(shown)).toMatchObject({ kind: 'failed' });
      expect(await kind.verify(shown)).toMatchObject({
        kind: 'pending',
        summary: expect.stringContaining('made anew'),
      });
      expect(written()).toEqual([]);
    });

    it('F79: a rollout that never completes is told with its reasons, and never as done', async () => {
      const kind = scaleTo(5);
      const shown = await kind.shown();
      await kind.perform(shown);
      const { spec } = await cluster.deployment();
      for (const [name, reason] of [
        ['a', 'ImagePullBackOff'],
        ['b', 'ImagePullBackOff'],
        ['c', 'ContainerCreating'],
      ] as const) {
        const pod = await made(cluster.admin, pods, {
          metadata: { name, labels: spec.selector.matchLabels },
          spec: spec.template.spec,
        });
        const containerStatuses = [
          { name: 'agent-bus', state: { waiting: { reason } }, ready: false, restartCount: 0, image: '', imageID: '' },
        ];
        const status = { phase: 'Pending', containerStatuses };
        expect((await cluster.admin('PUT', `${pods}/${name}/status`, { ...pod, status })).code).toBe(200);
      }
      await cluster.writeStatus({
        ...{ observedGeneration: 99, replicas: 5, updatedReplicas: 5, readyReplicas: 3, availableReplicas: 3 },
        conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
      });
      expect(await kind.verify(shown)).toEqual({
        kind: 'pending',
        summary: '5 of 5 pods are up to date, 3 available: ProgressDeadlineExceeded, 2 pods ImagePullBackOff',
      });
    });
  });

  describe('set-resources', () => {
    it('touches the limits of the named container only, announces the restart, and is put back', async () => {
      const before = await containers();
      const kind = limits({ memory: '4Gi' });
      const shown = await kind.shown();
      expect(shown.notes.join()).toContain('Restarts 3 pods one after another');
      expect(await kind.perform(shown)).toMatchObject({ kind: 'succeeded' });
      expect(written()).toEqual([expect.stringMatching(/^PATCH /)]);
      const [agentBus, metrics] = before;
      const raised = { ...agentBus.resources, limits: { cpu: '2', memory: '4Gi' } };
      expect(await containers()).toEqual([{ ...agentBus, resources: raised }, metrics]);
      expect((await kind.verify(shown)).kind).toBe('pending');
      await rolledOut(3);
      expect((await kind.verify(shown)).kind).toBe('converged');
      const undo = undoOf(shown);
      await undo.perform(await undo.shown());
      expect(await containers()).toEqual(before);
    });

    it('takes a limit away again where there was none', async () => {
      const about = { deployment: bus, container: 'metrics', memory: '256Mi' };
      const kind = cluster.kind('set-resources', about);
      const shown = await kind.shown();
      expect(shown.notes).toContain(
        'metrics has no memory request, so each new pod reserves 256Mi, as much as its limit.',
      );
      await kind.perform(shown);
      const undo = undoOf(shown);
      expect(await undo.perform(await undo.shown())).toMatchObject({ kind: 'succeeded' });
      expect((await containers())[1].resources).toEqual({});
    });

    it.each([
      { memory: '1.5Gi', written: '1536Mi' },
      { memory: '4096Mi', written: '4Gi' },
      { cpu: '2500m', written: '2500m' },
      { cpu: '1.5', written: '1500m' },
    ])('knows its limit again in the form of the cluster: %j', async ({ written: form, ...wanted }) => {
      const kind = limits(wanted);
      const shown = await kind.shown();
      expect(await kind.perform(shown)).toMatchObject({ kind: 'succeeded' });
      expect(Object.values((await containers())[0].resources.limits)).toContain(form);
      expect((await kind.look(shown)).kind).toBe('applied');
    });

    it.each([
      [{ memory: '256Mi' }, 'must be less than or equal to memory limit'],
      [{ cpu: '100m' }, 'must be less than or equal to cpu limit'],
    ])(
      'a quantity that the cluster does not take is told in its words before anybody is asked: %j',
      async (wanted, words) => {
        const refused = await limits(wanted).preview();
        expect(refused).toMatchObject({ ok: false, fault: { message: expect.stringContaining(words) } });
        expect(written()).toEqual([]);
      },
    );
  });

  const kinds = [
    ['scale', { deployment: bus, replicas: 5, maximum: 5 }],
    ['set-resources', { deployment: bus, container: 'agent-bus', memory: '4Gi' }],
  ] as const;

  describe.each(kinds)('%s', (name, params) => {
    it('F78: 403 is shown in the words of the cluster, before anybody is asked', async () => {
      const metadata = { name: `reader-${name}` };
      await made(cluster.admin, `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata });
      const access = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
      const rules = [{ apiGroups: ['apps', 'autoscaling'], resources: ['*'], verbs: ['get', 'list'] }];
      await made(cluster.admin, `${access}/roles`, { metadata, rules });
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name };
      const subjects = [{ kind: 'ServiceAccount', name: metadata.name, namespace }];
      await made(cluster.admin, `${access}/rolebindings`, { metadata, roleRef, subjects });
      const reader = await tokenOf(cluster.admin, metadata.name);
      const read = async () => (await cluster.kubernetes.as(reader)('GET', pathOf(bus))).code;
      await expect.poll(read, { timeout: 30_000 }).toBe(200);
      const refused = await (await cluster.kindAs(reader, name, params)).preview();
      expect(refused).toMatchObject({
        ok: false,
        fault: {
          message: expect.stringMatching(/answered 403: .*reader-[-a-z]+" cannot (update|patch) resource "deployments/),
          remedy: expect.stringContaining('deploy/kubernetes/rbac.yml'),
        },
      });
      expect(JSON.stringify(refused)).not.toContain(reader);
    });

    it('F78: 404 names what is not there', async () => {
      const gone = await cluster.kind(name, { ...params, deployment: 'acgs2-bus' }).preview();
      expect(gone).toMatchObject({
        ok: false,
        fault: { message: expect.stringMatching(/answered 404: .*"acgs2-bus" not found/) },
      });
    });

    it('F78: 409 at the run surely failed, and is not tried again', async () => {
      const kind = cluster.kind(name, params);
      const shown = await kind.shown();
      somebodyIsFaster();
      const performed = await kind.perform(shown);
      expect(performed).toMatchObject({
        kind: 'failed',
        summary: expect.stringMatching(/answered 409: .*object has been modified/),
      });
      expect(written()).toHaveLength(1);
      expect((await kind.look(shown)).kind).toBe('not-applied');
    });

    it('F78: 409 in the dry run is read once more', async () => {
      somebodyIsFaster();
      expect(await cluster.kind(name, params).preview()).toMatchObject({ ok: true });
      expect(cluster.gate.changes.slice(seen)).toHaveLength(2);
      expect(written()).toEqual([]);
    });

    it('F78: 429 at the run surely failed, and is not tried again', async () => {
      const kind = cluster.kind(name, params);
      const shown = await kind.shown();
      // An administrator's change is let through where no place is left, and then holds none: so it is asked for until one is held.
      const asked: Promise<unknown>[] = [];
      const takePlace = (): void => {
        const metadata = { name: `held-${name}-${asked.length}` };
        asked.push(cluster.admin('POST', '/api/v1/namespaces', { metadata }));
      };
      let refused = 0;
      const refusedInARow = async (): Promise<number> => {
        refused = (await placeLeft()) === 429 ? refused + 1 : 0;
        if (refused === 0) takePlace();
        return refused;
      };
      cluster.gate.before = async (request) => {
        if (request.startsWith('GET') || asked.length > 0) return;
        // Another change takes the only place, and does not get on.
        await cluster.kubernetes.freeze('etcd');
        await expect.poll(refusedInARow, { timeout: 30_000, interval: 100 }).toBe(3);
      };
      try {
        // The place is taken while the request is on its way, which its deadline must not end.
        const performed = await kind.perform(shown, 60_000);
        expect(performed).toMatchObject({ kind: 'failed', summary: expect.stringContaining('answered 429') });
        expect(written()).toHaveLength(1);
      } finally {
        cluster.kubernetes.thaw('etcd');
        await Promise.all(asked);
      }
      expect((await kind.look(shown)).kind).toBe('not-applied');
    });

    it('F78: an API server that hangs: the deadline ends it, and nothing runs when it is back', async () => {
      const kind = cluster.kind(name, params);
      const shown = await kind.shown();
      await cluster.kubernetes.freeze('apiserver');
      const performed = await kind.perform(shown, 1_000);
      cluster.kubernetes.thaw('apiserver');
      expect(performed).toMatchObject({
        kind: 'failed',
        summary: expect.stringContaining('no complete answer within'),
      });
      expect((await kind.look(shown)).kind).toBe('not-applied');
      expect(written()).toEqual([]);
    });

    it('F78: an answer that is lost: sent once, unknown, and a look finds it', async () => {
      const kind = cluster.kind(name, params);
      const shown = await kind.shown();
      cluster.gate.losesAnswers = true;
      expect(await kind.perform(shown)).toMatchObject({ kind: 'unknown' });
      expect(written()).toHaveLength(1);
      expect((await kind.look(shown)).kind).toBe('applied');
    });
  });
});
