// The job that shows what an action would do: the system is asked, nothing is changed.

import type { Action } from '../../core/action/action.ts';
import type { ActionCommand } from '../../core/action/decide.ts';
import type { Preview } from '../../core/action/port.ts';
import { theBot } from '../../core/actor.ts';
import { type Fault, type Outcome, refused } from '../../core/fault.ts';
import type { Transaction } from '../../core/ports.ts';
import type { Given } from '../given.ts';
import { act } from './act.ts';
import { askGate } from './ask-gate.ts';

/** design/product.md gives a preview 5 s; the rest is for a system that answers late. */
const previewWithinMs = 8_000;

export async function previewAction(given: Given, incident: string, id: string): Promise<void> {
  const found = (await given.store.incident(incident))?.actions[id];
  const action = found?.state === 'proposed' ? await show(given, incident, found) : found;
  // Whoever asked for something that can do no harm has asked for it: there is nothing to confirm. Also when a try before this one
  // broke off after the preview.
  if (action?.state !== 'previewed' || action.shown?.risk !== 'safe') return;
  const gate = await askGate(given, incident, action, 'approval');
  const request = async (tx: Transaction) => ({ kind: 'request', grants: {}, ...gate, now: await tx.now() }) as const;
  await act(given, { incident, action: id }, request, { actor: action.requestedBy });
}

/** The action afterwards; undefined when somebody else has moved it on meanwhile. */
async function show(given: Given, incident: string, action: Action): Promise<Action | undefined> {
  const preview = await previewOf(given, action);
  const move = preview.ok ? previewed(preview.value) : cannotPreview(preview.fault);
  const outcome = await act(given, { incident, action: action.id }, move, { actor: theBot });
  return outcome.ok ? outcome.value : undefined;
}

function previewed({ rows, notes, ...shown }: Preview): (tx: Transaction) => Promise<ActionCommand> {
  const body = new TextEncoder().encode(JSON.stringify({ rows, notes }));
  return async (tx) => ({
    kind: 'previewed',
    shown,
    evidence: await tx.keep({ kind: 'preview', mediaType: 'application/json', body }),
    now: await tx.now(),
  });
}

function cannotPreview({ message, remedy }: Fault): ActionCommand {
  return { kind: 'cannot-preview', why: remedy === undefined ? message : `${message} ${remedy}` };
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
