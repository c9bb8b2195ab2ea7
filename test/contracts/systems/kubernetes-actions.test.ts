// The Kubernetes actions against the pretend API server: what is shown, what is written, and what is seen afterwards.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { differences } from '../../../src/core/action/action.ts';
import type { Preview } from '../../../src/core/action/port.ts';
import { type KubernetesStage, startKubernetesStage } from '../../support/kubernetes-stage.ts';

let stage: KubernetesStage;
beforeEach(async () => {
  stage = await startKubernetesStage();
});
afterEach(() => stage.stop());

const bus = 'acgs2-agent-bus';
const toFive = { deployment: bus, replicas: 5, maximum: 5 };
const scaleTo = (replicas: number, maximum = 10) => stage.kind('scale', { deployment: bus, replicas, maximum });
const limits = (wanted: object) => stage.kind('set-resources', { deployment: bus, container: 'agent-bus', ...wanted });
const replicas = () => stage.world.cluster.deployment(bus)?.spec.replicas;
const container = () => stage.world.cluster.deployment(bus)?.spec.template.spec.containers[0];
const written = () => stage.face.writes.filter((write) => !write.dryRun);

/** Somebody else changes the deployment. */
function elsewhere(wanted: number): void {
  const spec = stage.world.cluster.deployment(bus)?.spec;
  if (spec === undefined) throw new Error('no deployment');
  stage.world.cluster.write(bus, { spec: { ...spec, replicas: wanted } }, { dryRun: false });
}

const undoOf = ({ undo }: Preview) => stage.kind(undo?.kind ?? '', undo?.params);

