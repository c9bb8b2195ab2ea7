// POST /slack/events: Bolt's HTTP receiver verifies and parses; this file closes the gaps that it leaves.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { HTTPReceiver } from '@slack/bolt';
import type { Clock, Log } from '../core/ports.ts';
import type { Door } from './door.ts';
import type { Arrival } from './metered-ack.ts';
import { sdkLog } from './sdk-log.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Slack's guidance is the absolute difference; Bolt checks only that a request is not old. */
const windowMs = 300_000;
const complainEveryMs = 60_000;
const form = 'application/x-www-form-urlencoded';
const bodyLimit = 1_048_576;

/** An empty signing secret throws: every request would be refused. */
export function createHttpDoor(
  signingSecret: string,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Door & { readonly handler: Handler } {
  const arrivals = new WeakMap<IncomingMessage, Arrival>();
  let complainedAt = Number.NEGATIVE_INFINITY;
  const complain = (apartMs: number): void => {
    if (performance.now() - complainedAt < complainEveryMs) return;
    complainedAt = performance.now();
    const seconds = Math.round(apartMs / 1_000);
    log.warn({ seconds }, 'a request is refused for its time: it is a replay, or the clock of this machine is wrong');
  };
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: ['/slack/events'],
    bodyLimit,
    logger: sdkLog(log),
    customPropertiesExtractor: (request) => ({ ...arrivals.get(request) }),
    // Bolt awaits this inside a promise that nobody watches: it must not reject.
    processEventErrorHandler: async ({ error, response }) => {
      log.error({ why: error.message }, 'a delivery of Slack could not be processed');
      if (response.headersSent) return false;
      answerEmpty(response, 500);
      return true;
    },
  });
  return {
    receiver,
    // It opens and closes with the app's HTTP server.
    start() {},
    async stop() {},
    handler(request, response) {
      arrivals.set(request, { transport: 'http', arrivedAt: performance.now() });
      const apartMs = apartFromUs(request, clock.now());
      if (apartMs > windowMs) {
        complain(apartMs);
        return answerEmpty(response, 401);
      }
      // Bolt compares the whole header, and proxies add a charset.
      if (request.headers['content-type']?.toLowerCase().startsWith(`${form};`)) request.headers['content-type'] = form;
      try {
        receiver.requestListener(request, response);
      } catch {
        answerEmpty(response, 404);
      }
    },
  };
}

/** Ms, early or late. A request without a readable time goes on to Bolt, which refuses it as unsigned. */
function apartFromUs(request: IncomingMessage, now: number): number {
  const seconds = Number(request.headers['x-slack-request-timestamp'] ?? Number.NaN);
  return Number.isNaN(seconds) ? 0 : Math.abs(now - seconds * 1_000);
}

function answerEmpty(response: ServerResponse, status: number): void {
  if (response.headersSent) return;
  response.writeHead(status);
  response.end();
}
