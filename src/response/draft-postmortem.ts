// Drafts the report of an incident from its record; the same record gives the same draft, byte for byte.

import { theBot } from '../core/actor.ts';
import type { Recorded } from '../core/event.ts';
import { type Incident, incidentFrom } from '../core/incident.ts';
import type { Series } from '../core/observation.ts';
import type { Transaction } from '../core/ports.ts';
import type { Request } from './desk.ts';
import { reportOf, seriesOf } from './evidence.ts';
import type { Given } from './given.ts';
import { answer, answerOnly, postHead, procedureOf, record, settle } from './record.ts';
import { type ReportMaterial, writeReport } from './report/write-report.ts';

/** The job after resolve. */
export async function draftPostmortem(given: Given, id: string): Promise<void> {
  await given.store.transact((tx) => draft(given, tx, id));
}

/** On request, also while the incident is open; answered to the person even when nothing changed. */
export async function redraft(given: Given, id: string, request: Request): Promise<void> {
  if ((await given.store.incident(id)) === undefined) {
    return answerOnly(given, request, {
      kind: 'refusal',
      fault: { whose: 'person', code: 'unknown-incident', message: `There is no incident ${id}.` },
    });
  }
  await given.store.transact(async (tx) => {
    const changed = await draft(given, tx, id);
    const text = changed
      ? `A new draft of the report of ${id} is on its way into its channel.`
      : `The record of ${id} has not changed since the last draft, so that draft stands.`;
    await answer(tx, request, { kind: 'text', text });
    await settle(tx, request, 'redrafted');
  });
}

/** True when the draft differs from the last one and is on its way. */
async function draft(given: Given, tx: Transaction, id: string): Promise<boolean> {
  const events = (await tx.events(id)).filter(({ event }) => event.type !== 'report-drafted');
  const incident = incidentFrom(await tx.events(id));
  if (incident === undefined) return false;
  const text = writeReport(await materialOf(given, tx, incident, events));
  if (incident.report !== undefined && (await reportOf(tx, incident.report.id)) === text) return false;
  const body = new TextEncoder().encode(text);
  const report = await tx.keep({ kind: 'report', mediaType: 'text/markdown', body });
  await record(given, tx, incident, [{ type: 'report-drafted', evidence: report }], theBot);
  await tx.send({ lane: `${id}:evidence`, notice: { kind: 'report', incident: id, report } });
  await postHead(tx, id);
  return true;
}

async function materialOf(
  given: Given,
  tx: Transaction,
  incident: Incident,
  events: readonly Recorded[],
): Promise<ReportMaterial> {
  const procedure = procedureOf(given, incident);
  const series = new Map<number, readonly Series[]>();
  for (const { seq, event } of events) {
    if (event.type === 'observed' && event.evidence !== undefined) series.set(seq, await seriesOf(tx, event.evidence));
  }
  const samples = (await tx.samples(incident.id, incident.declaredAt)).filter(
    (sample) => sample.signal === 'recovery' && sample.at <= (incident.resolved?.at ?? Infinity),
  );
  return { incident, events, series, samples, ...(procedure === undefined ? {} : { procedure }) };
}
