// The bot's HTTP server: health, readiness and metrics by itself, every other path by the door that was opened for it.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../core/ports.ts';
import type { ReadinessReport } from './readiness.ts';

export type Door = (request: IncomingMessage, response: ServerResponse) => void;

export interface Doors {
  /** By `METHOD /path`, without query. */
  readonly routes: Readonly<Record<string, Door>>;
  readonly readiness: () => Promise<ReadinessReport>;
  /** Prometheus exposition text and its content type. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface HttpServer {
  readonly url: string;
  /**
   * Still answers for `drainMs`, so that whoever asks for readiness can see the end coming; then accepts nothing more, and closes
   * what is not answered within another second.
   */
  stop(): Promise<void>;
}

const answerWithinMs = 1_000;

/**
 * Whoever keeps a connection for its next request has to be the first to end it: what is sent in the moment in which we end it is
 * lost, and reads as 502 to the sender. Load balancers keep one for 60 s (nginx `keepalive_timeout`, ELB idle timeout).
 */
const keepConnectionMs = 75_000;

/** Listens; rejects with the operating system's reason when the port is taken. Port 0 takes a free one. */
export async function startHttpServer(
  doors: Doors,
  at: { readonly host: string; readonly port: number; readonly drainMs?: number },
  log: Log,
): Promise<HttpServer> {
  const server = createServer({ keepAliveTimeout: keepConnectionMs }, (request, response) => {
    void serve(doors, request, response).catch((error: unknown) => {
      log.error({ error: String(error), path: request.url?.split('?')[0] }, 'a request failed inside the bot');
      if (!response.headersSent) reply(response, 500, { error: 'internal' });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const shown = at.host === '0.0.0.0' || at.host === '::' ? '127.0.0.1' : at.host;
  return {
    url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`,
    async stop() {
      await sleep(at.drainMs ?? 0);
      await new Promise<void>((resolve) => {
        const late = setTimeout(() => server.closeAllConnections(), answerWithinMs);
        server.close(() => {
          clearTimeout(late);
          resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}

async function serve(doors: Doors, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?')[0];
  const route = `${request.method} ${path}`;
  if (route === 'GET /healthz') return reply(response, 200, { status: 'ok' });
  if (route === 'GET /readyz') {
    const readiness = await doors.readiness();
    return reply(response, readiness.ready ? 200 : 503, readiness);
  }
  if (route === 'GET /metrics') {
    const { contentType, text } = await doors.metrics();
    response.writeHead(200, { 'content-type': contentType }).end(text);
    return;
  }
  const door = doors.routes[route];
  if (door === undefined) return reply(response, 404, { error: 'not found' });
  door(request, response);
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
