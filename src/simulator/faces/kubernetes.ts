// The Kubernetes face: an API server over HTTPS that knows the namespace of ACGS-2.

import { randomBytes } from 'node:crypto';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { World } from '../world/world.ts';
import { createKubernetesRoutes, type KubernetesAnswer } from './kubernetes-routes.ts';
import { statusObject, unauthorized } from './kubernetes-status.ts';
import { makeSelfSigned } from './self-signed.ts';
import { answerBroken, openWire } from './wire.ts';

export interface KubernetesFaceOptions {
  readonly world: World;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** What the token's owner may do; `resource` may have a subresource, as in 'deployments/scale'. Default: everything. */
  readonly allows?: (verb: string, resource: string) => boolean;
  /** Without TLS, as `kubectl proxy` serves it: what goes over the wire can be read. */
  readonly plain?: boolean;
}

/** A change that reached the cluster or was tried out on it. */
export interface KubernetesWrite {
  readonly method: string;
  readonly path: string;
  readonly dryRun: boolean;
  readonly code: number;
}

export interface KubernetesFace {
  readonly url: string;
  /** YAML with the certificate authority and a token. */
  readonly kubeconfig: string;
  readonly token: string;
  /** PEM. */
  readonly certificate: string;
  readonly writes: readonly KubernetesWrite[];
  stop(): Promise<void>;
}

const reasons: Readonly<Record<number, string>> = { 401: 'Unauthorized', 429: 'TooManyRequests', 500: 'InternalError' };

/** Starts the API server on the loopback address with a certificate and a token of its own. */
export async function startKubernetesFace({
  world,
  port,
  allows = () => true,
  plain = false,
}: KubernetesFaceOptions): Promise<KubernetesFace> {
  const { key, certificate } = makeSelfSigned(Date.now());
  const token = `pretend-${randomBytes(16).toString('hex')}`;
  const writes: KubernetesWrite[] = [];
  const answer = createKubernetesRoutes(world, allows);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = world.wireFault('kubernetes');
    if (fault) {
      answerBroken(fault, response, (code, message) =>
        statusObject({ code, message, reason: reasons[code] ?? 'InternalError' }),
      );
      return;
    }
    if (request.headers.authorization !== `Bearer ${token}`) {
      send(response, { code: 401, body: statusObject(unauthorized) });
      return;
    }
    const url = new URL(request.url ?? '/', 'https://kubernetes');
    const method = request.method ?? 'GET';
    const body = await readBody(request);
    const answered = answer({ method, url, body, contentType: request.headers['content-type'] ?? '' });
    if (method === 'PUT' || method === 'PATCH') {
      writes.push({ method, path: url.pathname, dryRun: url.searchParams.has('dryRun'), code: answered.code });
    }
    send(response, answered);
  }

  const listen = (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch(() => response.destroy());
  };
  const server = plain ? createHttp(listen) : createHttps({ key, cert: certificate }, listen);
  const wire = await openWire(server, world, { port, brokenHow: () => world.wireFault('kubernetes') });
  const url = `${plain ? 'http' : 'https'}://127.0.0.1:${wire.port}`;
  const trust = plain
    ? 'insecure-skip-tls-verify: true'
    : `certificate-authority-data: ${Buffer.from(certificate).toString('base64')}`;
  return { url, token, certificate, writes, kubeconfig: kubeconfigText(url, trust, token), stop: wire.stop };
}

function send(response: ServerResponse, { code, body }: KubernetesAnswer): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function kubeconfigText(server: string, trust: string, token: string): string {
  return `apiVersion: v1
kind: Config
clusters:
  - name: pretend
    cluster:
      server: ${server}
      ${trust}
users:
  - name: chatops
    user:
      token: ${token}
contexts:
  - name: pretend
    context: { cluster: pretend, user: chatops, namespace: acgs2 }
current-context: pretend
`;
}
