// Reads the arguments of a Web API request: query, form, multipart or JSON, with Slack's refusals and warnings.
import type { IncomingMessage } from 'node:http';
import { type Args, invalidArguments, type Refusal, refuse } from './answers.ts';
import { isObject } from './block-kit/schema.ts';
import type { MethodContract } from './method-table.ts';

interface ReadArguments {
  readonly kind: 'read';
  readonly args: Args;
  readonly warnings: readonly string[];
}

const maxBodyBytes = 64 * 1024 * 1024;

/** @throws when the body is larger than any upload here or the connection breaks */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error('request body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @param query the arguments of the URL, which GET methods may use instead of a body */
export async function readArguments(
  contract: MethodContract,
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  query: URLSearchParams,
  body: Buffer,
): Promise<ReadArguments | Refusal> {
  if (request.method === 'GET' && contract.http === 'POST') return refuse('missing_post_type');
  const raw = await rawArguments(contract, request.headers['content-type'], query, body);
  if ('ok' in raw) return raw;
  const args: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(raw.args)) {
    if (!contract.json?.includes(name) || typeof value !== 'string') {
      args[name] = value;
      continue;
    }
    const parsed = parseJson(value);
    if (parsed === undefined) return unparsable(name);
    args[name] = parsed;
  }
  return { kind: 'read', args, warnings: raw.warnings };
}

async function rawArguments(
  contract: MethodContract,
  header: string | undefined,
  query: URLSearchParams,
  body: Buffer,
): Promise<ReadArguments | Refusal> {
  const inUrl = Object.fromEntries(query);
  if (header === undefined || body.length === 0) return { kind: 'read', args: inUrl, warnings: [] };
  const [type, charset] = header.split(';').map((part) => part.trim().toLowerCase());
  if (type === 'application/x-www-form-urlencoded') {
    const args = { ...inUrl, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) };
    return { kind: 'read', args, warnings: charset ? ['superfluous_charset'] : [] };
  }
  if (type === 'multipart/form-data') return { kind: 'read', args: await multipart(header, body), warnings: [] };
  if (type !== 'application/json') return refuse('invalid_post_type');
  if (!contract.jsonBody) return invalidArguments(['application/json is not taken by this method']);
  const parsed = parseJson(body.toString('utf8'));
  if (parsed === undefined) return refuse('invalid_json');
  if (!isObject(parsed)) return refuse('json_not_object');
  const given = Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== null && value !== undefined));
  return { kind: 'read', args: { ...inUrl, ...given }, warnings: charset ? [] : ['missing_charset'] };
}

async function multipart(header: string, body: Buffer): Promise<Args> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': header } }).formData();
  const fields: [string, unknown][] = [];
  for (const [name, value] of form.entries()) {
    fields.push([name, typeof value === 'string' ? value : new Uint8Array(await value.arrayBuffer())]);
  }
  return Object.fromEntries(fields);
}

/** The bytes of an upload: a multipart part (the SDK calls it `body`), or the body itself. */
export async function uploadedBytes(header: string | undefined, body: Buffer): Promise<Uint8Array> {
  if (!header?.startsWith('multipart/form-data')) return body;
  const parts = Object.values(await multipart(header, body));
  const part = parts.find((one) => one instanceof Uint8Array) ?? parts[0];
  return part instanceof Uint8Array ? part : Buffer.from(String(part ?? ''));
}

/** Slack has one code for blocks that are not JSON, another for metadata, and the general one for the rest. */
function unparsable(name: string): Refusal {
  if (name === 'blocks') return refuse('invalid_blocks_format');
  if (name === 'attachments') return refuse('invalid_attachments');
  if (name === 'metadata') return refuse('invalid_metadata_format');
  return invalidArguments([{ pointer: `/${name}`, message: 'must provide an object' }]);
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
