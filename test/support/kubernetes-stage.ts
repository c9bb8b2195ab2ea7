// The pretend API server behind a proxy, and the Kubernetes actions as the pipeline would call them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubernetesFace, startKubernetesFace } from '../../src/simulator/faces/kubernetes.ts';
import { createWorld, type World } from '../../src/simulator/world/world.ts';
import { startApiGate } from './api-gate.ts';
import { type StagedKind, staged } from './staged-kind.ts';
import { type TestSystems, testSystems } from './system-checks.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

export interface KubernetesStage {
  readonly world: World;
  readonly face: KubernetesFace;
  readonly proxy: TcpProxy;
  readonly systems: TestSystems;
  /** What the account may do from now on; `verb` and `resource` as in a Role. */
  allow(allows: (verb: string, resource: string) => boolean): void;
  /** Every right that was used so far. */
  readonly used: ReadonlySet<string>;
  /** From now on something before the API server answers every change, which the cluster never sees; an empty body is a Status. */
  answerWrites(code: number, body: string): void;
  /** How many changes were answered so. */
  readonly writesAnswered: number;
  /** Moves the clock of the cluster. */
  pass(seconds: number): void;
  kind(name: string, params: unknown): StagedKind;
  stop(): Promise<void>;
}

/** @param plain without TLS, so that a proxy can tell what it carries */
export async function startKubernetesStage({ plain = false } = {}): Promise<KubernetesStage> {
  let nowMs = Date.now();
  let allows: (verb: string, resource: string) => boolean = () => true;
  const used = new Set<string>();
  const world = createWorld({ now: () => nowMs, historyDays: 0.01 });
  const face = await startKubernetesFace({
    world,
    plain,
    allows: (verb, resource) => {
      used.add(`${verb} ${resource}`);
      return allows(verb, resource);
    },
  });
  const gate = await startApiGate(face.url);
  const proxy = await startTcpProxy(Number(new URL(plain ? gate.url : face.url).port));
  const folder = await mkdtemp(join(tmpdir(), 'kubernetes-stage-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, face.kubeconfig.replace(new URL(face.url).host, proxy.address), { mode: 0o600 });
  const systems = testSystems({ kubernetes: { kubeconfig, namespace: 'acgs2' } });
  return {
    ...{ world, face, proxy, systems, used },
    allow(next) {
      allows = next;
    },
    answerWrites(code, body) {
      if (!plain) throw new Error('only a plain wire can be answered for');
      gate.answer = { code, body: body === '' ? JSON.stringify({ kind: 'Status', code, message: 'no' }) : body };
    },
    get writesAnswered() {
      return gate.answered;
    },
    pass(seconds) {
      nowMs += seconds * 1_000;
      world.tick();
    },
    kind: (name, params) => staged(systems.system('kubernetes').actions[name], params),
    async stop() {
      await systems.close();
      await proxy.stop();
      await gate.stop();
      await face.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
