// How a change ended that got no good answer: whether it surely had no effect, or nobody can tell.

import type { Performed } from '../core/action/port.ts';
import { refused } from '../core/fault.ts';
import { type Failure, oneLine } from './failure.ts';

export interface FailedWrite {
  readonly ok: false;
  readonly failure: Failure;
  /** `none`: it was refused, or it never left. `unknown`: it was sent, and what came back does not say. */
  readonly effect: 'none' | 'unknown';
  /** Of the HTTP answer, if there was a whole one. */
  readonly status?: number;
}

export type WriteAnswer<T> = { readonly ok: true; readonly value: T } | FailedWrite;

/**
 * What an HTTP status says about the effect. A server refuses with 4xx before it does anything, and whoever redirects has done nothing;
 * 408 and every 5xx may come after it.
 */
export function effectOf(status: number): FailedWrite['effect'] {
  return status >= 300 && status < 500 && status !== 408 ? 'none' : 'unknown';
}

/** Failures of a connection that was never made. */
const neverConnected: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** True when nothing can have been sent: no connection, or one whose certificate was not taken. */
export function surelyNotSent(code: string | undefined): boolean {
  return code !== undefined && (neverConnected.has(code) || /CERT|SELF_SIGNED|VERIFY|ERR_TLS|ERR_SSL/.test(code));
}

/** An action whose one write failed. */
export function writeEnd({ failure, effect }: FailedWrite): Performed {
  return { kind: effect === 'none' ? 'failed' : 'unknown', summary: oneLine(failure.detail) };
}

/** An action that cannot be shown, because its system does not answer or refuses. */
export function cannotShow(system: string, { reason, detail, remedy }: Failure) {
  const whose = reason === 'not_configured' ? ('operator' as const) : ('system' as const);
  return refused({ whose, code: `${system}-${reason}`, message: `${detail}.`, remedy });
}

/** Whatever the pipeline allows, one request of a change has no longer than this. */
const writeWithinMs = 10_000;

export function writeDeadline(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(writeWithinMs)]);
}

/** A write may still be on its way for so long after the claim; until then its absence proves nothing. */
const mayStillArriveMs = 60_000;

export function tooEarlyToTell(claimedAt: number, now: number): boolean {
  return now - claimedAt < mayStillArriveMs;
}
