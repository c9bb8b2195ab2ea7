// Starts a pretend workspace and a bare app for a test, and calls the Web API as a form, as Slack's SDK does.
import http, { type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  type PretendSlack,
  type PretendSlackOptions,
  startPretendSlack,
} from '../../../../src/simulator/slack/workspace.ts';

export async function startWorkspace(options: PretendSlackOptions = {}): Promise<PretendSlack> {
  const slack = await startPretendSlack(options);
  onTestFinished(() => slack.stop());
  return slack;
}

export interface ApiAnswer {
  readonly ok: boolean;
  readonly error?: string;
  readonly [property: string]: unknown;
}

export async function call(slack: PretendSlack, method: string, args: object = {}): Promise<ApiAnswer> {
  return (await callRaw(slack, method, args)).json() as Promise<ApiAnswer>;
}

export function callRaw(slack: PretendSlack, method: string, args: object, token = slack.botToken): Promise<Response> {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(args)) {
    form.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  return fetch(`${slack.url}/api/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
}

/** The lines of `response_metadata.messages`. */
export function details(answer: ApiAnswer): readonly string[] {
  return (answer.response_metadata as { readonly messages?: readonly string[] } | undefined)?.messages ?? [];
}

export interface ReceivedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The interaction's payload, or undefined for a command. */
  readonly payload: unknown;
}

export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly afterMs?: number;
  readonly headers?: { readonly [name: string]: string };
}

/** An app that answers as told and keeps what it got. */
export async function startApp(
  slack: PretendSlack,
  answer: (request: ReceivedRequest) => Reply | Promise<Reply> = () => ({}),
): Promise<{ readonly received: readonly ReceivedRequest[]; readonly url: string }> {
  const received: ReceivedRequest[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const got = { headers: request.headers, body, payload: payloadOf(body) };
    received.push(got);
    const reply = await answer(got);
    if (reply.afterMs) await new Promise((resolve) => setTimeout(resolve, reply.afterMs));
    const text = reply.body === undefined || typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
    response.writeHead(reply.status ?? 200, { ...reply.headers }).end(text ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
  slack.deliverTo(url);
  return { received, url };
}

function payloadOf(body: string): unknown {
  if (body.startsWith('{')) return JSON.parse(body);
  const payload = new URLSearchParams(body).get('payload');
  return payload === null ? undefined : JSON.parse(payload);
}

export const plain = (text: string): object => ({ type: 'plain_text', text });
export const mrkdwn = (text: string): object => ({ type: 'mrkdwn', text, verbatim: true });
export const section = (text: string): object => ({ type: 'section', text: mrkdwn(text) });
export const button = (actionId: string, label: string, value = 'v'): object => ({
  type: 'button',
  action_id: actionId,
  text: plain(label),
  value,
});
export const actions = (...elements: object[]): object => ({ type: 'actions', block_id: 'buttons', elements });
export const quiet = { unfurl_links: false, unfurl_media: false };

/** What lies at a path of a payload, such as `at(payload, 'actions', 0, 'value')`. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as { readonly [key: string | number]: unknown } | undefined)?.[key],
    value,
  );
}