describe('scale', () => {
  it('shows the call, who fights it and what ties the approval, tries it out, and writes nothing', async () => {
    const shown = await scaleTo(5, 5).shown();
    expect(shown).toMatchObject({
      target: 'deployment acgs2/acgs2-agent-bus',
      call: 'PUT deployments/acgs2-agent-bus/scale replicas 3 → 5',
      risk: 'risky',
      facts: [
        { name: 'deployment uid', value: expect.stringMatching(/^5d0c1f8e-/) },
        { name: 'generation', value: 1 },
        { name: 'replicas', value: 3 },
        { name: 'autoscaler', value: 'none' },
      ],
      undo: { kind: 'scale', params: { deployment: bus, replicas: 3, maximum: 5 } },
    });
    expect(shown.rows).toContainEqual({ label: 'ready now', amount: '3 of 3' });
    expect(shown.notes.join()).toContain('the next Helm upgrade puts changes by hand back');
    expect(stage.face.writes).toEqual([expect.objectContaining({ method: 'PUT', dryRun: true, code: 200 })]);
    expect(replicas()).toBe(3);
  });

  it('warns of an autoscaler, and of a number that it does not allow', async () => {
    const kind = stage.kind('scale', { deployment: 'acgs2-constitutional', replicas: 25, maximum: 30 });
    const { rows, notes, facts } = await kind.shown();
    expect(rows).toContainEqual({ label: 'autoscaler', amount: 'HPA 3 to 20' });
    expect(notes.join('\n')).toMatch(/25 is outside of what the HPA allows[\s\S]*scaling by hand will be undone/);
    expect(facts).toContainEqual({ name: 'autoscaler', value: 'HPA acgs2-constitutional' });
  });

  it('says that the autoscaler is not known where it may not be read', async () => {
    stage.allow((_verb, resource) => resource !== 'horizontalpodautoscalers');
    const { facts, notes } = await scaleTo(5).shown();
    expect(facts).toContainEqual({ name: 'autoscaler', value: 'unknown' });
    expect(notes.join()).toContain('whether an HPA moves the replicas is not known');
  });

  it('has nothing to do when the number is there already', async () => {
    expect(await scaleTo(3).preview()).toMatchObject({ ok: false, fault: { code: 'nothing-to-do' } });
  });

  it('fewer than now is a scale DOWN: said so, and destructive', async () => {
    const shown = await scaleTo(2).shown();
    expect(shown.risk).toBe('destructive');
    expect(shown.summary).toMatch(/DOWN from 3 to 2 replicas: 1 of its pods end/);
    expect(shown.typed).toBe('SCALE acgs2/acgs2-agent-bus 2');
  });

  it('is done once, verified when the pods have followed, and put back', async () => {
    const kind = scaleTo(5, 5);
    const shown = await kind.shown();
    expect(await kind.perform(shown)).toEqual({ kind: 'succeeded', summary: 'replicas 3 → 5; pods follow' });
    expect(written()).toEqual([expect.objectContaining({ method: 'PUT', code: 200 })]);
    expect(await kind.verify(shown)).toMatchObject({
      kind: 'pending',
      summary: expect.stringContaining('3 available'),
    });
    stage.pass(10);
    expect(await kind.verify(shown)).toEqual({
      kind: 'converged',
      summary: '5 of 5 pods are up to date, 5 available',
    });
    const undo = undoOf(shown);
    expect(await undo.perform(await undo.shown())).toMatchObject({ kind: 'succeeded' });
    expect(replicas()).toBe(3);
  });

  it('F40: the HPA moved 3 to 8, so "scale to 5" would scale down: the approval is void, and nothing is sent', async () => {
    const kind = stage.kind('scale', toFive);
    const shown = await kind.shown();
    elsewhere(8);
    const now = await kind.shown();
    expect(differences(shown.facts, now.facts)).toEqual(['generation: was 1, is 2', 'replicas: was 3, is 8']);
    expect(now).toMatchObject({ risk: 'destructive', undo: { params: { replicas: 8, maximum: 8 } } });
    const performed = await kind.perform(shown);
    expect(performed).toMatchObject({ kind: 'failed', summary: expect.stringContaining('replicas: was 3, is 8') });
    expect([written(), replicas()]).toEqual([[], 8]);
  });

  it('F79: a rollout that hangs on an image is pending with its reason, never converged', async () => {
    stage.world.inject('rollout-stuck');
    const kind = scaleTo(5);
    const shown = await kind.shown();
    expect((await kind.perform(shown)).kind).toBe('succeeded');
    stage.pass(600);
    expect(await kind.verify(shown)).toEqual({
      kind: 'pending',
      summary: '5 of 5 pods are up to date, 3 available: 2 pods ImagePullBackOff',
    });
  });

  it('is not verified when something else has moved the number since', async () => {
    const kind = scaleTo(5);
    const shown = await kind.shown();
    await kind.perform(shown);
    elsewhere(3);
    stage.pass(10);
    expect(await kind.verify(shown)).toEqual({
      kind: 'pending',
      summary: 'replicas are 3 and not 5: something else has moved them',
    });
  });

  it('a look tells applied, not applied, and that it cannot tell', async () => {
    const kind = scaleTo(5);
    const shown = await kind.shown();
    expect(await kind.look(shown)).toEqual({ kind: 'not-applied', summary: 'replicas are still 3' });
    expect(await kind.look(shown, Date.now())).toMatchObject({ kind: 'unclear' });
    elsewhere(4);
    expect((await kind.look(shown)).kind).toBe('unclear');
    elsewhere(5);
    expect((await kind.look(shown)).kind).toBe('applied');
  });
});

