// Sends one act of a person to the app, over HTTP or Socket Mode, and tells what came of it.
import { type AppAnswer, sendToApp, sign } from './app-requests.ts';
import type { FaultBook } from './faults.ts';
import type { Delivery, SlackObject } from './records.ts';
import type { ResponseUrl, WorkspaceState } from './state.ts';

/** Interactions travel as one form field that holds JSON. */
export function interactionBody(payload: SlackObject): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

/** Slack never repeats commands and interactions; only `replay` does, byte for byte. */
export async function deliver(
  state: WorkspaceState,
  faults: FaultBook,
  kind: Delivery['kind'],
  body: string,
  triggerId?: string,
  responseUrl?: ResponseUrl,
): Promise<Delivery> {
  const send = state.socket.isOn() ? overSocket(state, kind, body) : overHttp(state, faults, body);
  const delivery = described(kind, send, await send(), { triggerId, responseUrl });
  const { status, ackMs, outcome } = delivery;
  state.emit({ kind: 'delivery', delivery: kind, status, ackMs, outcome });
  return delivery;
}

/** Sends the same every time it is called. */
type Send = () => Promise<AppAnswer>;

function overHttp(state: WorkspaceState, faults: FaultBook, body: string): Send {
  const signed = sign(state, faults, body, 'application/x-www-form-urlencoded');
  return () => sendToApp(state, signed);
}

/** What is a form over HTTP is plain JSON in an envelope. */
function overSocket(state: WorkspaceState, kind: Delivery['kind'], body: string): Send {
  const fields = Object.fromEntries(new URLSearchParams(body));
  if (kind === 'command') return () => state.socket.send({ type: 'slash_commands', payload: fields });
  const payload = JSON.parse(fields.payload ?? '{}') as SlackObject;
  return () => state.socket.send({ type: 'interactive', payload });
}

function described(
  kind: Delivery['kind'],
  send: Send,
  answer: AppAnswer,
  names: { readonly triggerId: string | undefined; readonly responseUrl: ResponseUrl | undefined },
): Delivery {
  const { triggerId, responseUrl } = names;
  return {
    kind,
    status: answer.status,
    ackMs: answer.ackMs,
    body: answer.body,
    outcome: answer.outcome,
    ...(triggerId === undefined ? {} : { triggerId }),
    answers: () => responseUrl?.uses ?? 0,
    said: () => responseUrl?.said ?? [],
    replay: async () => described(kind, send, await send(), names),
  };
}
