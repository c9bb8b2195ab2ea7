// ACGS-2 on a real API server: its namespace, two of its deployments as the Helm chart makes them, and the bot with deploy/kubernetes/rbac.yml.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type ApiGate, startApiGate } from './api-gate.ts';
import { type ApiAnswer, type ApiCall, type RealKubernetes, startRealKubernetes } from './real-kubernetes.ts';
import { type StagedKind, staged } from './staged-kind.ts';
import { type TestSystems, testSystems } from './system-checks.ts';

export const namespace = 'acgs2';
export const bus = 'acgs2-agent-bus';
const apps = `/apis/apps/v1/namespaces/${namespace}`;
export const pathOf = (deployment: string) => `${apps}/deployments/${deployment}`;

export interface Acgs2Cluster {
  readonly kubernetes: RealKubernetes;
  readonly admin: ApiCall;
  /** Stands before the API server for the bot. */
  readonly gate: ApiGate;
  /** The token of the bot's service account. */
  readonly token: string;
  readonly systems: TestSystems;
  kind(name: string, params: unknown): StagedKind;
  /** The same bot with the account of this token. */
  kindAs(token: string, name: string, params: unknown): Promise<StagedKind>;
  /** Makes the deployments anew, as they were at first. */
  reset(): Promise<void>;
  deployment(name?: string): Promise<ApiAnswer['body']>;
  /** Writes the status that the deployment controller would write; here none runs. */
  writeStatus(status: object, name?: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startAcgs2Cluster(flags: readonly string[] = []): Promise<Acgs2Cluster> {
  const kubernetes = await startRealKubernetes(flags);
  const { admin } = kubernetes;
  const folder = await mkdtemp(join(tmpdir(), 'acgs2-cluster-'));
  const gate = await startApiGate(kubernetes.url, kubernetes.ca);
  const opened: TestSystems[] = [];
  await made(admin, '/api/v1/namespaces', { metadata: { name: namespace } });
  for (const { path, body } of await manifests()) await made(admin, path, body);
  const token = await tokenOf(admin, 'acgs-chatops');
  // The API server learns of new rights a moment later.
  await vi.waitFor(async () => expect((await kubernetes.as(token)('GET', pathOf(bus))).code).toBe(404), 30_000);

  const systemsAs = async (account: string): Promise<TestSystems> => {
    const kubeconfig = join(folder, `kubeconfig-${opened.length}`);
    await writeFile(kubeconfig, kubernetes.kubeconfig(account, gate.url), { mode: 0o600 });
    const systems = testSystems({ kubernetes: { kubeconfig, namespace } });
    opened.push(systems);
    return systems;
  };
  const systems = await systemsAs(token);
  const deployment = async (name = bus) => (await admin('GET', pathOf(name))).body;
  const reset = async () => {
    for (const [name, container] of deployments) {
      await admin('DELETE', `${pathOf(name)}?propagationPolicy=Background`);
      await made(admin, `${apps}/deployments`, deploymentOf(name, container));
    }
  };
  await reset();
  return {
    ...{ kubernetes, admin, gate, token, systems, reset, deployment },
    kind: (name, params) => staged(systems.system('kubernetes').actions[name], params),
    kindAs: async (account, name, params) =>
      staged((await systemsAs(account)).system('kubernetes').actions[name], params),
    async writeStatus(status, name = bus) {
      const found = await deployment(name);
      const { code, body } = await admin('PUT', `${pathOf(name)}/status`, { ...found, status });
      if (code !== 200) throw new Error(JSON.stringify(body));
    },
    async stop() {
      for (const one of opened) await one.close();
      await gate.stop();
      await kubernetes.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Creates an object; throws with the words of the server when it does not take it. */
export async function made(admin: ApiCall, path: string, body: object): Promise<ApiAnswer['body']> {
  const answer = await admin('POST', path, body);
  if (answer.code !== 201) throw new Error(`POST ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** A token as a pod of this service account has it. */
export async function tokenOf(admin: ApiCall, account: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  return (await made(admin, path, { spec: {} })).status.token;
}

const paths: Readonly<Record<string, string>> = {
  ServiceAccount: `/api/v1/namespaces/${namespace}/serviceaccounts`,
  Role: `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`,
  RoleBinding: `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`,
};

/** The file as an operator applies it. */
export async function manifests(): Promise<readonly { readonly path: string; readonly body: ApiAnswer['body'] }[]> {
  const file = await readFile(join(import.meta.dirname, '../../deploy/kubernetes/rbac.yml'), 'utf8');
  return parseAllDocuments(file).map((document) => {
    const body = document.toJS();
    const path = paths[body.kind];
    if (path === undefined) throw new Error(`where does a ${body.kind} go?`);
    return { path, body };
  });
}

const deployments = [
  [bus, 'agent-bus'],
  ['acgs2-constitutional', 'constitutional'],
] as const;

function deploymentOf(name: string, container: string): object {
  const labels = { 'app.kubernetes.io/name': 'acgs2', 'app.kubernetes.io/component': container };
  const resources = { requests: { cpu: '500m', memory: '512Mi' }, limits: { cpu: '2', memory: '2Gi' } };
  const containers = [
    { name: container, image: 'acgs2/bus:1', env: [{ name: 'REDIS_URL', value: 'redis://redis' }], resources },
    { name: 'metrics', image: 'acgs2/metrics:1' },
  ];
  return {
    metadata: {
      name,
      labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'acgs2' },
    },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}
