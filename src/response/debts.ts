// Temporary changes that are still in place: named on the card, at resolve, in the report, and every morning.

import { type Action, isDebt } from '../core/action/action.ts';
import { actionsOf } from '../core/action/in-incident.ts';
import type { DebtLine } from '../core/answer.ts';
import type { Incident } from '../core/incident.ts';
import type { Reads } from '../core/ports.ts';

/** Of all incidents, oldest first. */
export async function debts(reads: Reads): Promise<readonly DebtLine[]> {
  const rows = await reads.actions({ debts: true });
  const incidents = await Promise.all([...new Set(rows.map((row) => row.incident))].map((id) => reads.incident(id)));
  return incidents
    .flatMap((incident) => (incident === undefined ? [] : debtsOf(incident)))
    .toSorted((a, b) => a.since - b.since);
}

export function debtsOf(incident: Incident): readonly DebtLine[] {
  return actionsOf(incident)
    .filter(isDebt)
    .map((action) => lineOf(incident.id, action));
}

/** The lines of changes that were in place at an earlier time, whatever became of them since. */
export async function debtsThen(
  reads: Reads,
  then: readonly { readonly incident: string; readonly action: string }[],
): Promise<readonly DebtLine[]> {
  const found = await Promise.all(
    then.map(async ({ incident, action }) => {
      const known = (await reads.incident(incident))?.actions[action];
      return known === undefined ? [] : [lineOf(incident, known)];
    }),
  );
  return found.flat();
}

function lineOf(incident: string, action: Action): DebtLine {
  return {
    action: action.id,
    incident,
    title: action.title,
    outcome: action.outcome ?? '',
    target: action.shown?.target ?? '',
    undo: action.undo?.title ?? '',
    since: action.finishedAt ?? action.since,
    by: action.requestedBy,
  };
}
