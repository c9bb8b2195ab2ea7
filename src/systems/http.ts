// The one HTTP client of the systems: total deadline, size cap, one retry, breaker; a failure is a value, never an exception.

import type { AxiosInstance } from 'axios';
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
import { type Answer, type Asked, failed, refusedWith, timedOut, unreachable, withoutSecrets } from './failure.ts';
import {
  codeOf,
  connect,
  errorTextOf,
  type HttpOptions,
  loadAxios,
  parse,
  requestsAtOnce,
  tooLarge,
} from './http-connection.ts';
import { type HttpWrite, writeOnce } from './http-write.ts';
import type { WriteAnswer } from './writing.ts';

const requestsWaiting = 500;
const failuresUntilOpen = 10;
const openForMs = 5_000;
const retryAfterMs = 100;

export type Query = Readonly<Record<string, string | readonly string[]>>;

export interface Http {
  /** The parsed JSON body of a GET; asked once more after a lost connection or a 5xx. Ends when `signal` aborts, at the latest. */
  getJson(path: string, query: Query, signal: AbortSignal): Promise<Answer<unknown>>;
  /** A change: sent once, whatever happens, and over a connection of its own. The parsed JSON body; undefined for an empty one. */
  write(write: HttpWrite, signal: AbortSignal): Promise<WriteAnswer<unknown>>;
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
  if (!connection.ok)
    return {
      getJson: async () => connection,
      write: async () => ({ ...connection, effect: 'none' }),
      prepare: async () => {},
      close() {},
    };
  const { open, secrets, close } = connection.value;
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
        .execute(() => attempt(open(), asked, path, query, signal, secrets), signal)
        .then((made) => made.answer)
        .catch((error: unknown) => notAsked(asked, error));
      const answer = await Promise.race([late, asking]);
      // An answer that lost the race by a hair is still a timeout: the caller has given up.
      return signal.aborted ? late : answer;
    },
    write: (write, signal) => writeOnce(options.system, connection.value, write, signal),
    async prepare() {
      await open();
    },
    close,
  };
}

async function attempt(
  client: Promise<AxiosInstance>,
  asked: Asked,
  path: string,
  query: Query,
  signal: AbortSignal,
  secrets: readonly string[],
): Promise<Attempt> {
  const began = performance.now();
  try {
    // The query string is built here: a plus sign must arrive as %2B.
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    );
    const search = new URLSearchParams(pairs).toString();
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
