// What stands before several replicas: takes what is delivered to one address and gives it to them in turn, as a load balancer does.

import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Spreader {
  readonly url: string;
  /** How many requests each address has answered. */
  readonly answered: ReadonlyMap<string, number>;
  /** Only these addresses get requests from now on, in turn. */
  spreadOver(...urls: readonly string[]): void;
  /** While on, every request goes to all addresses at the same moment; the first answer is given. */
  toAll(on: boolean): void;
  stop(): Promise<void>;
}

/** A request that an address refuses to take goes to the next one; one that was taken goes nowhere else. */
export async function startSpreader(): Promise<Spreader> {
  let urls: readonly string[] = [];
  let turn = 0;
  let all = false;
  const answered = new Map<string, number>();

  const pass = (request: IncomingMessage, body: Buffer, response: ServerResponse, tries: number): void => {
    const url = urls[turn % Math.max(1, urls.length)];
    turn += 1;
    if (url === undefined || tries === 0) {
      if (!response.headersSent) response.writeHead(502).end();
      return;
    }
    const headers = { ...request.headers, host: new URL(url).host };
    const onward = http.request(new URL(request.url ?? '/', url), { method: request.method ?? 'POST', headers });
    onward.once('response', (answer) => {
      answered.set(url, (answered.get(url) ?? 0) + 1);
      if (response.headersSent) return void answer.resume();
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.once('error', (error) => {
      const refused = 'code' in error && error.code === 'ECONNREFUSED';
      if (refused) pass(request, body, response, tries - 1);
      else response.destroy();
    });
    onward.end(body);
  };

  const server = http.createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      for (const _one of all ? urls : urls.slice(0, 1)) pass(request, body, response, urls.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    spreadOver(...next) {
      urls = next;
    },
    toAll(on) {
      all = on;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