describe('set-resources', () => {
  it('shows each limit from and to, the restarts, and tries it out', async () => {
    const shown = await limits({ cpu: '2', memory: '4Gi' }).shown();
    expect(shown.call).toBe('PATCH deployments/acgs2-agent-bus container agent-bus limits memory 2Gi → 4Gi');
    expect(shown.rows).toContainEqual({ label: 'cpu limit', amount: '2 → 2' });
    expect(shown.facts).toContainEqual({ name: 'limits of agent-bus', value: 'cpu 2, memory 2Gi' });
    expect(shown.notes.join()).toContain('Restarts 3 pods one after another');
    expect(stage.face.writes).toEqual([expect.objectContaining({ method: 'PATCH', dryRun: true })]);
  });

  it('touches nothing but the limits that it names, rolls the pods, and is put back', async () => {
    const before = container();
    const kind = limits({ memory: '4Gi' });
    const shown = await kind.shown();
    expect(await kind.perform(shown)).toEqual({
      kind: 'succeeded',
      summary: 'limits memory 2Gi → 4Gi; pods follow',
    });
    expect(container()).toEqual({
      ...before,
      resources: { ...before?.resources, limits: { cpu: '2', memory: '4Gi' } },
    });
    expect((await kind.verify(shown)).kind).toBe('pending');
    stage.pass(40);
    expect((await kind.verify(shown)).kind).toBe('converged');
    const undo = undoOf(shown);
    await undo.perform(await undo.shown());
    expect(container()).toEqual(before);
  });

  it('takes a limit away again where there was none, and says what each new pod reserves', async () => {
    await limits({ cpu: 'none', memory: 'none' }).perform(await limits({ cpu: 'none', memory: 'none' }).shown());
    const spec = stage.world.cluster.deployment(bus)?.spec;
    const bare = spec?.template.spec.containers.map((one) => ({ ...one, resources: { limits: {}, requests: {} } }));
    if (spec === undefined || bare === undefined) throw new Error('no deployment');
    const template = { ...spec.template, spec: { containers: bare } };
    stage.world.cluster.write(bus, { spec: { ...spec, template } }, { dryRun: false });

    const kind = limits({ memory: '1Gi' });
    const shown = await kind.shown();
    expect(shown.undo?.params).toMatchObject({ memory: 'none' });
    expect(shown.notes).toContain(
      'agent-bus has no memory request, so each new pod reserves 1Gi, as much as its limit.',
    );
    await kind.perform(shown);
    const undo = undoOf(shown);
    await undo.perform(await undo.shown());
    expect(container()?.resources).toEqual({ limits: {}, requests: {} });
  });

  it('says that a lower limit kills or throttles', async () => {
    const { notes } = await limits({ cpu: '1', memory: '1Gi' }).shown();
    expect(notes.join()).toMatch(/LOWERS the cpu limit.*LOWERS the memory limit/);
  });

  it('shows what the cluster does not take', async () => {
    expect(await limits({ cpu: '100m' }).preview()).toMatchObject({
      ok: false,
      fault: { message: expect.stringContaining('must be less than or equal to cpu limit of 100m') },
    });
    const elsewhereNamed = stage.kind('set-resources', { deployment: bus, container: 'bus', cpu: '2' });
    expect(await elsewhereNamed.preview()).toMatchObject({
      ok: false,
      fault: { code: 'no-such-container', remedy: 'It has: agent-bus.' },
    });
  });

  it.each([{ memory: '2Gi' }, { memory: '2048Mi' }, { cpu: '2000m' }])('has nothing to do for %j', async (wanted) => {
    expect(await limits(wanted).preview()).toMatchObject({ ok: false, fault: { code: 'nothing-to-do' } });
  });

  it('F40: a deployment that somebody changed since it was shown is not touched', async () => {
    const kind = limits({ memory: '4Gi' });
    const shown = await kind.shown();
    elsewhere(4);
    expect(differences(shown.facts, (await kind.shown()).facts)).toEqual(['generation: was 1, is 2']);
    expect(await kind.perform(shown)).toMatchObject({ kind: 'failed' });
    expect(written()).toEqual([]);
  });

  it('F79: a rollout that hangs is pending with its reason, and the old pods are named', async () => {
    stage.world.inject('rollout-stuck');
    const kind = limits({ memory: '4Gi' });
    const shown = await kind.shown();
    await kind.perform(shown);
    stage.pass(600);
    expect((await kind.verify(shown)).summary).toBe(
      '1 of 3 pods are up to date, 3 available, 3 old ones are left: 1 pod ImagePullBackOff',
    );
  });

  it('a look tells applied and not applied', async () => {
    const kind = limits({ memory: '4Gi' });
    const shown = await kind.shown();
    expect((await kind.look(shown)).kind).toBe('not-applied');
    await kind.perform(shown);
    expect(await kind.look(shown)).toEqual({ kind: 'applied', summary: 'limits are cpu 2, memory 4Gi' });
  });
});

it('both need exactly the rights of deploy/kubernetes/rbac.yml', async () => {
  const scaling = scaleTo(5);
  const shown = await scaling.shown();
  await scaling.perform(shown);
  await scaling.verify(shown);
  await limits({ memory: '4Gi' }).perform(await limits({ memory: '4Gi' }).shown());
  const file = readFileSync(join(import.meta.dirname, '../../../deploy/kubernetes/rbac.yml'), 'utf8');
  const role = parseAllDocuments(file)
    .map((document) => document.toJS() as { kind: string; rules?: { resources: string[]; verbs: string[] }[] })
    .find(({ kind }) => kind === 'Role');
  const granted = role?.rules?.flatMap(({ resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
  );
  expect([...stage.used].sort()).toEqual(granted?.sort());
});
