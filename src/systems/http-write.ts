// One change over HTTP: never retried, never queued behind others, and it tells a refusal from a lost answer.

import { type Asked, refusedWith, timedOut, unreachable, withoutSecrets } from './failure.ts';
import { type Connection, codeOf, errorTextOf, loadAxios, parse, tooLarge } from './http-connection.ts';
import { effectOf, type FailedWrite, surelyNotSent, type WriteAnswer } from './writing.ts';

export interface HttpWrite {
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export async function writeOnce(
  system: string,
  { open, freshConnection, secrets }: Connection,
  { method, path, body }: HttpWrite,
  signal: AbortSignal,
): Promise<WriteAnswer<unknown>> {
  const asked: Asked = { system, request: `${method} ${path}` };
  const began = performance.now();
  const late = (effect: FailedWrite['effect']): FailedWrite => ({
    ok: false,
    failure: timedOut(asked, performance.now() - began),
    effect,
  });
  const client = await open();
  if (signal.aborted) return late('none');
  try {
    const data = body === undefined ? {} : { data: JSON.stringify(body) };
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const response = await client.request<string>({ method, url: path, ...data, headers, signal, ...freshConnection });
    const { status } = response;
    if (status >= 200 && status < 300) {
      if (response.data === '') return { ok: true, value: undefined };
      const parsed = parse(asked, response.data);
      // Whoever answered so may or may not be the system.
      return parsed.ok ? parsed : { ok: false, failure: parsed.failure, effect: 'unknown', status };
    }
    const text = errorTextOf(withoutSecrets(String(response.data), secrets));
    const retryAfter: unknown = response.headers['retry-after'];
    const failure = refusedWith(asked, status, text, typeof retryAfter === 'string' ? retryAfter : undefined);
    return { ok: false, failure, effect: effectOf(status), status };
  } catch (error) {
    if (signal.aborted) return late('unknown');
    const { isAxiosError } = await loadAxios();
    // As for reading: nothing of the error but its code goes on.
    if (isAxiosError(error) && /maxContentLength/.test(error.message)) return { ...tooLarge(asked), effect: 'unknown' };
    const code = isAxiosError(error) ? (codeOf(error.cause) ?? error.code) : undefined;
    return { ok: false, failure: unreachable(asked, code), effect: surelyNotSent(code) ? 'none' : 'unknown' };
  }
}
