// The Kubernetes API with a deadline, a size cap and failures as values; its library is loaded at the first question.

import { type IncomingMessage, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ApiConstructor, ApiType, KubeConfig, RequestContext, ResponseContext } from '@kubernetes/client-node';
import type { Clock } from '../../core/ports.ts';
import {
  type Answer,
  answered,
  type Failure,
  failed,
  oneLine,
  refusedWith,
  timedOut,
  unreachable,
  withoutSecrets,
} from '../failure.ts';
import { effectOf, type WriteAnswer } from '../writing.ts';
import type { KubernetesConfig } from './config.ts';

const maxBodyBytes = 8_000_000;

export interface Cluster {
  readonly namespace: string;
  readonly clock: Clock;
  /** Calls one API, never twice; `request` is how people would name the call. What failed says whether it can have had an effect. */
  call<Api extends ApiType, T>(
    api: (library: Library) => ApiConstructor<Api>,
    request: string,
    signal: AbortSignal,
    work: (api: Api, library: Library) => Promise<T>,
  ): Promise<WriteAnswer<T>>;
}

/** Nine tenths of a second and 70 MB: not paid by those who have no cluster, and not before the start is over. */
export const loadLibrary = () => import('@kubernetes/client-node');
export type Library = Awaited<ReturnType<typeof loadLibrary>>;

class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/** Whether anything of a call can have reached the server. */
interface Wire {
  left: boolean;
}

export function clusterOf(config: KubernetesConfig, clock: Clock): Cluster {
  let opening: Promise<Answer<{ readonly library: Library; readonly kube: KubeConfig }>> | undefined;
  return {
    namespace: config.namespace,
    clock,
    async call(api, request, signal, work) {
      const began = performance.now();
      opening ??= open(config);
      const opened = await opening;
      if (!opened.ok) {
        // The kubeconfig may be put right while the bot runs.
        opening = undefined;
        return { ...opened, effect: 'none' };
      }
      const { library, kube } = opened.value;
      const asked = { system: 'kubernetes', request };
      const wire: Wire = { left: false };
      const effect = () => (wire.left ? 'unknown' : 'none');
      try {
        signal.throwIfAborted();
        return answered(await work(clientFor(library, kube, api(library), signal, wire), library));
      } catch (error) {
        if (signal.aborted) return { ok: false, failure: timedOut(asked, performance.now() - began), effect: effect() };
        const failure = failureOf(library, error, request, secretsOf(kube));
        return error instanceof library.ApiException
          ? { ok: false, failure, effect: effectOf(error.code), status: error.code }
          : { ok: false, failure, effect: effect() };
      }
    },
  };
}

async function open(config: KubernetesConfig): Promise<Answer<{ library: Library; kube: KubeConfig }>> {
  const library = await loadLibrary();
  const kube = new library.KubeConfig();
  try {
    // Never the library's own search, which ends at http://localhost:8080.
    if (config.kubeconfig !== undefined) kube.loadFromFile(config.kubeconfig.replace(/^~(?=\/)/, homedir()));
    else kube.loadFromCluster();
    if (config.context !== undefined) kube.setCurrentContext(config.context);
    const server = kube.getCurrentCluster()?.server ?? '';
    if (!URL.canParse(server) || server.includes('undefined')) throw new Error('no server');
    return answered({ library, kube });
  } catch {
    const where = config.kubeconfig ?? join('the service account', 'of the pod');
    const what = config.context === undefined ? '' : ` with context ${config.context}`;
    return failed(
      'failed',
      `kubernetes: no cluster can be found in ${where}${what}`,
      'Check systems.kubernetes.kubeconfig and context; without a kubeconfig the bot must run in the cluster.',
    );
  }
}

/** Like KubeConfig.makeApiClient, over a transport that ends: the library itself would wait for five minutes. */
function clientFor<Api extends ApiType>(
  library: Library,
  kube: KubeConfig,
  apiClass: ApiConstructor<Api>,
  signal: AbortSignal,
  wire: Wire,
): Api {
  const server = kube.getCurrentCluster()?.server ?? '';
  return new apiClass(
    library.createConfiguration({
      baseServer: new library.ServerConfiguration(server, {}),
      httpApi: library.wrapHttpLibrary({ send: (request) => send(library, kube, request, signal, wire) }),
    }),
  );
}

