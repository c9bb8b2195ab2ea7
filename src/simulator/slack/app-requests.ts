// Signed requests to the app: built once, sent with a deadline, and sent again byte for byte on demand.
import http from 'node:http';
import https from 'node:https';
import type { FaultBook } from './faults.ts';
import { signatureOf } from './signing.ts';
import type { WorkspaceState } from './state.ts';

/** Slack waits this long for an answer (https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response). */
const ackDeadlineMs = 3000;

export interface SignedRequest {
  readonly body: string;
  readonly headers: { readonly [name: string]: string };
}

export interface AppAnswer {
  readonly status: number;
  readonly ackMs: number;
  readonly body: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly outcome: 'ok' | 'operation_timeout' | 'dispatch_failed';
}

/**
 * Signs a body now. The content type is bare: the app's receiver refuses a charset, and Slack sends none.
 * @param more headers beside the signature, such as the retry number of an event
 */
export function sign(
  state: WorkspaceState,
  faults: FaultBook,
  body: string,
  type: 'application/x-www-form-urlencoded' | 'application/json',
  more: { readonly [name: string]: string } = {},
): SignedRequest {
  const clock = state.options.signatureNow ?? Date.now;
  const timestamp = Math.floor(clock() / 1000) + faults.skewSeconds();
  return {
    body,
    headers: {
      'content-type': type,
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': signatureOf(state.app.signingSecret, timestamp, body),
      ...more,
    },
  };
}

/** Sends to the app's request URL; never throws: no answer is an outcome too. One connection per request, as Slack's. */
export function sendToApp(state: WorkspaceState, signed: SignedRequest): Promise<AppAnswer> {
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  const none = { status: 0, body: '', headers: {} };
  const target = state.requestUrl;
  if (target === undefined) return Promise.resolve({ ...none, ackMs: 0, outcome: 'dispatch_failed' });
  return new Promise((resolve) => {
    const client = target.startsWith('https:') ? https : http;
    const options = { method: 'POST', headers: signed.headers, agent: false } as const;
    const request = client.request(target, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        clearTimeout(deadline);
        const status = response.statusCode ?? 0;
        const body = Buffer.concat(chunks).toString('utf8');
        const outcome = status === 200 ? 'ok' : 'dispatch_failed';
        resolve({ status, ackMs: elapsed(), body, headers: response.headers, outcome });
      });
    });
    const deadline = setTimeout(() => {
      resolve({ ...none, ackMs: elapsed(), outcome: 'operation_timeout' });
      request.destroy();
    }, ackDeadlineMs);
    request.on('error', () => {
      clearTimeout(deadline);
      resolve({ ...none, ackMs: elapsed(), outcome: 'dispatch_failed' });
    });
    request.end(signed.body);
  });
}
