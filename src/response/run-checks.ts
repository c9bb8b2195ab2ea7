// Asks all checks of an incident at once, records answers as they arrive, and weighs the hypotheses after each.

import { theBot } from '../core/actor.ts';
import { answeredChecks, decide } from '../core/decide.ts';
import type { EvidenceRef, IncidentEvent } from '../core/event.ts';
import { gapsFrom, withGaps } from '../core/gap.ts';
import { type Incident, incidentFrom } from '../core/incident.ts';
import type { Finding, Observation } from '../core/observation.ts';
import type { Transaction } from '../core/ports.ts';
import type { Procedure } from '../core/runbook.ts';
import { weigh } from '../runbook/index.ts';
import type { Request } from './desk.ts';
import { drawObservation, keepChart, keepFinding } from './evidence.ts';
import type { Given } from './given.ts';
import { change, procedureOf, record, setTopic } from './record.ts';
import { settled } from './settled.ts';

/** Starts another round on request. */
export async function recheck(given: Given, id: string, request: Request, said?: string): Promise<void> {
  const incident = await given.store.incident(id);
  const checks =
    (incident === undefined ? undefined : procedureOf(given, incident))?.checks.map((check) => check.id) ?? [];
  const command = { kind: 'start-checks', checks, now: given.clock.now() } as const;
  await change(given, id, command, { actor: request.actor, request, said }, async (tx, after) => {
    await tx.schedule({ job: { kind: 'run-checks', incident: id, round: after.round } });
    await tx.schedule({ job: { kind: 'watch-recovery', incident: id }, once: `watch-recovery ${id}` });
  });
}

/** Starts a round inside a transaction that already changes the incident; nothing while one is running. */
export async function startRound(
  given: Given,
  tx: Transaction,
  incident: Incident,
  procedure: Procedure,
): Promise<void> {
  const checks = procedure.checks.map((check) => check.id);
  const outcome = decide(incident, { kind: 'start-checks', checks, now: given.clock.now() }, theBot);
  if (!outcome.ok) return;
  const after = await record(given, tx, incident, outcome.value, theBot);
  await tx.schedule({ job: { kind: 'run-checks', incident: incident.id, round: after.round } });
}

/** The job of one round. Run again after a crash, it asks only what has not answered yet. */
export async function runChecks(given: Given, id: string, round: number): Promise<void> {
  const incident = await given.store.incident(id);
  const procedure = incident === undefined ? undefined : procedureOf(given, incident);
  if (incident === undefined || procedure === undefined || incident.round !== round || incident.status === 'resolved')
    return;
  const answered = new Set(answeredChecks(incident));
  const awaited = procedure.checks.filter(
    (check) => incident.expectedChecks.includes(check.id) && !answered.has(check.id),
  );
  const known = new Set(procedure.checks.map((check) => check.id));
  const gone = incident.expectedChecks.filter((check) => !known.has(check) && !answered.has(check));
  if (gone.length > 0)
    await recordFindings(
      given,
      id,
      round,
      procedure,
      gone.map((check) => noLongerThere(given, check)),
    );
  for await (const findings of settled(awaited.map((check) => given.ask(check)))) {
    await recordFindings(given, id, round, procedure, findings);
  }
}

/** The runbook was changed after the declaration: said, so that the round can end. */
function noLongerThere(given: Given, check: string): Finding {
  const detail = 'the runbook no longer has this check';
  const observation: Observation = {
    check,
    title: check,
    verdict: 'unknown',
    limits: [],
    unknown: { reason: 'not_configured', detail, remedy: 'Run the checks again to ask those that it has now.' },
    summary: detail,
    rows: [],
    notes: [],
    source: { system: 'runbook' },
    observedAt: given.clock.now(),
    tookMs: 0,
  };
  return { observation, series: [] };
}

async function recordFindings(
  given: Given,
  id: string,
  round: number,
  procedure: Procedure,
  findings: readonly Finding[],
): Promise<void> {
  await given.store.transact(async (tx) => {
    const before = incidentFrom(await tx.events(id));
    if (before === undefined) return;
    const gaps = gapsFrom(await tx.events('gaps'), given.clock.now());
    const found = await Promise.all(
      findings.map(async (finding) => withKnownGaps(await keepFinding(tx, finding), gaps)),
    );
    const outcome = decide(before, { kind: 'observe', round, found }, theBot);
    if (!outcome.ok) return;
    const observed = await record(given, tx, before, outcome.value, theBot);
    const standings = weigh(procedure, observationsOf(observed));
    const weighed = decide(observed, { kind: 'weigh', standings }, theBot);
    const after = weighed.ok ? await record(given, tx, observed, weighed.value, theBot) : observed;
    if (finishedNow(outcome.value)) await showEvidence(given, tx, after, procedure);
  });
}

function withKnownGaps<T extends { readonly observation: Observation; readonly evidence?: EvidenceRef }>(
  found: T,
  gaps: Parameters<typeof withGaps>[1],
): T {
  return { ...found, observation: withGaps(found.observation, gaps) };
}

function finishedNow(events: readonly IncidentEvent[]): boolean {
  return events.some((event) => event.type === 'checks-finished');
}

/** The topic of the room, and the evidence of the round and its charts in the card's thread, once the round is complete. */
async function showEvidence(given: Given, tx: Transaction, incident: Incident, procedure: Procedure): Promise<void> {
  // Not before: so the first topic begins with a verdict.
  await setTopic(tx, incident.id);
  const lane = `${incident.id}:evidence`;
  await tx.send({ lane, notice: { kind: 'evidence', incident: incident.id, round: incident.round } });
  for (const check of procedure.checks.filter((one) => one.chart)) {
    const seen = incident.observations[check.id];
    if (seen?.evidence === undefined) continue;
    const drawing = drawObservation(seen.observation, marksOf(incident), incident.scope);
    const chart = await keepChart(tx, drawing, seen.evidence);
    await tx.send({ lane, notice: { kind: 'chart', incident: incident.id, chart } });
  }
  given.log.info({ incident: incident.id, round: incident.round }, 'all checks have answered');
}

export function marksOf(incident: Incident): readonly { readonly at: number; readonly label: string }[] {
  return [
    { at: incident.declaredAt, label: 'declared' },
    ...(incident.acknowledged === undefined ? [] : [{ at: incident.acknowledged.at, label: 'acknowledged' }]),
    ...(incident.resolved === undefined ? [] : [{ at: incident.resolved.at, label: 'resolved' }]),
  ];
}

export function observationsOf(incident: Incident): Readonly<Record<string, Observation>> {
  return Object.fromEntries(Object.entries(incident.observations).map(([id, seen]) => [id, seen.observation]));
}
