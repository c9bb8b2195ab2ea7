// The wire every face stands on: a server that goes down and comes back with the world, and broken HTTP answers.
import type { ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setInterval } from 'node:timers';
import type { HttpWireFault } from '../world/faults.ts';
import type { World } from '../world/world.ts';

export interface Wire {
  readonly port: number;
  stop(): Promise<void>;
}

export interface WireOptions {
  /** 0 or absent: any free port. */
  readonly port?: number | undefined;
  /** The name of the wire fault that is on now; 'down' makes the server refuse connections, as a dead process would. */
  readonly brokenHow: () => string | undefined;
  /** Cuts open connections at every change; for protocols whose replies have no other way to stay in order. */
  readonly cutsAtChange?: boolean;
}

/** Binds a server to the loopback address. When the world heals it, it listens on the same port again. */
export async function openWire(
  server: Server,
  world: World,
  { port = 0, brokenHow, cutsAtChange = false }: WireOptions,
): Promise<Wire> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  await listen(server, port);
  const bound = (server.address() as AddressInfo).port;
  let before = brokenHow();
  let turn: Promise<void> = Promise.resolve();

  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const forget = world.onChange(() => {
    const how = brokenHow();
    if (how === before) return;
    const wasDown = before === 'down';
    before = how;
    if (cutsAtChange || how === 'down') cutAll();
    if (how === 'down') turn = turn.then(() => close(server));
    else if (wasDown) turn = turn.then(() => listen(server, bound));
  });
  if (before === 'down') turn = close(server);

  return {
    port: bound,
    async stop() {
      forget();
      cutAll();
      await turn;
      await close(server);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return server.listening ? new Promise((resolve) => server.close(() => resolve())) : Promise.resolve();
}

const trickleEveryMs = 500;
const hugeBytes = 64 * 1024 * 1024;
const logInPage =
  '<!doctype html><html><head><title>Sign in</title></head><body><form action="/login">Please sign in.</form></body></html>';
const errorTexts = {
  http401: [401, 'Unauthorized'],
  http429: [429, 'Too many requests'],
  http500: [500, 'Internal server error'],
} as const;

/** Answers as a broken HTTP system does. `errorBody` gives the system's own way to word an error, as JSON. */
export function answerBroken(
  fault: HttpWireFault,
  response: ServerResponse,
  errorBody: (code: number, text: string) => unknown = (_code, text) => ({ detail: text }),
): void {
  switch (fault) {
    case 'down':
      response.socket?.destroy();
      return;
    case 'hang':
      return;
    case 'trickle': {
      response.writeHead(200, { 'content-type': 'application/json' });
      const text = '{"status":"success","data":{"resultType":"vector","result":[]}}';
      let sent = 0;
      const timer = setInterval(() => {
        response.write(text.charAt(sent) || ' ');
        sent += 1;
      }, trickleEveryMs);
      response.on('close', () => clearInterval(timer));
      return;
    }
    case 'huge':
      sendHuge(response);
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(logInPage);
      return;
    case 'garbage':
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"status":"success","data":{"resultType":"vec');
      return;
    case 'http401':
    case 'http429':
    case 'http500': {
      const [code, text] = errorTexts[fault];
      const headers: Record<string, string> = { 'content-type': 'application/json' };
      if (fault === 'http429') headers['retry-after'] = '1';
      response.writeHead(code, headers).end(JSON.stringify(errorBody(code, text)));
    }
  }
}

/** A JSON text that goes on and on; it stops when the client has had enough. */
function sendHuge(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const chunk = '"0123456789abcdef",'.repeat(3_000);
  let sent = 0;
  const push = () => {
    while (sent < hugeBytes && !response.destroyed) {
      sent += chunk.length;
      if (!response.write(chunk)) {
        response.once('drain', push);
        return;
      }
    }
    response.end('""]');
  };
  response.write('[');
  push();
}
