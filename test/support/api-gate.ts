// Stands before an API server as a gateway does and carries whole requests: it can be earlier than them, answer for the server, or lose its answers.

import { createServer, request as plainly } from 'node:http';
import { request as securely } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ApiGate {
  /** Without TLS. */
  readonly url: string;
  /** Set: from now on every change is answered with this, and the server never sees it. */
  answer: { readonly code: number; readonly body: string } | undefined;
  /** How many changes were answered so. */
  readonly answered: number;
  /** Set: runs before a request is carried on; it is given `PUT /apis/…`. */
  before: ((request: string) => Promise<void>) | undefined;
  /** True: the server does every change, and its answer is lost. */
  losesAnswers: boolean;
  /** Every change that arrived here, `PUT /apis/…`. */
  readonly changes: readonly string[];
  stop(): Promise<void>;
}

/** @param ca PEM of the authority of an upstream with TLS */
export async function startApiGate(upstream: string, ca?: string): Promise<ApiGate> {
  const changes: string[] = [];
  const forward = upstream.startsWith('https:') ? securely : plainly;
  const server = createServer(async (request, response) => {
    const { method = 'GET', headers, url = '/' } = request;
    const isChange = method !== 'GET';
    if (isChange) changes.push(`${method} ${url}`);
    if (isChange && gate.answer !== undefined) {
      gate.answered += 1;
      const { code, body } = gate.answer;
      request.resume().on('end', () => {
        response.writeHead(code, { 'content-type': 'application/json' }).end(body);
      });
      return;
    }
    await gate.before?.(`${method} ${url}`);
    const loses = isChange && gate.losesAnswers;
    const onward = forward(`${upstream}${url}`, { method, headers, ...(ca === undefined ? {} : { ca }) }, (reply) => {
      if (loses) {
        reply.resume().on('end', () => request.socket.destroy());
        return;
      }
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    onward.on('error', () => request.socket.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: undefined as ApiGate['answer'],
    answered: 0,
    before: undefined as ApiGate['before'],
    losesAnswers: false,
    changes,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return gate;
}
