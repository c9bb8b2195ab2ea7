// POST /slack/events: Bolt verifies, parses and routes; this file closes the gaps that Bolt leaves.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { App, HTTPReceiver } from '@slack/bolt';
import type { Clock, Log } from '../core/ports.ts';
import type { Ack, Deliveries } from './deliveries.ts';
import type { Identity } from './identity.ts';
import { sdkLog } from './sdk-log.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Slack's guidance is the absolute difference; Bolt checks only that a request is not old. */
const windowMs = 300_000;
const form = 'application/x-www-form-urlencoded';
const bodyLimit = 1_048_576;

export function createReceiver(
  config: { readonly botToken: string; readonly signingSecret: string },
  given: {
    readonly deliveries: Deliveries;
    readonly identity: () => Identity | undefined;
    readonly clock: Clock;
    readonly log: Log;
  },
): Handler {
  const { deliveries, clock, log } = given;
  const receiver = new HTTPReceiver({
    signingSecret: config.signingSecret,
    endpoints: ['/slack/events'],
    bodyLimit,
    logger: sdkLog(log),
    // Bolt awaits this inside a promise that nobody watches: it must not reject.
    processEventErrorHandler: async ({ error, response }) => {
      log.error({ why: error.message }, 'a delivery of Slack could not be processed');
      if (response.headersSent) return false;
      answerEmpty(response, 500);
      return true;
    },
  });
  // No token: with one, Bolt would ask auth.test at once, and a Slack that is away would end the process.
  const app = new App({
    receiver,
    convoStore: false,
    logger: sdkLog(log),
    authorize: async () => {
      const me = given.identity();
      return {
        botToken: config.botToken,
        ...(me === undefined ? {} : { botUserId: me.userId }),
        ...(me?.botId === undefined ? {} : { botId: me.botId }),
      };
    },
  });
  // One listener for each kind: Bolt runs every listener that matches, and two would act twice.
  app.command(/^\//, async ({ body, ack }) => deliveries.command(body, asAck(ack)));
  app.action(/^/, async ({ body, ack }) => deliveries.click(body, asAck(ack)));
  app.view(/^/, async ({ body, ack }) => deliveries.submission(body, asAck(ack)));
  // Passing it on lets the receiver answer; a handler that swallows it leaves Slack waiting and the person with a 404.
  app.error(async (error) => {
    throw error;
  });

  return (request, response) => {
    if (!isTimely(request, clock.now())) return answerEmpty(response, 401);
    // Bolt compares the whole header, and proxies add a charset.
    if (request.headers['content-type']?.toLowerCase().startsWith(`${form};`)) request.headers['content-type'] = form;
    try {
      receiver.requestListener(request, response);
    } catch {
      answerEmpty(response, 404);
    }
  };
}

/** A request without a readable time goes on to Bolt, which refuses it as unsigned. */
function isTimely(request: IncomingMessage, now: number): boolean {
  const seconds = Number(request.headers['x-slack-request-timestamp'] ?? Number.NaN);
  return Number.isNaN(seconds) || Math.abs(now - seconds * 1_000) <= windowMs;
}

function answerEmpty(response: ServerResponse, status: number): void {
  if (response.headersSent) return;
  response.writeHead(status);
  response.end();
}

/** Bolt's three kinds of ack take different bodies; ours are right for the kind that calls them. */
function asAck(ack: unknown): Ack {
  return ack as Ack;
}
