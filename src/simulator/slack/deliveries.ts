// Sends one act of a person to the app and tells what came of it.
import { type AppAnswer, type SignedRequest, sendToApp, sign } from './app-requests.ts';
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
  const signed = sign(state, faults, body, 'application/x-www-form-urlencoded');
  const names = { triggerId, responseUrl };
  const delivery = described(state, kind, signed, await sendToApp(state, signed), names);
  const { status, ackMs, outcome } = delivery;
  state.emit({ kind: 'delivery', delivery: kind, status, ackMs, outcome });
  return delivery;
}

function described(
  state: WorkspaceState,
  kind: Delivery['kind'],
  signed: SignedRequest,
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
    replay: async () => described(state, kind, signed, await sendToApp(state, signed), names),
  };
}
