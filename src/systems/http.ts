// The one HTTP client of the systems: total deadline, size cap, one retry, breaker; a failure is a value, never an exception.

import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AxiosInstance, CreateAxiosDefaults } from 'axios';
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  ConsecutiveBreaker,
  ConstantBackoff,
  circuitBreaker,
  handleWhenResult,
  retry,
  wrap,
} from 'cockatiel';
import {
  type Answer,
  type Asked,
  answered,
  failed,
  oneLine,
  refusedWith,
  timedOut,
  unreachable,
  withoutSecrets,
} from './failure.ts';

const maxBodyBytes = 8_000_000;
const requestsAtOnce = 20;
const requestsWaiting = 500;
const failuresUntilOpen = 10;
const openForMs = 5_000;
const retryAfterMs = 100;

export interface HttpOptions {
  /** Name of the system, as in the config. */
  readonly system: string;
  /** May carry a path, and a user and password that become basic authentication. */
  readonly url: string;
  readonly bearerToken?: string | undefined;
  /** PEM file of a certificate authority, trusted besides none other. */
  readonly caFile?: string | undefined;
  /** URL of a proxy; without it there is none, whatever the environment says. */
  readonly proxy?: string | undefined;
}

/** A fifth of a second, which a start does not wait for: loaded at the first request, or by `prepare`. */
const loadAxios = () => import('axios');

