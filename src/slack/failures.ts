// What can go wrong with a call to Slack, told apart by what may be done next.

import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import type { Line } from './places.ts';

export type SlackFailure =
  /** Nothing happened; the method may be called again after the wait. `line`: all that waits there is told the same moment. */
  | { readonly kind: 'wait'; readonly afterMs: number; readonly why: string; readonly line?: Line | undefined }
  /** The call surely did not arrive. */
  | { readonly kind: 'unreached'; readonly why: string }
  /** It may have had its effect: look before it is repeated. */
  | { readonly kind: 'ambiguous'; readonly why: string }
  /** Our token or app is not in order; an operator must act. */
  | { readonly kind: 'locked-out'; readonly code: string; readonly why: string }
  /** Slack says no, and will say so again. */
  | { readonly kind: 'refused'; readonly code: string; readonly why: string };

export class SlackCallFailed extends Error {
  override readonly name = 'SlackCallFailed';
  readonly failure: SlackFailure;

  constructor(method: string, failure: SlackFailure) {
    super(`${method}: ${failure.why}`);
    this.failure = failure;
  }
}

const lockedOut = new Set([
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'team_access_not_granted',
  'org_login_required',
]);

/** Slack warns that the effect may have happened: https://docs.slack.dev/reference/methods (errors every method can return). */
const ambiguousCodes = new Set([
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

/** Refused before anything was sent. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Reads what the SDK threw. Anything unknown counts as ambiguous, which is the careful side. */
export function failureOf(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError) {
    return { kind: 'wait', afterMs: error.retryAfter * 1_000, why: `rate limited for ${error.retryAfter} s` };
  }
  if (error instanceof WebAPIPlatformError) return refusalOf(error);
  if (error instanceof WebAPIHTTPError) return { kind: 'ambiguous', why: `Slack answered HTTP ${error.statusCode}` };
  if (error instanceof WebAPIRequestError) return networkFailure(error.original);
  return networkFailure(error);
}

function refusalOf(error: WebAPIPlatformError): SlackFailure {
  const code = String(error.data.error);
  // An answer that is no JSON arrives here with its whole body as the "code".
  if (!/^[a-z_]{2,60}$/.test(code)) return { kind: 'ambiguous', why: 'Slack answered something that is not JSON' };
  if (code === 'ratelimited' || code === 'rate_limited') return { kind: 'wait', afterMs: 30_000, why: 'rate limited' };
  if (ambiguousCodes.has(code)) return { kind: 'ambiguous', why: `Slack answered ${code}` };
  const why = refusalWords(code, 'needed' in error.data ? error.data.needed : undefined);
  return lockedOut.has(code) ? { kind: 'locked-out', code, why } : { kind: 'refused', code, why };
}

function refusalWords(code: string, needed: unknown): string {
  if (code === 'missing_scope') {
    return `the bot lacks the scope ${String(needed ?? 'for this')}; add it to the app and install the app again`;
  }
  if (code === 'restricted_action') return 'the workspace does not allow this bot to do that (restricted_action)';
  if (code === 'is_archived') return 'the channel is archived';
  if (code === 'not_in_channel' || code === 'channel_not_found') return `the bot cannot see the channel (${code})`;
  return `Slack refused: ${code}`;
}

function networkFailure(error: unknown): SlackFailure {
  const message = error instanceof Error ? error.message : String(error);
  // The SDK's words for a 429 whose Retry-After cannot be read.
  if (message.startsWith('Retry header')) return { kind: 'wait', afterMs: 30_000, why: 'rate limited' };
  const code = causeCode(error);
  if (code !== undefined && neverSent.has(code)) return { kind: 'unreached', why: `Slack cannot be reached (${code})` };
  const timeout = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
  return {
    kind: 'ambiguous',
    why: timeout ? 'Slack did not answer in time' : `the connection to Slack failed (${code ?? 'no code'})`,
  };
}

/** The system's error code, which fetch hides in a chain of causes. */
function causeCode(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code !== undefined && /^(E[A-Z_]+|UND_ERR_[A-Z_]+)$/.test(code) ? code : causeCode(error.cause, depth + 1);
}

export function refusedWith(error: unknown, ...codes: readonly string[]): boolean {
  return isRefusal(error) && codes.includes(error.failure.code);
}

type Refusal = SlackCallFailed & { readonly failure: Extract<SlackFailure, { kind: 'refused' }> };

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof SlackCallFailed && error.failure.kind === 'refused';
}