/** One request: no redirects, as much of the body as is allowed, until the signal aborts. */
async function send(
  library: Library,
  kube: KubeConfig,
  request: RequestContext,
  signal: AbortSignal,
  wire: Wire,
): Promise<ResponseContext> {
  const url = new URL(request.getUrl());
  const options: RequestOptions = { method: request.getHttpMethod(), headers: request.getHeaders(), signal };
  // Certificates, credentials, impersonation and proxy, as the kubeconfig says.
  await kube.applyToHTTPSOptions(options);
  // The API takes JSON text; the other kinds of body are for APIs that this library is not made for.
  const sent = request.getBody();
  const secure = url.protocol === 'https:';
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const leaves = () => {
      wire.left = true;
    };
    (secure ? requestHttps : requestHttp)(url, options, resolve)
      .on('error', reject)
      // No connection is kept for another call; before the handshake nothing of the request is sent.
      .on('socket', (socket) =>
        socket.connecting ? socket.once(secure ? 'secureConnect' : 'connect', leaves) : leaves(),
      )
      .end(typeof sent === 'string' ? sent : undefined);
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > maxBodyBytes) throw new AnswerTooLarge();
    chunks.push(chunk);
  }
  const body = new library.SelfDecodingBody(Promise.resolve(Buffer.concat(chunks)));
  return new library.ResponseContext(response.statusCode ?? 0, plainHeaders(response), body);
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  const plain = Object.entries(headers).map(([name, value]) => [name, String(value ?? '')] as const);
  return Object.fromEntries(plain);
}

function secretsOf(kube: KubeConfig): readonly string[] {
  const user = kube.getCurrentUser();
  return [user?.token ?? '', user?.password ?? ''];
}

function failureOf(library: Library, error: unknown, request: string, secrets: readonly string[]): Failure {
  const asked = { system: 'kubernetes', request };
  if (error instanceof library.ApiException) {
    const says = messageOf(error.body, secrets);
    const failure = refusedWith(asked, error.code, says, retryAfter(error.headers));
    return { ...failure, remedy: remedyFor(error.code) ?? failure.remedy };
  }
  if (error instanceof AnswerTooLarge)
    return {
      reason: 'truncated',
      detail: `kubernetes: ${request} was answered with more than ${maxBodyBytes / 1_000_000} MB, which is not read`,
      remedy: 'Narrow systems.kubernetes.selector.',
    };
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return { ...unreachable(asked, error.code), remedy: wrongServer };
  return {
    reason: 'malformed',
    detail: `kubernetes: ${request} was answered with something that is not its API`,
    remedy: wrongServer,
  };
}

const wrongServer =
  'Check server and certificate-authority-data of this kubeconfig context, and that the API answers from here.';

/** Where the kubeconfig or the cluster's rights decide, and not an address in our own config. */
function remedyFor(status: number): string | undefined {
  if (status === 401) return 'Renew the credentials of this kubeconfig context; the cluster does not know them.';
  if (status === 403)
    return 'Grant this right to the account of the bot: deploy/kubernetes/rbac.yml has all that it needs.';
  if (status === 404) return 'Check the name in the runbook, and namespace and context under systems.kubernetes.';
  if (status === 409) return 'Somebody else changed it at that moment: look at it again, then decide.';
  if (status === 422) return 'Correct the parameters in the runbook; the cluster says which it does not take.';
  return status >= 300 && status < 400 ? wrongServer : undefined;
}

/** A Status object of the API has its sentence in `message`; it may come as text. */
function messageOf(body: unknown, secrets: readonly string[]): string {
  let status = body;
  if (typeof body === 'string') {
    try {
      status = JSON.parse(body);
    } catch {
      return /^\s*</.test(body) ? '' : oneLine(withoutSecrets(body, secrets));
    }
  }
  const message = typeof status === 'object' && status !== null && 'message' in status ? status.message : undefined;
  return typeof message === 'string' ? withoutSecrets(message, secrets) : '';
}

function retryAfter(headers: unknown): string | undefined {
  const value =
    typeof headers === 'object' && headers !== null && 'retry-after' in headers ? headers['retry-after'] : '';
  return typeof value === 'string' && value !== '' ? value : undefined;
}
