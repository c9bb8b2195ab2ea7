// The shape of Web API answers and the reading of arguments, shared by every method family.
import type { Violation } from './block-kit/validate.ts';
import type { SlackObject } from './records.ts';
import type { WorkspaceState } from './state.ts';

export type Args = SlackObject;
export interface Refusal {
  readonly ok: false;
  readonly error: string;
  readonly [property: string]: unknown;
}
export type Answer = { readonly ok: true; readonly [property: string]: unknown } | Refusal;

/** One Web API method; it may assume that token, scopes, limits and required arguments were checked. */
export type Method = (args: Args, state: WorkspaceState) => Answer;

export const refuse = (error: string, more: SlackObject = {}): Refusal => ({ ok: false, error, ...more });

/** @param warnings Slack repeats them as a comma list and as an array */
export function accept(fields: SlackObject = {}, warnings: readonly string[] = []): Answer {
  if (warnings.length === 0) return { ok: true, ...fields };
  return { ok: true, ...fields, warning: warnings.join(','), response_metadata: { warnings } };
}

const pointed = (one: Violation): string => `${one.message} [json-pointer:${one.pointer}]`;

/** Block faults of a message: `invalid_blocks`, the list twice. */
export function invalidBlocks(found: readonly Violation[]): Refusal {
  const errors = found.map(pointed);
  return refuse('invalid_blocks', { errors, response_metadata: { messages: errors.map((one) => `[ERROR] ${one}`) } });
}

/** Faults of a view or of an ordinary argument: `invalid_arguments`, no `errors`. */
export function invalidArguments(messages: readonly (string | Violation)[]): Refusal {
  const lines = messages.map((one) => `[ERROR] ${typeof one === 'string' ? one : pointed(one)}`);
  return refuse('invalid_arguments', { response_metadata: { messages: lines } });
}

export function textArg(args: Args, name: string): string | undefined {
  const value = args[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** `1`, `true` and true are true; anything else is false. */
export function flagArg(args: Args, name: string): boolean {
  return [true, 'true', '1', 1].some((yes) => yes === args[name]);
}

/** @returns the page, or `invalid_cursor`; a cursor is the position in base64, as opaque as Slack's */
export function paged<Item>(
  items: readonly Item[],
  args: Args,
  limits: { readonly byDefault: number; readonly max: number },
): { readonly kind: 'page'; readonly items: readonly Item[]; readonly nextCursor: string } | Refusal {
  const limit = Math.min(Math.max(1, Number(args.limit ?? limits.byDefault) || limits.byDefault), limits.max);
  const cursor = textArg(args, 'cursor') ?? '';
  const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString().replace('next:', ''));
  if (!Number.isInteger(start) || start < 0 || start > items.length) return refuse('invalid_cursor');
  const end = start + limit;
  const nextCursor = end < items.length ? Buffer.from(`next:${end}`).toString('base64') : '';
  return { kind: 'page', items: items.slice(start, end), nextCursor };
}
