// Starts a real kube-apiserver over a real etcd on free loopback ports. No controllers run: nothing makes pods, nothing moves replicas.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findKubeApiserver } from '../../scripts/kube-apiserver.js';
import { freePort, type RunningServer, startServer } from './real-server.ts';

const readyWithinMs = 60_000;
const portTries = 3;

export interface ApiAnswer {
  readonly code: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever object of the API was asked for
  readonly body: any;
}

/** Calls the API as somebody; an object as body is sent as JSON. */
export type ApiCall = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<ApiAnswer>;

export interface RealKubernetes {
  /** For example `https://127.0.0.1:40123`. */
  readonly url: string;
  /** PEM of the authority that its certificate is to be checked against. */
  readonly ca: string;
  readonly admin: ApiCall;
  as(token: string): ApiCall;
  /** A kubeconfig for an account, at this address or at one before it. */
  kubeconfig(token: string, server?: string): string;
  /** Stops a process in its tracks, its connections open, until `thaw`. */
  freeze(which: 'apiserver' | 'etcd'): Promise<void>;
  thaw(which: 'apiserver' | 'etcd'): void;
  stop(): Promise<void>;
}

/** Why none can be started on this machine, for a test to skip by name. Throws when KUBEBUILDER_ASSETS is wrong. */
export function whyNoKubernetes(): string | undefined {
  return findKubeApiserver().why;
}

/** @param flags more of the command line of kube-apiserver */
export async function startRealKubernetes(flags: readonly string[] = []): Promise<RealKubernetes> {
  const { folder } = findKubeApiserver();
  if (folder === undefined) throw new Error('ask whyNoKubernetes first');
  const etcd = await onFreePorts(() => startEtcd(folder));
  const adminToken = randomBytes(16).toString('hex');
  try {
    const { server, url, ca } = await onFreePorts(() => startApiserver(folder, etcd.ready, adminToken, flags));
    const agent = new Agent({ keepAlive: true, maxSockets: 20, ca });
    const processes = { apiserver: server, etcd };
    const as =
      (token: string): ApiCall =>
      (method, path, body, headers) =>
        call(agent, `${url}${path}`, method, { authorization: `Bearer ${token}`, ...headers }, body);
    return {
      ...{ url, ca, as, admin: as(adminToken) },
      kubeconfig: (token, at = url) => kubeconfigOf(at, ca, token),
      freeze: (which) => processes[which].freeze(),
      thaw: (which) => processes[which].thaw(),
      async stop() {
        agent.destroy();
        await server.stop();
        await etcd.stop();
      },
    };
  } catch (error) {
    await etcd.stop();
    throw error;
  }
}

/** Another process may take a free port before the server does. */
async function onFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === portTries || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

async function startEtcd(folder: string): Promise<RunningServer<string>> {
  const home = await mkdtemp(join(tmpdir(), 'real-etcd-'));
  const [client, peer] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  return startServer({
    program: join(folder, 'etcd'),
    args: [
      ...['--data-dir', join(home, 'data'), '--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
    ],
    home,
    readyWithinMs,
    ready: (output) => (/ready to serve client requests/.test(output) ? client : undefined),
  });
}

async function startApiserver(folder: string, etcd: string, adminToken: string, flags: readonly string[]) {
  const home = await mkdtemp(join(tmpdir(), 'real-apiserver-'));
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const [tokens, signing, certificates] = [join(home, 'tokens.csv'), join(home, 'accounts.key'), join(home, 'tls')];
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  await writeFile(signing, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  await writeFile(tokens, `${adminToken},admin,admin,system:masters\n`, { mode: 0o600 });
  const authority = () => readFile(join(certificates, 'apiserver.crt'), 'utf8').catch(() => undefined);
  const server = await startServer({
    program: join(folder, 'kube-apiserver'),
    args: [
      ...['--etcd-servers', etcd, '--secure-port', String(port), '--bind-address', '127.0.0.1'],
      ...['--advertise-address', '127.0.0.1', '--endpoint-reconciler-type', 'none', '--cert-dir', certificates],
      ...['--token-auth-file', tokens, '--authorization-mode', 'RBAC', '--service-cluster-ip-range', '10.0.0.0/24'],
      ...['--service-account-key-file', signing, '--service-account-signing-key-file', signing],
      ...['--service-account-issuer', 'https://kubernetes.default.svc'],
      // Pods are made by hand here, without the token that a controller would have made for them.
      ...['--disable-admission-plugins', 'ServiceAccount', ...flags],
    ],
    home,
    readyWithinMs,
    async ready() {
      const ca = await authority();
      if (ca === undefined) return undefined;
      const agent = new Agent({ ca });
      const headers = { authorization: `Bearer ${adminToken}` };
      const answer = await call(agent, `${url}/readyz`, 'GET', headers).catch(() => undefined);
      agent.destroy();
      return answer?.code === 200 ? ca : undefined;
    },
  });
  return { server, url, ca: server.ready };
}

function call(
  agent: Agent,
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: unknown,
): Promise<ApiAnswer> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const typed = sent === undefined ? headers : { 'content-type': 'application/json', ...headers };
  return new Promise((resolve, reject) => {
    request(url, { method, agent, headers: typed }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = /json/.test(response.headers['content-type'] ?? '');
        resolve({ code: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
      });
    })
      .on('error', reject)
      .end(sent);
  });
}

function kubeconfigOf(server: string, ca: string, token: string): string {
  // The client refuses plain HTTP unless it may skip the certificate that there is none of.
  const trust = server.startsWith('https:')
    ? { 'certificate-authority-data': Buffer.from(ca).toString('base64') }
    : { 'insecure-skip-tls-verify': true };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'real', cluster: { server, ...trust } }],
    users: [{ name: 'bot', user: { token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'bot' } }],
    'current-context': 'real',
  });
}