export interface Http {
  /** The parsed JSON body of a GET; asked once more after a lost connection or a 5xx. Ends when `signal` aborts, at the latest. */
  getJson(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer<unknown>>;
  /** Loads beforehand what the first request would wait for. */
  prepare(): Promise<void>;
  close(): void;
}

/** `transient`: asking once more may help. `outage`: counts for the breaker. */
interface Attempt {
  readonly answer: Answer<unknown>;
  readonly transient: boolean;
  readonly outage: boolean;
}

export function createHttp(options: HttpOptions): Http {
  const connection = connect(options);
  if (!connection.ok) return { getJson: async () => connection, prepare: async () => {}, close() {} };
  const { open, secrets, close } = connection.value;
  let client: Promise<AxiosInstance> | undefined;
  const opened = () => (client ??= open());
  const policy = wrap(
    bulkhead(requestsAtOnce, requestsWaiting),
    circuitBreaker(
      handleWhenResult((attempt) => (attempt as Attempt).outage),
      { halfOpenAfter: openForMs, breaker: new ConsecutiveBreaker(failuresUntilOpen) },
    ),
    retry(
      handleWhenResult((attempt) => (attempt as Attempt).transient),
      { maxAttempts: 1, backoff: new ConstantBackoff(retryAfterMs) },
    ),
  );

  return {
    async getJson(path, query, signal) {
      const asked: Asked = { system: options.system, request: `GET ${path}` };
      const began = performance.now();
      const late = new Promise<Answer<unknown>>((resolve) => {
        const end = () => resolve({ ok: false, failure: timedOut(asked, performance.now() - began) });
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      });
      const asking = policy
        .execute(() => attempt(opened(), asked, path, query, signal, secrets), signal)
        .then((made) => made.answer)
        .catch((error: unknown) => notAsked(asked, error));
      const answer = await Promise.race([late, asking]);
      // An answer that lost the race by a hair is still a timeout: the caller has given up.
      return signal.aborted ? late : answer;
    },
    async prepare() {
      await opened();
    },
    close,
  };
}

interface Connection {
  open(): Promise<AxiosInstance>;
  readonly secrets: readonly string[];
  close(): void;
}

function connect(options: HttpOptions): Answer<Connection> {
  const url = new URL(options.url);
  const credentials = { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  let ca: string | undefined;
  try {
    ca = options.caFile === undefined ? undefined : readFileSync(options.caFile, 'utf8');
  } catch {
    const key = `systems.${options.system}.caFile`;
    return failed('failed', `${options.system}: ${key} cannot be read`, `Point ${key} at a readable PEM file.`);
  }
  const agentOptions = { keepAlive: true, maxSockets: requestsAtOnce, scheduling: 'lifo' as const };
  const httpAgent = new HttpAgent(agentOptions);
  const httpsAgent = new HttpsAgent({ ...agentOptions, ...(ca === undefined ? {} : { ca }) });
  const clientOptions: CreateAxiosDefaults = {
    baseURL: base,
    httpAgent,
    httpsAgent,
    proxy: options.proxy === undefined ? false : proxyFrom(options.proxy),
    // gzip of small answers costs more time than it saves.
    headers: {
      Accept: 'application/json',
      'Accept-Encoding': 'identity',
      ...(options.bearerToken === undefined ? {} : { Authorization: `Bearer ${options.bearerToken}` }),
    },
    ...(credentials.username === '' || options.bearerToken !== undefined ? {} : { auth: credentials }),
    maxContentLength: maxBodyBytes,
    maxRedirects: 0,
    responseType: 'text',
    transformResponse: (body: unknown) => body,
    validateStatus: () => true,
  };
  const basic = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
  const secrets = [options.bearerToken ?? '', credentials.password, url.password, basic.length > 4 ? basic : ''];
  return answered({
    open: async () => (await loadAxios()).default.create(clientOptions),
    secrets,
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  });
}

function proxyFrom(written: string) {
  const url = new URL(written);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const auth = { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  return { protocol: url.protocol, host: url.hostname, port, ...(auth.username === '' ? {} : { auth }) };
}

async function attempt(
  client: Promise<AxiosInstance>,
  asked: Asked,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
  secrets: readonly string[],
): Promise<Attempt> {
  const began = performance.now();
  try {
    // The query string is built here: a plus sign must arrive as %2B.
    const search = new URLSearchParams(query).toString();
    const response = await (await client).get<string>(search === '' ? path : `${path}?${search}`, { signal });
    const { status, data } = response;
    if (status >= 200 && status < 300) return settled(parse(asked, data));
    const text = errorTextOf(withoutSecrets(String(data), secrets));
    const retryAfter: unknown = response.headers['retry-after'];
    const failure = refusedWith(asked, status, text, typeof retryAfter === 'string' ? retryAfter : undefined);
    return { answer: { ok: false, failure }, transient: status >= 500, outage: status >= 500 };
  } catch (error) {
    if (signal.aborted) {
      const failure = timedOut(asked, performance.now() - began);
      return { answer: { ok: false, failure }, transient: false, outage: true };
    }
    const { isAxiosError } = await loadAxios();
    // An axios error carries the request with its Authorization header: nothing of it but its code goes on.
    if (isAxiosError(error) && /maxContentLength/.test(error.message)) return settled(tooLarge(asked));
    const code = isAxiosError(error) ? (codeOf(error.cause) ?? error.code) : undefined;
    return { answer: { ok: false, failure: unreachable(asked, code) }, transient: true, outage: true };
  }
}

function settled(answer: Answer<unknown>): Attempt {
  return { answer, transient: false, outage: false };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function tooLarge({ system, request }: Asked): Answer<never> {
  return failed(
    'truncated',
    `${system}: ${request} was answered with more than ${maxBodyBytes / 1_000_000} MB, which is not read`,
    'Aggregate or narrow the query so that it answers fewer series.',
  );
}

function parse({ system, request }: Asked, body: unknown): Answer<unknown> {
  try {
    if (typeof body === 'string') return answered(JSON.parse(body));
  } catch {
    // Said below.
  }
  const isHtml = typeof body === 'string' && /^\s*</.test(body);
  const found = isHtml ? 'an HTML page, perhaps a login page' : 'text that is not complete JSON';
  const remedy = `Check that systems.${system}.url leads to ${system} itself and not to a proxy or a page before it.`;
  return failed('malformed', `${system}: ${request} was answered with ${found}`, remedy);
}

/** The error sentence inside a body, whatever form the system gives it; nothing for HTML. */
function errorTextOf(body: string): string {
  if (/^\s*</.test(body)) return '';
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null) return oneLine(body);
    const fields = parsed as Record<string, unknown>;
    const text = [fields.error, fields.message, fields.detail].find((field) => typeof field === 'string');
    return typeof text === 'string' ? text : oneLine(body);
  } catch {
    return oneLine(body);
  }
}

function notAsked(asked: Asked, error: unknown): Answer<never> {
  const { system, request } = asked;
  if (error instanceof BrokenCircuitError)
    return failed(
      'unreachable',
      `${system}: ${request} was not sent, because the last ${failuresUntilOpen} requests failed; it is tried again every ${openForMs / 1_000} s`,
      `Check that ${system} runs and that systems.${system}.url leads to it from here.`,
    );
  if (error instanceof BulkheadRejectedError)
    return failed('failed', `${system}: ${request} was not sent, too many requests wait already`, 'Check again later.');
  return failed('failed', `${system}: ${request} could not be sent`, 'Report this: it is a fault of the bot.');
}
