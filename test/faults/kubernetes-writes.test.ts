// A scale and a patch when the cluster refuses, breaks or loses its answer: at most once, and the outcome is not guessed.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KubernetesStage, startKubernetesStage } from '../support/kubernetes-stage.ts';
import type { StagedKind } from '../support/staged-kind.ts';
import type { ProxyFaults } from '../support/tcp-proxy.ts';

const bus = 'acgs2-agent-bus';
const kinds: readonly (readonly [name: string, params: unknown, verb: string, resource: string])[] = [
  ['scale', { deployment: bus, replicas: 5, maximum: 5 }, 'update', 'deployments/scale'],
  ['set-resources', { deployment: bus, container: 'agent-bus', memory: '4Gi' }, 'patch', 'deployments'],
];

describe.each(kinds)('%s', (name, params, verb, resource) => {
  let stage: KubernetesStage;
  let kind: StagedKind;
  beforeEach(async () => {
    stage = await startKubernetesStage({ plain: true });
    kind = stage.kind(name, params);
  });
  afterEach(() => stage.stop());

  const written = () => stage.face.writes.filter((write) => !write.dryRun && write.code === 200);
  const leaks = (said: unknown) => JSON.stringify(said).includes(stage.face.token);

  it('F78: 403 shows the words of the cluster and what to grant, before anybody is asked', async () => {
    stage.allow((used, on) => used !== verb || on !== resource);
    const refused = await kind.preview();
    expect(refused).toMatchObject({
      ok: false,
      fault: {
        message: expect.stringMatching(/answered 403: .* cannot (update|patch) resource/),
        remedy: expect.stringContaining('deploy/kubernetes/rbac.yml'),
      },
    });
    expect(leaks(refused)).toBe(false);
  });

  it('F78: 403 at the run surely failed', async () => {
    const shown = await kind.shown();
    stage.allow((used, on) => used !== verb || on !== resource);
    expect(await kind.perform(shown)).toMatchObject({ kind: 'failed', summary: expect.stringContaining('403') });
    expect(written()).toEqual([]);
  });

  it('F78: 404, a deployment that is not there', async () => {
    const there = params as Record<string, unknown>;
    const gone = await stage.kind(name, { ...there, deployment: 'acgs2-bus' }).preview();
    expect(gone).toMatchObject({ ok: false, fault: { message: expect.stringContaining('404') } });
  });

  it('F78: 409, the object changed between the read and the write: it failed, and is not tried again', async () => {
    const shown = await kind.shown();
    // A deployment is also changed by its own status, which no approval is tied to.
    const spec = stage.world.cluster.deployment(bus)?.spec;
    if (spec === undefined) throw new Error('no deployment');
    let meddled = false;
    stage.allow((used, on) => {
      if (used === verb && on === resource && !meddled) {
        meddled = true;
        stage.world.cluster.write(bus, { spec }, { dryRun: false });
      }
      return true;
    });
    const performed = await kind.perform(shown);
    expect(performed).toMatchObject({ kind: 'failed', summary: expect.stringContaining('answered 409') });
    expect(stage.face.writes.filter((write) => !write.dryRun).map((write) => write.code)).toEqual([409]);
  });

  it('F78: 409 in the dry run is read once more, because nothing has an effect there', async () => {
    const spec = stage.world.cluster.deployment(bus)?.spec;
    if (spec === undefined) throw new Error('no deployment');
    let meddled = false;
    stage.allow((used, on) => {
      if (used === verb && on === resource && !meddled) {
        meddled = true;
        stage.world.cluster.write(bus, { spec }, { dryRun: false });
      }
      return true;
    });
    expect(await kind.preview()).toMatchObject({ ok: true });
    expect(stage.face.writes.map((write) => [write.dryRun, write.code])).toEqual([
      [true, 409],
      [true, 200],
    ]);
  });

  it.each(['http401', 'http429', 'http500', 'html', 'garbage', 'down'] as const)(
    'F78: %s before the write: nothing is sent, and nobody is left in doubt',
    async (fault) => {
      const shown = await kind.shown();
      stage.world.inject(`kubernetes:${fault}`);
      const performed = await kind.perform(shown);
      expect(performed).toMatchObject({ kind: 'failed', summary: expect.stringMatching(/^nothing was sent: /) });
      const refused = await kind.preview();
      expect(refused.ok).toBe(false);
      expect(leaks([performed, refused])).toBe(false);
      stage.world.heal(`kubernetes:${fault}`);
      expect(written()).toEqual([]);
    },
  );

  it('F78: it hangs: the deadline ends it, and what never answers a read is not written to', async () => {
    const shown = await kind.shown();
    stage.world.inject('kubernetes:hang');
    const performed = await kind.perform(shown, 1_500);
    expect(performed).toMatchObject({ kind: 'failed', summary: expect.stringContaining('no complete answer within') });
  });

  it.each<readonly [string, 'failed' | 'unknown', number, string]>([
    ['401', 'failed', 401, ''],
    ['429', 'failed', 429, ''],
    ['500, which may come after the effect', 'unknown', 500, ''],
    ['504, which may come after the effect', 'unknown', 504, ''],
    ['a page of a proxy', 'unknown', 200, '<html>Please sign in</html>'],
    ['broken JSON', 'unknown', 200, '{"kind":"Sca'],
    ['another object', 'unknown', 200, '{"kind":"Status"}'],
  ])('F78: the write itself is answered with %s: %s', async (_, expected, code, body) => {
    const shown = await kind.shown();
    stage.answerWrites(code, body);
    const performed = await kind.perform(shown);
    expect(performed.kind).toBe(expected);
    expect(stage.writesAnswered).toBe(1);
    expect(leaks(performed)).toBe(false);
  });

  it('F78: the answer to the write is lost: sent once, unknown, and a look finds it applied', async () => {
    const shown = await kind.shown();
    const method = name === 'scale' ? 'PUT /' : 'PATCH /';
    const sent = () => stage.proxy.toServer.text.split(method).length - 1;
    // The dry run was the first.
    expect(sent()).toBe(1);
    await stage.proxy.set({ loseAnswerTo: method });
    const performed = await kind.perform(shown);
    expect(performed).toMatchObject({ kind: 'unknown', summary: expect.stringContaining('the connection was cut') });
    await stage.proxy.set({});
    expect([sent(), written().length]).toEqual([2, 1]);
    expect((await kind.look(shown)).kind).toBe('applied');
    expect(leaks(performed)).toBe(false);
  });

  it.each<readonly [string, ProxyFaults, 'failed' | 'unknown']>([
    ['refuses the connection, so that nothing left', { connections: 'refuse' }, 'failed'],
    ['accepts the connection and is not heard of again', { connections: 'hang' }, 'unknown'],
  ])('F78: between the read and the write the API server %s', async (_, faults, expected) => {
    const shown = await kind.shown();
    stage.allow((used, on) => {
      if (`${used} ${on}` === 'get deployments') void stage.proxy.set(faults);
      return true;
    });
    const performed = await kind.perform(shown, 2_000);
    expect(performed.kind).toBe(expected);
    expect(performed.summary).not.toContain('nothing was sent');
    await stage.proxy.set({});
    expect(written()).toEqual([]);
  });

  it.each<readonly [string, ProxyFaults]>([
    ['refuses connections', { connections: 'refuse' }],
    ['accepts and never answers', { connections: 'hang' }],
  ])('F78: the API server %s: nothing runs when it is back', async (_, faults) => {
    const shown = await kind.shown();
    await stage.proxy.set(faults);
    expect((await kind.perform(shown, 1_500)).kind).toBe('failed');
    await stage.proxy.set({});
    expect(await kind.look(shown)).toMatchObject({ kind: 'not-applied' });
    expect(written()).toEqual([]);
  });
});
