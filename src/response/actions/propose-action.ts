// Begins an action: an entry of the runbook, or what puts an earlier action back. Its preview follows as a job.

import { type ActionProposal, askedLately } from '../../core/action/in-incident.ts';
import { unknownAction } from '../../core/action/refusals.ts';
import type { Actor } from '../../core/actor.ts';
import { nearest } from '../../core/command.ts';
import type { Fault } from '../../core/fault.ts';
import type { Transaction } from '../../core/ports.ts';
import type { Procedure } from '../../core/runbook.ts';
import type { Request } from '../desk.ts';
import type { Given } from '../given.ts';
import { answerOnly, change, procedureOf } from '../record.ts';
import { showAction } from './act.ts';

/** `name` is the id of an action in the incident's runbook, as written there or as typed. */
export async function proposeAction(given: Given, incident: string, name: string, request: Request): Promise<void> {
  const found = await given.store.incident(incident);
  const procedure = found === undefined ? undefined : procedureOf(given, found);
  const action = procedure?.actions.find((one) => one.id === name.trim().toLowerCase());
  if (action === undefined) {
    const fault = noSuchAction(name, procedure);
    return answerOnly(given, request, { kind: 'refusal', fault });
  }
  const { id: definition, title, step, risk, system, kind, params } = action;
  await propose(given, incident, { definition, title, step, risk, system, kind, params }, request);
}

/** Puts a finished action back to the value that was read when it was claimed. */
export async function proposeUndo(given: Given, id: string, request: Request): Promise<void> {
  const incident = await given.store.incidentOfAction(id);
  const undone = incident === undefined ? undefined : (await given.store.incident(incident))?.actions[id];
  if (incident === undefined || undone?.undo === undefined) {
    return answerOnly(given, request, { kind: 'refusal', fault: unknownAction });
  }
  const { title, system, kind, params } = undone.undo;
  const { definition, step } = undone;
  const fresh = given.clock.now() - (undone.finishedAt ?? 0) <= given.actions.undoWithinMs;
  const proposal = { definition, title, step, risk: 'risky', system, kind, params, undoes: id } as const;
  await propose(given, incident, fresh ? proposal : { ...proposal, late: true }, request);
}

async function propose(
  given: Given,
  incident: string,
  about: Omit<ActionProposal, 'id'>,
  request: Request,
): Promise<void> {
  const proposal = { id: given.ids.next(), ...about };
  const command = async (tx: Transaction) => {
    const now = given.clock.now();
    const elsewhere = await askedElsewhere(tx, incident, request.actor, now);
    return { kind: 'propose-action', proposal, now, elsewhere } as const;
  };
  const said = `The preview of "${about.title}" is on its way into the thread of ${incident}. Nothing runs before it is confirmed there.`;
  await change(given, incident, command, { actor: request.actor, request, said }, async (tx) => {
    await tx.schedule({ job: { kind: 'preview-action', incident, action: proposal.id } });
    await showAction(tx, incident, proposal.id);
  });
}

async function askedElsewhere(tx: Transaction, incident: string, actor: Actor, now: number): Promise<number> {
  const rows = await tx.actions({ proposedSince: now - 60_000 });
  const others = new Set(rows.map((row) => row.incident).filter((id) => id !== incident));
  let asked = 0;
  for (const id of others) {
    const other = await tx.incident(id);
    if (other !== undefined) asked += askedLately(other, actor, now);
  }
  return asked;
}

function noSuchAction(typed: string, procedure: Procedure | undefined): Fault {
  const ids = procedure?.actions.map((one) => one.id) ?? [];
  const near = nearest(typed.trim().toLowerCase(), ids);
  return {
    whose: 'person',
    code: 'unknown-action',
    message: `This runbook has no action "${typed.trim().slice(0, 80)}", so nothing was started.`,
    remedy:
      near === undefined
        ? ids.length === 0
          ? 'It has no actions at all.'
          : `There is: ${ids.map((id) => `\`do ${id}\``).join(', ')}.`
        : `Did you mean \`do ${near}\`?`,
  };
}
