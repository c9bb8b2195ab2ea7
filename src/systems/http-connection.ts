// Where an HTTP system is and how it is spoken to: address, credentials, certificates, size cap; and what its bodies say.

import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AxiosInstance, CreateAxiosDefaults } from 'axios';
import { type Answer, type Asked, answered, failed, oneLine } from './failure.ts';

const maxBodyBytes = 8_000_000;
export const requestsAtOnce = 20;

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
export const loadAxios = () => import('axios');

export interface Connection {
  /** The client, the same at each call. */
  open(): Promise<AxiosInstance>;
  /** Instead of the agents of the client, for a request that must not go over a connection that the other end may have closed. */
  readonly freshConnection: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
  readonly secrets: readonly string[];
  close(): void;
}

export function connect(options: HttpOptions): Answer<Connection> {
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
  let client: Promise<AxiosInstance> | undefined;
  return answered({
    open: () => (client ??= loadAxios().then(({ default: axios }) => axios.create(clientOptions))),
    freshConnection: {
      httpAgent: new HttpAgent({ keepAlive: false }),
      httpsAgent: new HttpsAgent({ keepAlive: false, ...(ca === undefined ? {} : { ca }) }),
    },
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

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

export function tooLarge({ system, request }: Asked) {
  return failed(
    'truncated',
    `${system}: ${request} was answered with more than ${maxBodyBytes / 1_000_000} MB, which is not read`,
    'Aggregate or narrow the query so that it answers fewer series.',
  );
}

export function parse({ system, request }: Asked, body: unknown): Answer<unknown> {
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
export function errorTextOf(body: string): string {
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
