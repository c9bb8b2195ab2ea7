// The Alertmanager face: its API v2 over the alerts that the company's latency raises, and those that are posted.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { World } from '../world/world.ts';
import { createAlertBook } from './alertmanager-alerts.ts';
import { type AlertmanagerAnswer, badFilter, type Labels, readFilters } from './alertmanager-matchers.ts';
import { createSilenceBook } from './alertmanager-silences.ts';
import { answerBroken, openWire } from './wire.ts';

export interface AlertmanagerFaceOptions {
  readonly world: World;
  /** 0 or absent: any free port. */
  readonly port?: number;
}

/** A change that was asked for. */
export interface AlertmanagerWrite {
  readonly method: string;
  readonly path: string;
  readonly code: number;
}

export interface AlertmanagerFace {
  readonly url: string;
  readonly writes: readonly AlertmanagerWrite[];
  stop(): Promise<void>;
}

const give = (body: unknown, code = 200): AlertmanagerAnswer => ({ code, body });
const empty = (code = 200): AlertmanagerAnswer => ({ code });

/** Starts it on the loopback address. As the real one, it has no authentication. */
export async function startAlertmanagerFace({ world, port }: AlertmanagerFaceOptions): Promise<AlertmanagerFace> {
  const silences = createSilenceBook(world.now);
  const alerts = createAlertBook(world, (labels: Labels) => silences.over(labels));
  const startedAt = new Date(world.now()).toISOString();
  const writes: AlertmanagerWrite[] = [];

  const status = () => ({
    cluster: { peers: [], status: 'disabled' },
    config: { original: 'route:\n  receiver: none\nreceivers:\n- name: none\n' },
    uptime: startedAt,
    versionInfo: { version: '0.25.0', branch: '', buildDate: '', buildUser: '', goVersion: '', revision: '' },
  });

  /** By path and method; `GET,POST` is what a 405 names. */
  const routes: Readonly<Record<string, Readonly<Record<string, (asked: Asked) => AlertmanagerAnswer>>>> = {
    '/api/v2/status': { GET: () => give(status()) },
    '/api/v2/alerts': {
      POST: ({ body, contentType }) => withJson(contentType, body, 'alerts', (posted) => alerts.post(posted)),
      GET: ({ url }) => alerts.list(url.searchParams),
    },
    '/api/v2/silences': {
      POST: ({ body, contentType }) => withJson(contentType, body, 'silence', (posted) => silences.post(posted)),
      GET: ({ url }) => {
        const filters = readFilters(url.searchParams);
        return typeof filters === 'string' ? badFilter(filters) : give(silences.list(filters));
      },
    },
    '/api/v2/silence/': {
      DELETE: ({ id }) => (silences.expire(id) ? empty() : give('silence not found', 500)),
      GET: ({ id }) => {
        const found = silences.find(id);
        return found === undefined ? empty(404) : give(found);
      },
    },
  };

  function answer(request: IncomingMessage, body: string): AlertmanagerAnswer {
    const url = new URL(request.url ?? '/', 'http://alertmanager');
    const one = /^\/api\/v2\/silence\/([^/]+)$/.exec(url.pathname)?.[1];
    const route = routes[one === undefined ? url.pathname : '/api/v2/silence/'];
    if (route === undefined) return give({ code: 404, message: `path ${url.pathname} was not found` }, 404);
    const { method = 'GET' } = request;
    const way = route[method];
    if (way === undefined) {
      const message = `method ${method} is not allowed, but [${Object.keys(route).join(',')}] are`;
      return give({ code: 405, message }, 405);
    }
    const id = decodeURIComponent(one ?? '');
    if (one !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
      return give({ code: 601, message: `silenceID in path must be of type uuid: "${id}"` }, 422);
    return way({ url, id, body, contentType: request.headers['content-type'] ?? '' });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = world.wireFault('alertmanager');
    if (fault) {
      answerBroken(fault, response, (code, message) => ({ code, message }));
      return;
    }
    const path = request.url ?? '/';
    if (path === '/-/ready' || path === '/-/healthy') {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('OK');
      return;
    }
    const answered = answer(request, await readBody(request));
    if (request.method !== 'GET') writes.push({ method: request.method ?? '', path, code: answered.code });
    response
      .writeHead(answered.code, { 'content-type': 'application/json' })
      .end(answered.body === undefined ? '' : `${JSON.stringify(answered.body)}\n`);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const wire = await openWire(server, world, { port, brokenHow: () => world.wireFault('alertmanager') });
  return { url: `http://127.0.0.1:${wire.port}`, writes, stop: wire.stop };
}

interface Asked {
  readonly url: URL;
  readonly id: string;
  readonly body: string;
  readonly contentType: string;
}

function withJson(
  contentType: string,
  body: string,
  what: string,
  use: (posted: unknown) => AlertmanagerAnswer,
): AlertmanagerAnswer {
  const mediaType = contentType.split(';')[0]?.trim() ?? '';
  if (mediaType !== 'application/json') {
    const message = `unsupported media type "${mediaType}", only [application/json] are allowed`;
    return give({ code: 415, message }, 415);
  }
  let posted: unknown;
  try {
    posted = JSON.parse(body);
  } catch {
    return give({ code: 400, message: `parsing ${what} body from "" failed, because it is not JSON` }, 400);
  }
  return use(posted);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
