// Why a system gave no answer: the reason, what was asked, and what to do; never a header, a token or a password.

import { spellDuration } from '../core/duration.ts';
import type { UnknownReason } from '../core/observation.ts';
import { maskedAndCut } from '../core/secret.ts';

export interface Failure {
  readonly reason: UnknownReason;
  /** One sentence without secrets: what was asked and why there is no answer. */
  readonly detail: string;
  /** One sentence: what to do next. */
  readonly remedy: string;
}

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export function answered<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function failed(reason: UnknownReason, detail: string, remedy: string): { ok: false; failure: Failure } {
  return { ok: false, failure: { reason, detail, remedy } };
}

/** Longest piece of a foreign error text that is shown. */
const errorTextLimit = 300;

/** One line of text from outside, its secrets masked, cut, with its control characters gone. */
export function oneLine(text: string, limit = errorTextLimit): string {
  // Control and bidirectional-override characters could rewrite the line that they stand in.
  return maskedAndCut(text.replace(/[\p{Cc}\p{Bidi_Control}\s]+/gu, ' ').trim(), limit);
}

/** Replaces every given secret in the text, before anything is cut off it. Short ones (under 4 characters) would blank ordinary words and are left. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= 4)
    .reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
}

export interface Asked {
  /** Name of the system as people write it in the config, for example `prometheus`. */
  readonly system: string;
  /** For example `GET /api/v1/query`. */
  readonly request: string;
}

export function timedOut({ system, request }: Asked, afterMs: number): Failure {
  return {
    reason: 'timeout',
    detail: `${system}: ${request} gave no complete answer within ${spellDuration(afterMs)}`,
    remedy: `Look whether ${system} is overloaded; give the check a larger budget if it is only slow.`,
  };
}

/** What an HTTP status other than 2xx means. `errorText` comes from the body and is already free of secrets. */
export function refusedWith(asked: Asked, status: number, errorText: string, retryAfter?: string): Failure {
  const { system, request } = asked;
  const says = errorText === '' ? '' : `: ${oneLine(errorText)}`;
  const detail = `${system}: ${request} was answered ${status}${says}`;
  if (status === 401 || status === 403)
    return {
      reason: 'unauthorized',
      detail,
      remedy: `Check the credentials and rights given under systems.${system}.`,
    };
  if (status === 429) {
    const wait = retryAfter === undefined ? 'it names no Retry-After' : `Retry-After: ${oneLine(retryAfter, 40)}`;
    return { reason: 'rejected', detail: `${detail} (too many requests, ${wait})`, remedy: 'Wait, then check again.' };
  }
  if (status >= 500)
    return {
      reason: 'unreachable',
      detail,
      remedy: `Look at ${system} itself; its server reports a fault of its own.`,
    };
  if (status >= 300 && status < 400)
    return {
      reason: 'rejected',
      detail: `${detail} (a redirect)`,
      remedy: `Set systems.${system}.url to the final address.`,
    };
  if (status === 404)
    return { reason: 'rejected', detail, remedy: `Check systems.${system}.url: nothing answers at this path.` };
  return { reason: 'rejected', detail, remedy: 'Correct the query or its parameters in the runbook.' };
}

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name could not be looked up',
  EHOSTUNREACH: 'there is no route to its host',
  ENETUNREACH: 'there is no route to its network',
  ETIMEDOUT: 'the connection timed out',
};

/** What a connection that failed with this code of Node means. */
export function unreachable({ system, request }: Asked, code: string | undefined): Failure {
  if (code !== undefined && /CERT|SELF_SIGNED|VERIFY|ERR_TLS|ERR_SSL/.test(code))
    return {
      reason: 'unreachable',
      detail: `${system}: ${request} failed, its certificate is not trusted (${code})`,
      remedy: `Set systems.${system}.caFile to the certificate authority that signed it.`,
    };
  const cause = causes[code ?? ''] ?? `the connection failed${code === undefined ? '' : ` (${code})`}`;
  return {
    reason: 'unreachable',
    detail: `${system}: ${request} failed, ${cause}`,
    remedy: `Check that ${system} runs and that systems.${system}.url leads to it from here.`,
  };
}
