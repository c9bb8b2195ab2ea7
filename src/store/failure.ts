// Tells the failures of a database apart, and removes from them what must not reach a log.

import { StoreUnavailable } from '../core/ports.ts';

const streamTaken = new Set(['event_in_order', 'incident_one_open']);

/** True when another transaction was faster with the same stream, number or open incident. */
export function isStreamTaken(error: unknown): boolean {
  return codeOf(error) === '23505' && streamTaken.has(textOf(error, 'constraint'));
}

/** True when another action holds the target of this one. */
export function isTargetTaken(error: unknown): boolean {
  return codeOf(error) === '23505' && textOf(error, 'constraint') === 'action_one_in_flight';
}

/** True when the database gave up a transaction only because of another one: the same work may succeed at once. */
export function isSerializationFailure(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

/** No connection could be had, so nothing was asked of the database. Speaks for its cause. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
    const code = codeOf(cause);
    if (code !== '') Object.assign(this, { code });
  }
}

/**
 * True unless it is sure that the statement took no effect: it was never sent, or the database itself said that it failed. A server
 * that dies says FATAL, and so does one that ends a connection; what it was doing may be done.
 */
export function mayHaveHappened(error: unknown): boolean {
  return !(error instanceof NotConnected) && textOf(error, 'severity') !== 'ERROR';
}

/**
 * `StoreUnavailable` for everything that a database, its driver or its socket says. Its cause keeps the name, message, code and
 * stack of the original; the query's parameters and the row in question (texts of people) are removed, and so are addresses with passwords.
 */
export function unavailable(doing: string, error: unknown, doubtful = false): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  const code = codeOf(error);
  const message = withoutPassword(messageOf(error));
  const cause = new Error(message);
  if (error instanceof Error) {
    cause.name = error.name;
    cause.stack = withoutPassword(error.stack ?? message).slice(0, 4_000);
  }
  if (code !== '') Object.assign(cause, { code });
  return new StoreUnavailable(`The store could not ${doing}: ${message}${code === '' ? '' : ` (${code})`}`, {
    cause,
    doubtful,
  });
}

/** What may be logged of an error: its message and code, never its parameters. */
export function loggable(error: unknown): { readonly error: string; readonly code?: string } {
  const code = codeOf(error);
  const message = withoutPassword(messageOf(error));
  return { error: message.slice(0, 500), ...(code === '' ? {} : { code }) };
}

function codeOf(error: unknown): string {
  return textOf(error, 'code');
}

/** The job engine reports plain objects with the message of an error. */
export function messageOf(error: unknown): string {
  return textOf(error, 'message') || textOf(error, 'code') || String(error);
}

export function textOf(error: unknown, key: string): string {
  if (typeof error !== 'object' || error === null) return '';
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : '';
}

function withoutPassword(text: string): string {
  return text.replace(/[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, '(address)');
}
