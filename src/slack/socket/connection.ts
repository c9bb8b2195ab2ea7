// One Socket Mode connection from its ticket to its end: Slack's client, without its reconnecting and its hanging up.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { SocketModeClient } from '@slack/socket-mode';
import { sdkLog } from '../sdk-log.ts';
import { parseFrame } from './frames.ts';

/** One delivery as Slack's client hands it over. */
export interface Envelope {
  readonly body: Record<string, unknown>;
  readonly ack: (response?: unknown) => Promise<void>;
  readonly retryNum?: number;
  readonly retryReason?: string;
}

export interface Connection {
  /** How long Slack means to keep it, when it said so. */
  readonly lifeMs: number | undefined;
  /** Resolves at the first sign that it will not last, with the reason. Until it is closed it still takes and acknowledges. */
  readonly ending: Promise<string>;
  readonly closed: Promise<void>;
  isOpen(): boolean;
  /** Lets what is in hand be acknowledged, then hangs up; by force when Slack does not answer. Never rejects. */
  close(): Promise<void>;
}

export interface SocketConfig {
  readonly appToken: string;
  readonly apiUrl?: string;
}

/** There was a ticket and no hello: the message says why, which Slack itself may have said (`too_many_websockets`, `link_disabled`). */
export class NoHello extends Error {
  override readonly name = 'NoHello';
}

const openWithinMs = 10_000;
/**
 * The client pings three times in this span. It gives up a connection that is silent for longer, and is rid of it one ping
 * later: after 5.3 s to 6.7 s.
 */
const silenceMs = 4_000;
/** A delivery is stored within 2.2 s or refused; this is for its acknowledgement to go out. */
const inHandWithinMs = 2_500;
const hangUpWithinMs = 1_000;

/** Resolves at Slack's hello. Rejects when that does not come, and leaves nothing open then. */
export async function openConnection(
  config: SocketConfig,
  given: {
    /** Never rejects. */
    readonly onEnvelope: (envelope: Envelope) => Promise<void>;
    readonly stopping: AbortSignal;
  },
): Promise<Connection> {
  const giveUp = new AbortController();
  const inHand = new Set<Promise<void>>();
  const ending = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<void>();
  let isOpen = false;
  let lifeMs: number | undefined;
  let lastSaid = 'Slack closed the connection';

  const hear = (_about: object, said: string): void => {
    lastSaid = said;
  };
  const client = new PatientClient({
    appToken: config.appToken,
    autoReconnectEnabled: false,
    clientPingTimeout: silenceMs,
    // What it says is the reason of an end, and is told once with that.
    logger: sdkLog({ debug: () => {}, info: () => {}, warn: hear, error: hear }),
    clientOptions: {
      ...(config.apiUrl === undefined ? {} : { slackApiUrl: config.apiUrl }),
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      fetch: (url, init) => fetch(url, { ...init, signal: giveUp.signal }),
    },
  });
  const hangUp = async (): Promise<void> => {
    giveUp.abort();
    // A start that the abort came too late for has its socket by then, and can be disconnected.
    await nextTurn();
    const gone = client.disconnect();
    // Asked again, the client does not wait for the other side any more.
    const forced = setTimeout(() => void client.disconnect(), hangUpWithinMs);
    await gone;
    clearTimeout(forced);
  };

  const turnedAway = Promise.withResolvers<never>();
  client.on('frame', (frame: ReturnType<typeof parseFrame>) => {
    if (frame?.type === 'hello') {
      isOpen = true;
      lifeMs = frame.lifeMs;
    }
    if (frame?.type !== 'disconnect') return;
    ending.resolve(frame.reason);
    turnedAway.reject(new NoHello(frame.reason));
  });
  client.on('slack_event', ({ body, ack, retry_num: retryNum, retry_reason: retryReason }) => {
    const work = given.onEnvelope({ body, ack, retryNum, retryReason });
    inHand.add(work);
    void work.finally(() => inHand.delete(work));
  });
  client.on('close', () => {
    isOpen = false;
    ending.resolve(lastSaid);
    closed.resolve();
  });

  const started = client.start();
  const late = AbortSignal.any([given.stopping, AbortSignal.timeout(openWithinMs)]);
  try {
    await Promise.race([started, turnedAway.promise, aborted(late)]);
  } catch (error) {
    await hangUp();
    // The client rejects with nothing when the socket breaks before hello.
    throw error ?? new NoHello(lastSaid);
  }
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await Promise.race([Promise.all(inHand), closed.promise, sleep(inHandWithinMs, undefined, { ref: false })]);
    if (isOpen) await hangUp();
  };
  return {
    lifeMs,
    ending: ending.promise,
    closed: closed.promise,
    isOpen: () => isOpen,
    close: () => (closing ??= close()),
  };
}

/** Slack's client closes as soon as an end is announced, and what is in hand could not be acknowledged any more. */
class PatientClient extends SocketModeClient {
  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    const frame = parseFrame(data);
    this.emit('frame', frame);
    if (frame === undefined || frame.type === 'disconnect') return;
    await super.onWebSocketMessage(data, isBinary);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const fail = () => reject(new NoHello(`no hello within ${openWithinMs / 1_000} s`));
  if (signal.aborted) fail();
  else signal.addEventListener('abort', fail, { once: true });
  return promise;
}
