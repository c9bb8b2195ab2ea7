// The job that shows what an action would do: the system is asked, nothing is changed.

import type { Action } from '../../core/action/action.ts';
import type { Preview } from '../../core/action/port.ts';
import { theBot } from '../../core/actor.ts';
import { type Outcome, refused } from '../../core/fault.ts';
import type { Transaction } from '../../core/ports.ts';
import type { Given } from '../given.ts';
import { act } from './act.ts';
import { askGate } from './ask-gate.ts';

/** design/product.md gives a preview 5 s; the rest is for a system that answers late. */
const previewWithinMs = 8_000;

export async function previewAction(given: Given, incident: string, id: string): Promise<void> {
  const action = (await given.store.incident(incident))?.actions[id];
  if (action?.state !== 'proposed') return;
  const preview = await previewOf(given, action);
  const at = { incident, action: id };
  if (!preview.ok) {
    const { message, remedy } = preview.fault;
    await act(
      given,
      at,
      { kind: 'cannot-preview', why: remedy === undefined ? message : `${message} ${remedy}` },
      { actor: theBot },
    );
    return;
  }
  const { rows, notes, ...shown } = preview.value;
  const outcome = await act(
    given,
    at,
    async (tx) => {
      const body = new TextEncoder().encode(JSON.stringify({ rows, notes }));
      return {
        kind: 'previewed',
        shown,
        evidence: await tx.keep({ kind: 'preview', mediaType: 'application/json', body }),
      };
    },
    { actor: theBot },
  );
  // Whoever asked for something that can do no harm has asked for it: there is nothing to confirm.
  if (outcome.ok && outcome.value.shown?.risk === 'safe') {
    const gate = await askGate(given, incident, outcome.value, 'approval');
    const request = async (tx: Transaction) => ({ kind: 'request', grants: {}, ...gate, now: await tx.now() }) as const;
    await act(given, at, request, { actor: action.requestedBy });
  }
}

/** As the world is now. Never rejects. */
export async function previewOf(given: Given, action: Action): Promise<Outcome<Preview>> {
  const kind = given.actions.kindOf(action.system, action.kind);
  if (kind === undefined) {
    const message = `There is no action ${action.system}.${action.kind}.`;
    return refused({ whose: 'author', code: 'no-such-kind', message, remedy: 'Run `acgs runbooks lint`.' });
  }
  return kind.preview({ action: action.id, params: action.params, signal: AbortSignal.timeout(previewWithinMs) });
}
