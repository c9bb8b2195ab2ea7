// POST /webhooks/alertmanager: who may speak, how much, and the answer. 200 says that it is stored; 503 that Alertmanager must repeat it.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Alert } from '../core/alert.ts';
import type { DeliveryOutcome, Meter } from '../core/meter.ts';
import type { Log } from '../core/ports.ts';
import { readBody } from './alertmanager-body.ts';
import type { Door } from './http-server.ts';

const bodyLimit = 1_048_576;

/** Without a token the door stays shut: an open one would let anybody open incidents. */
export function createAlertmanagerWebhook(given: {
  readonly token: string | undefined;
  readonly take: (alerts: readonly Alert[]) => Promise<DeliveryOutcome>;
  readonly meter: Meter;
  readonly log: Log;
}): Door {
  const { token, take, meter, log } = given;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrivedAt = performance.now();
    if (!mayEnter(request, token)) {
      const why =
        token === undefined ? 'systems.alertmanager.webhookToken is not set' : 'not the token that is configured';
      log.warn({ why }, 'a webhook call of Alertmanager was refused');
      response.setHeader('www-authenticate', 'Bearer');
      return refuse(request, response, 401, why);
    }
    const bytes = await bodyOf(request);
    if (bytes === undefined) return refuse(request, response, 413, `the body has more than ${bodyLimit} bytes`);
    const read = readBody(bytes);
    if (!read.ok) {
      log.warn({ why: read.why }, 'a webhook call of Alertmanager cannot be read');
      return refuse(request, response, 400, read.why);
    }
    const { alerts, truncated } = read.body;
    if (truncated > 0) log.warn({ truncated }, 'Alertmanager left alerts out; raise max_alerts of its webhook');
    const outcome = await take(alerts);
    meter.delivered('alert', outcome);
    if (outcome === 'unavailable') refuse(request, response, 503, 'not stored, try again');
    else answer(response, 200, { stored: alerts.length });
    meter.acknowledged('alert', 'http', performance.now() - arrivedAt, !response.destroyed);
  };

  return (request, response) => {
    void serve(request, response).catch((error: unknown) => {
      // The sender went away, or it is a mistake of ours; in both cases nothing is stored and Alertmanager repeats it.
      log.warn({ error: String(error) }, 'a webhook call of Alertmanager broke off');
      if (!response.headersSent) refuse(request, response, 503, 'not stored, try again');
    });
  };
}

/** Digests have one length, so that the comparison takes the same time whatever was sent. */
function mayEnter(request: IncomingMessage, token: string | undefined): boolean {
  const [, sent] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined || sent === undefined) return false;
  return timingSafeEqual(digest(sent), digest(token));
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** Undefined when it is too long; what is left of it is then not read. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyLimit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The connection is closed with the answer when there may be more of the body on its way. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, error: string): void {
  if (!request.complete) response.setHeader('connection', 'close');
  answer(response, status, { error });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
