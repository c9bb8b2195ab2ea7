// The monitoring dashboard's face: ACGS-2's own answers, with the constants and blind spots of the real one.
import { createServer, type ServerResponse } from 'node:http';
import type { World } from '../world/world.ts';
import { createDashboardAnswers } from './dashboard-answers.ts';
import { answerBroken, openWire } from './wire.ts';

export interface DashboardFaceOptions {
  readonly world: World;
  /** 0 or absent: any free port. */
  readonly port?: number;
}

export interface DashboardFace {
  readonly url: string;
  stop(): Promise<void>;
}

/** A hanging service is given up after five seconds; the call as a whole takes a little longer. */
const hangingProbeMs = 5_700;

/** Starts the dashboard on the loopback address. It has no authentication, and `/dashboard` itself is not found. */
export async function startDashboardFace({ world, port }: DashboardFaceOptions): Promise<DashboardFace> {
  const answers = createDashboardAnswers(world);
  const routes: Readonly<Record<string, { readonly probes: boolean; readonly answer: () => unknown }>> = {
    '/dashboard/overview': { probes: true, answer: answers.overview },
    '/dashboard/health': { probes: true, answer: answers.health },
    '/dashboard/services': { probes: true, answer: answers.services },
    '/dashboard/metrics': { probes: false, answer: answers.metrics },
    '/dashboard/alerts': { probes: false, answer: () => [] },
    '/health': { probes: false, answer: answers.ownHealth },
  };

  const server = createServer((request, response) => {
    const fault = world.wireFault('dashboard');
    if (fault) {
      answerBroken(fault, response);
      return;
    }
    const path = new URL(request.url ?? '/', 'http://dashboard').pathname;
    const route = routes[path];
    if (!route) sendJson(response, 404, { detail: 'Not Found' });
    else if (request.method !== 'GET') sendJson(response, 405, { detail: 'Method Not Allowed' });
    else if (route.probes && world.isOn('service-hangs')) {
      const timer = setTimeout(() => sendJson(response, 200, route.answer()), hangingProbeMs);
      response.on('close', () => clearTimeout(timer));
    } else sendJson(response, 200, route.answer());
  });
  const wire = await openWire(server, world, { port, brokenHow: () => world.wireFault('dashboard') });
  return { url: `http://127.0.0.1:${wire.port}`, stop: wire.stop };
}

function sendJson(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
