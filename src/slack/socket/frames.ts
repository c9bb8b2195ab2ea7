// What Slack says over a Socket Mode connection, as far as we act on it (https://docs.slack.dev/apis/events-api/using-socket-mode).

import { z } from 'zod';

const hello = z.object({
  type: z.literal('hello'),
  debug_info: z.object({ approximate_connection_time: z.number().positive() }).optional().catch(undefined),
});
const disconnect = z.object({ type: z.literal('disconnect'), reason: z.string().catch('disconnect') });
const envelope = z.object({ type: z.string(), envelope_id: z.string(), payload: z.record(z.string(), z.unknown()) });
const event = z.object({ type: z.string() });

export type Frame =
  | { readonly type: 'hello'; readonly lifeMs: number | undefined }
  | { readonly type: 'disconnect'; readonly reason: string }
  | { readonly type: 'envelope' };

/** Undefined for what is none of them: Slack's client would stumble over it. */
export function parseFrame(data: string | ArrayBuffer): Frame | undefined {
  const frame = json(data);
  const greeted = hello.safeParse(frame);
  if (greeted.success) {
    const seconds = greeted.data.debug_info?.approximate_connection_time;
    return { type: 'hello', lifeMs: seconds === undefined ? undefined : seconds * 1_000 };
  }
  const dismissed = disconnect.safeParse(frame);
  if (dismissed.success) return { type: 'disconnect', reason: dismissed.data.reason };
  const enveloped = envelope.safeParse(frame);
  if (!enveloped.success) return undefined;
  const { type, payload } = enveloped.data;
  return type !== 'events_api' || event.safeParse(payload.event).success ? { type: 'envelope' } : undefined;
}

function json(data: string | ArrayBuffer): unknown {
  if (typeof data !== 'string') return undefined;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
