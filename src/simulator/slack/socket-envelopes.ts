// Envelopes of Socket Mode and their acknowledgements: 3 s each, once, with a payload only where one is accepted.
import { randomUUID } from 'node:crypto';
import type { AppAnswer } from './app-requests.ts';
import { isObject } from './block-kit/schema.ts';
import type { SlackObject } from './records.ts';
import type { ServedConnection } from './socket-connection.ts';

export interface Envelope {
  readonly type: 'events_api' | 'slash_commands' | 'interactive';
  readonly payload: SlackObject;
  /** Events only: Slack never repeats commands and interactions. */
  readonly retry?: { readonly attempt: number; readonly reason: string };
}

export interface EnvelopeDesk {
  /** Sends one envelope over each of the connections, and resolves with the first acknowledgement, or with what its lack means. */
  send(envelope: Envelope, over: readonly ServedConnection[]): Promise<AppAnswer>;
  /** A frame came from the app. */
  receive(text: string, from: ServedConnection): void;
  /** What was sent over this connection and is not acknowledged never will be. */
  lost(connection: ServedConnection): void;
}

const ackDeadlineMs = 3_000;

interface Awaited {
  readonly acceptsPayload: boolean;
  /** Connections that may still acknowledge. */
  readonly over: Set<ServedConnection>;
  readonly settle: (outcome: AppAnswer['outcome'], body?: string) => void;
}

export function createEnvelopeDesk(finding: (text: string) => void): EnvelopeDesk {
  const awaited = new Map<string, Awaited>();
  /** Every id ever sent, with the connections that acknowledged it. */
  const acknowledged = new Map<string, Set<ServedConnection>>();

  return {
    send({ type, payload, retry }, over) {
      const id = randomUUID();
      const started = performance.now();
      const { promise, resolve } = Promise.withResolvers<AppAnswer>();
      const settle: Awaited['settle'] = (outcome, body = '') => {
        clearTimeout(deadline);
        awaited.delete(id);
        const ackMs = Math.round(performance.now() - started);
        resolve({ status: outcome === 'ok' ? 200 : 0, ackMs, body, headers: {}, outcome });
      };
      const deadline = setTimeout(() => settle('operation_timeout'), ackDeadlineMs);
      const acceptsPayload = type !== 'events_api';
      awaited.set(id, { acceptsPayload, over: new Set(over), settle });
      acknowledged.set(id, new Set());
      if (over.length === 0) settle('dispatch_failed');
      for (const connection of over) {
        connection.send({
          envelope_id: id,
          type,
          accepts_response_payload: acceptsPayload,
          payload,
          ...(type === 'events_api' ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' } : {}),
        });
      }
      return promise;
    },

    receive(text, from) {
      const frame = parsed(text);
      const id = isObject(frame) ? String(frame.envelope_id) : '';
      const seen = acknowledged.get(id);
      if (!isObject(frame) || seen === undefined) {
        return finding(`Socket Mode: a frame of the app acknowledges no envelope of ours: ${text.slice(0, 200)}`);
      }
      if (seen.has(from)) finding('Socket Mode: an envelope was acknowledged twice over the same connection');
      seen.add(from);
      const body = isObject(frame.payload) && Object.keys(frame.payload).length > 0 ? frame.payload : undefined;
      const waiting = awaited.get(id);
      // An acknowledgement after 3 s is ignored, as over HTTP.
      if (waiting === undefined) return;
      if (body !== undefined && !waiting.acceptsPayload) {
        finding('Socket Mode: an event was acknowledged with a payload, which Slack does not accept');
      }
      waiting.settle('ok', body === undefined ? '' : JSON.stringify(body));
    },

    lost(connection) {
      for (const { over, settle } of [...awaited.values()]) {
        if (over.delete(connection) && over.size === 0) settle('dispatch_failed');
      }
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
