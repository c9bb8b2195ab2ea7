// An HTTP server that answers well, or fails in one of the ways in which real servers do.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Route = (url: URL) => unknown;

export const httpFaults = [
  'hang',
  'trickle',
  'unauthorized',
  'forbidden',
  'not-found',
  'too-many',
  'server-error',
  'html',
  'truncated-json',
  'empty-body',
  'huge',
  'redirect',
  'cut',
] as const;
export type HttpFault = (typeof httpFaults)[number];

export interface PretendHttp {
  readonly url: string;
  readonly requests: readonly string[];
  behave(how: Route | HttpFault): void;
  stop(): Promise<void>;
}

export async function startPretendHttp(): Promise<PretendHttp> {
  let how: Route | HttpFault = 'hang';
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    // What a server echoes of the request must not leak either.
    const echo = `you sent ${request.headers.authorization}`;
    if (typeof how === 'string') failures[how](response, echo);
    else answer(how, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    behave(next) {
      how = next;
      requests.length = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(route: Route, request: IncomingMessage, response: ServerResponse): void {
  const body = route(new URL(request.url ?? '/', 'http://pretend'));
  json(response, body === undefined ? 404 : 200, body ?? { message: 'no such page' });
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

const failures: Readonly<Record<HttpFault, (response: ServerResponse, echo: string) => void>> = {
  hang: () => undefined,
  trickle: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(timer));
  },
  unauthorized: (response, echo) => json(response, 401, { status: 'error', error: echo, message: echo }),
  forbidden: (response, echo) => json(response, 403, { error: echo, message: echo }),
  'not-found': (response) => json(response, 404, { error: 'nothing here', message: 'nothing here' }),
  'too-many': (response) => json(response, 429, { error: 'slow down', message: 'slow down' }, { 'retry-after': '30' }),
  'server-error': (response, echo) => json(response, 500, { error: `it broke: ${echo}`, message: `it broke: ${echo}` }),
  html: (response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>Log in</title>');
  },
  'truncated-json': (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"status":"success","data":{"resultType":"vector","resu');
  },
  'empty-body': (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end();
  },
  huge: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    let megabytes = 0;
    const more = () => {
      while (megabytes < 60 && !response.destroyed) {
        megabytes += 1;
        if (!response.write(' '.repeat(1_000_000))) {
          response.once('drain', more);
          return;
        }
      }
      response.end('{}');
    };
    more();
  },
  redirect: (response) => {
    response.writeHead(302, { location: 'http://127.0.0.1:9/login?token=planted' });
    response.end();
  },
  cut: (response) => response.socket?.destroy(),
};
