// The Open Policy Agent face: its health page and its data API, with OPA's own ways to say nothing and to refuse.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { World } from '../world/world.ts';
import { companyPolicies, type Rule } from './opa-policies.ts';
import { answerBroken, openWire } from './wire.ts';

export interface OpaFaceOptions {
  readonly world: World;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** In place of those of the company. */
  readonly policies?: Readonly<Record<string, Rule>>;
  /** Absent: as OPA starts by default, without authentication. */
  readonly token?: string;
}

export interface OpaFace {
  readonly url: string;
  /** The inputs that decisions were asked with, in order. */
  readonly inputs: readonly { readonly path: string; readonly input: unknown }[];
  stop(): Promise<void>;
}

interface Given {
  readonly code: number;
  readonly body: unknown;
}

const refuse = (code: number, word: string, message: string): Given => ({ code, body: { code: word, message } });

/** Starts it on the loopback address. */
export async function startOpaFace({ world, port, policies, token }: OpaFaceOptions): Promise<OpaFace> {
  const rules = policies ?? companyPolicies(world);
  const inputs: { path: string; input: unknown }[] = [];

  /** OPA answers 200 for a document that is not there, and leaves `result` out. */
  function decide(path: string, input: unknown): Given {
    inputs.push({ path, input });
    const result = Object.hasOwn(rules, path) ? rules[path]?.(input) : undefined;
    return { code: 200, body: result === undefined ? {} : { result } };
  }

  function post(path: string, text: string): Given {
    if (text.trim() === '') return withWarning(decide(path, undefined));
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch (error) {
      return refuse(400, 'invalid_parameter', `body contains malformed input document: ${String(error)}`);
    }
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      return refuse(400, 'invalid_parameter', 'body contains malformed input document: it is no object');
    if (!('input' in body)) return withWarning(decide(path, undefined));
    return decide(path, body.input);
  }

  function get(path: string, url: URL): Given {
    const input = url.searchParams.get('input');
    if (input === null) return decide(path, undefined);
    try {
      return decide(path, JSON.parse(input));
    } catch {
      return refuse(400, 'invalid_parameter', "parameter contains malformed input document: 'input'");
    }
  }

  async function answer(request: IncomingMessage): Promise<Given | undefined> {
    const url = new URL(request.url ?? '/', 'http://opa');
    const text = await readBody(request);
    if (url.pathname === '/health') return request.method === 'GET' ? { code: 200, body: {} } : undefined;
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return refuse(401, 'unauthorized', 'request rejected by administrative policy');
    const document = /^\/v1\/data\/(.+?)\/?$/.exec(url.pathname)?.[1];
    if (document === undefined) return undefined;
    const path = document.split('/').map(decodeURIComponent).join('/');
    if (request.method === 'POST') return post(path, text);
    if (request.method === 'GET') return get(path, url);
    return { code: 405, body: undefined };
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = world.wireFault('opa');
    if (fault) {
      answerBroken(fault, response, (code, message) => ({
        code: code === 401 ? 'unauthorized' : 'internal_error',
        message,
      }));
      return;
    }
    const given = await answer(request);
    if (given === undefined) response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
    else if (given.body === undefined) response.writeHead(given.code).end();
    else response.writeHead(given.code, { 'content-type': 'application/json' }).end(`${JSON.stringify(given.body)}\n`);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const wire = await openWire(server, world, { port, brokenHow: () => world.wireFault('opa') });
  return { url: `http://127.0.0.1:${wire.port}`, inputs, stop: wire.stop };
}

function withWarning({ code, body }: Given): Given {
  const warning = { code: 'api_usage_warning', message: "'input' key missing from the request" };
  return { code, body: { ...(body as object), warning } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
