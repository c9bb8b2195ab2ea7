// Opens a resolved incident again: its checks start anew, and what the watch saw before no longer counts.

import { type Fault, refused } from '../core/fault.ts';
import type { Incident } from '../core/incident.ts';
import type { Reads } from '../core/ports.ts';
import type { Request } from './desk.ts';
import type { Given } from './given.ts';
import { answerOnly, change, procedureOf, setTopic } from './record.ts';
import { startRound } from './run-checks.ts';

export async function reopen(given: Given, id: string, reason: string, request: Request): Promise<void> {
  const incident = await given.store.incident(id);
  const fault = incident === undefined ? undefined : await whyNotReopen(given.store, incident);
  if (fault !== undefined) return answerOnly(given, request, { kind: 'refusal', fault });
  await change(given, id, { kind: 'reopen', reason }, { actor: request.actor, request }, async (tx, after) => {
    const procedure = procedureOf(given, after);
    await setTopic(tx, id);
    if (procedure !== undefined) await startRound(given, tx, after, procedure);
    const afterMs = procedure?.recovery.everyMs ?? 0;
    await tx.schedule({ job: { kind: 'watch-recovery', incident: id }, afterMs, once: `watch-recovery ${id}` });
  });
}

/** One incident per runbook and scope is open at a time, unless it was opened separately. */
export async function whyNotReopen(reads: Reads, incident: Incident): Promise<Fault | undefined> {
  if (incident.separate) return undefined;
  const open = await reads.incidents({ status: 'open', runbook: incident.runbook, scope: incident.scope });
  const other = open.find((one) => !one.separate && one.id !== incident.id);
  if (other === undefined) return undefined;
  return refused({
    whose: 'person',
    code: 'another-is-open',
    message: `${other.id} is open for the same runbook and scope, so ${incident.id} stays closed.`,
    remedy: `Work in ${other.id}, or resolve it first.`,
  }).fault;
}
