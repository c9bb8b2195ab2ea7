// The Prometheus face: its HTTP API over a source of series, with ways to break on demand.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { SeriesSource } from '../promql/series.ts';
import type { HttpWireFault } from '../world/faults.ts';
import { type ApiContext, answerApi, type MetricMetadata, type PrometheusTarget } from './prometheus-api.ts';
import { answerBroken } from './wire.ts';

export type { MetricMetadata, PrometheusTarget } from './prometheus-api.ts';

/** Read again for each connection and request: change `mode` (or give a getter) while the face runs. */
export interface PrometheusFaults {
  readonly mode: 'ok' | HttpWireFault;
}

export interface PrometheusFaceOptions {
  readonly source: SeriesSource;
  /** Unix milliseconds: the time of queries that name none. */
  readonly now: () => number;
  readonly targets: () => readonly PrometheusTarget[];
  readonly faults?: PrometheusFaults;
  readonly metadata?: Readonly<Record<string, MetricMetadata>>;
  /** When given, requests without `Authorization: Bearer <token>` get 401. */
  readonly bearerToken?: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
}

export interface PrometheusFace {
  /** Base URL without a trailing slash. */
  readonly url: string;
  stop(): Promise<void>;
}

const MOST_FORM_BYTES = 1_000_000;

/** Starts the face on the loopback address. Rejects when the port is taken. */
export async function startPrometheusFace(options: PrometheusFaceOptions): Promise<PrometheusFace> {
  const { source, now, targets, metadata = {}, faults = { mode: 'ok' }, bearerToken, port = 0 } = options;
  const context: ApiContext = { source, now, targets, metadata };

  const server = createServer((request, response) => {
    if (faults.mode !== 'ok') {
      answerBroken(faults.mode, response, (_code, error) => ({ status: 'error', errorType: 'internal', error }));
    } else if (bearerToken !== undefined && request.headers.authorization !== `Bearer ${bearerToken}`) {
      sendText(response, 401, 'Unauthorized');
    } else {
      answer(request, response, context).catch(() => response.destroy());
    }
  });
  server.on('connection', (socket: Socket) => {
    if (faults.mode === 'down') socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        // Hanging answers would keep the server open for ever.
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, context: ApiContext): Promise<void> {
  const { method = 'GET' } = request;
  const url = new URL(request.url ?? '/', 'http://prometheus');
  if (url.pathname === '/-/ready') return sendText(response, 200, 'Prometheus Server is Ready.\n');
  if (url.pathname === '/-/healthy') return sendText(response, 200, 'Prometheus Server is Healthy.\n');
  const endpoint = /^\/api\/v1\/(.+)$/.exec(url.pathname)?.[1];
  if (endpoint === undefined) return sendText(response, 404, '404 page not found\n');

  const parameters = new URLSearchParams([...(await formOf(request)), ...url.searchParams]);
  const answered = answerApi(method, endpoint, parameters, context);
  if (answered === undefined) {
    const exists = answerApi('GET', endpoint, parameters, context) !== undefined;
    return exists ? sendText(response, 405, 'Method Not Allowed\n') : sendText(response, 404, '404 page not found\n');
  }
  response.writeHead(answered.status, { 'content-type': 'application/json' }).end(JSON.stringify(answered.body));
}

/** The posted form, empty for other requests. Rejects when it is larger than any query could be. */
async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  if (request.method !== 'POST' || !isForm) return new URLSearchParams();
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MOST_FORM_BYTES) throw new Error('form too large');
  }
  return new URLSearchParams(text);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
