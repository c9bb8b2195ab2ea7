// The Web API over HTTP: token, scopes, limits and arguments are judged here, then the method runs; faults come in between.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, type Args, invalidArguments, type Refusal, refuse, textArg } from './answers.ts';
import { missingScope } from './channel-access.ts';
import type { Fault, FaultBook } from './faults.ts';
import { lintArguments } from './hygiene.ts';
import { methods } from './method-registry.ts';
import { contractOf, type MethodContract, type MethodName } from './method-table.ts';
import type { RateLimits } from './rate-limits.ts';
import { readArguments, readBody } from './request-arguments.ts';
import { secret, type WorkspaceState } from './state.ts';

export interface WebApi {
  readonly state: WorkspaceState;
  readonly faults: FaultBook;
  readonly limits: RateLimits;
}

interface Judged {
  readonly status: number;
  readonly answer: Answer;
  readonly args: Args;
  readonly retryAfter?: number;
}

/** Methods that ask for no token. */
const open: readonly string[] = ['api.test', 'blocks.validate'];

/** Answers one call of `/api/<method>`. */
export async function answerCall(
  api: WebApi,
  method: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const sent = await argumentsOnly(method, query, request, body);
  const fault = api.faults.take(method, textArg(sent, 'channel') ?? textArg(sent, 'channel_id'));
  if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms).unref());
  const applied = fault === undefined || fault.kind === 'delay' || ('applied' in fault && fault.applied === true);
  const judged = applied
    ? await judge(api, method, query, request, body)
    : { status: 200, answer: refuse('fault'), args: sent };
  if (fault && fault.kind !== 'delay') {
    record(api.state, method, judged.args, refuse(faultName(fault)));
    sendFault(fault, response);
    return;
  }
  record(api.state, method, judged.args, judged.answer);
  send(api.state, method, judged, response);
}

async function judge(
  api: WebApi,
  method: string,
  query: URLSearchParams,
  request: IncomingMessage,
  body: Buffer,
): Promise<Judged> {
  const { state } = api;
  const contract = contractOf(method);
  if (!contract) return { status: 200, answer: refuse('unknown_method', { req_method: method }), args: {} };
  const read = await readArguments(contract, request, query, body);
  if ('ok' in read) return { status: 200, answer: read, args: {} };
  const { token: tokenArg, ...args } = read.args;
  const token = bearer(request) ?? (typeof tokenArg === 'string' ? tokenArg : undefined);
  const unfit = tokenFault(state, method, contract, token) ?? scopeFault(state, contract);
  if (unfit) return { status: 200, answer: unfit, args };

  const retryAfter = api.limits.admit(
    method,
    contract.tier,
    typeof args.channel === 'string' ? args.channel : undefined,
  );
  if (retryAfter > 0) {
    state.finding(`${method}: called faster than Slack's rate limit allows`);
    return { status: 429, answer: refuse('ratelimited'), args, retryAfter };
  }
  const missing = contract.required.filter((name) => args[name] === undefined);
  if (missing.length > 0) {
    const answer = invalidArguments(missing.map((name) => `missing required field: ${name}`));
    return { status: 200, answer, args };
  }
  lintArguments(state, method, args);
  const answer = methods[method as MethodName](args, state);
  return { status: 200, answer: withWarnings(answer, read.warnings), args };
}

function bearer(request: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
}

function tokenFault(
  state: WorkspaceState,
  method: string,
  contract: MethodContract,
  token: string | undefined,
): Refusal | undefined {
  const { token: botToken, appToken } = state.app;
  if (open.includes(method) || token === (contract.token === 'app' ? appToken : botToken)) return undefined;
  if (token === undefined || token === '') return refuse('not_authed');
  const known: { readonly [token: string]: string } = {
    'xoxb-revoked': 'token_revoked',
    'xoxb-expired': 'token_expired',
    'xoxb-inactive': 'account_inactive',
  };
  const otherKind = contract.token === 'app' ? token === botToken : /^(xoxp|xapp)-/.test(token);
  const kind = otherKind ? 'not_allowed_token_type' : 'invalid_auth';
  return refuse(known[token] ?? kind);
}

function scopeFault(state: WorkspaceState, contract: MethodContract): Refusal | undefined {
  const { scopes } = contract;
  const granted = contract.token === 'app' ? new Set(state.app.appScopes) : state.app.scopes;
  if (scopes.length === 0 || scopes.some((scope) => granted.has(scope))) return undefined;
  return missingScope(granted, scopes);
}

function withWarnings(answer: Answer, more: readonly string[]): Answer {
  if (more.length === 0 || !answer.ok) return answer;
  const known = typeof answer.warning === 'string' ? answer.warning.split(',') : [];
  const warnings = [...known, ...more];
  const metadata = typeof answer.response_metadata === 'object' ? answer.response_metadata : {};
  return { ...answer, warning: warnings.join(','), response_metadata: { ...metadata, warnings } };
}

async function argumentsOnly(
  method: string,
  query: URLSearchParams,
  request: IncomingMessage,
  body: Buffer,
): Promise<Args> {
  const contract = contractOf(method);
  const read = contract ? await readArguments(contract, request, query, body) : undefined;
  return read && 'args' in read ? (read.args as Args) : {};
}

function record(state: WorkspaceState, method: string, args: Args, answer: Answer): void {
  const error = answer.ok ? {} : { error: answer.error };
  state.calls.push({ method, args, at: state.now(), ok: answer.ok, ...error });
}

function faultName(fault: Fault): string {
  if (fault.kind === 'error') return fault.error;
  return `fault: ${fault.kind}${fault.kind === 'http' ? ` ${fault.status}` : ''}`;
}

function sendFault(fault: Fault, response: ServerResponse): void {
  switch (fault.kind) {
    case 'ratelimited':
      response.writeHead(429, { 'retry-after': String(fault.retryAfter), 'content-type': 'application/json' });
      response.end('{"ok":false,"error":"ratelimited"}');
      return;
    case 'http':
      response.writeHead(fault.status, { 'content-type': 'text/html' });
      response.end(fault.body ?? '<html><body>Slack is having trouble</body></html>');
      return;
    case 'error':
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify({ ok: false, error: fault.error }));
      return;
    case 'reset':
      response.socket?.destroy();
      return;
    case 'hang':
    case 'delay':
      return;
  }
}

/** Slack escapes slashes in its JSON; a reader that searches raw bodies for URLs would be caught here. */
function send(state: WorkspaceState, method: string, judged: Judged, response: ServerResponse): void {
  response.writeHead(judged.status, {
    'content-type': 'application/json; charset=utf-8',
    'x-oauth-scopes': [...state.app.scopes].join(','),
    'x-accepted-oauth-scopes': (contractOf(method)?.scopes ?? []).join(','),
    'x-slack-req-id': secret(32),
    ...(judged.retryAfter === undefined ? {} : { 'retry-after': String(judged.retryAfter) }),
  });
  response.end(JSON.stringify(judged.answer).replaceAll('/', '\\/'));
}
