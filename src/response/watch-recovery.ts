// Watches the metric that opened an incident until it is resolved: one sample a scrape, an event only when the state changes.

import { theBot } from '../core/actor.ts';
import { decide } from '../core/decide.ts';
import { spellDuration } from '../core/duration.ts';
import { type Incident, incidentFrom } from '../core/incident.ts';
import type { Finding, Observation } from '../core/observation.ts';
import type { Sample, Transaction } from '../core/ports.ts';
import { judgeRecovery, type RecoveryReading, watchVerdict } from '../core/recovery.ts';
import type { RecoveryDefinition } from '../core/runbook.ts';
import { spellGap, spellMeasurement, spellValue, valueWithLimit } from '../core/spell.ts';
import type { Given } from './given.ts';
import { procedureOf, record, redraw, setTopic } from './record.ts';

const signal = 'recovery';

/** A watch that has seen nothing change for an hour looks less often. */
const patientAfterMs = 3_600_000;
const patientFactor = 6;

/** A forgotten incident is not watched for ever: after this long without a round of checks the watch ends, and says so. */
const watchAtMostMs = 24 * 3_600_000;

/** Without its runbook an incident cannot be watched; it may be loaded again. */
const withoutRunbookMs = 60_000;

/** One turn of the watch; it schedules its own next turn in the transaction that stores its sample. */
export async function watchRecovery(given: Given, id: string): Promise<void> {
  const incident = await given.store.incident(id);
  if (incident === undefined || incident.status === 'resolved') return;
  const recovery = procedureOf(given, incident)?.recovery;
  if (recovery === undefined) return given.store.transact((tx) => nextTurn(tx, id, withoutRunbookMs));
  if (given.clock.now() - watchedSince(incident) > watchAtMostMs) return endWatch(given, id, recovery);
  const [main, fast, traffic] = await Promise.all([
    given.ask(recovery.check),
    recovery.fast === undefined ? undefined : given.ask(recovery.fast),
    recovery.traffic === undefined ? undefined : given.ask(recovery.traffic.check),
  ]);
  await given.store.transact(async (tx) => {
    const now = incidentFrom(await tx.events(id));
    if (now === undefined || now.status === 'resolved') return;
    await tx.keepSample(id, sampleOf(main.observation, enoughTraffic(recovery, traffic)));
    const samples = (await tx.samples(id, now.openedAt)).filter((sample) => sample.signal === signal);
    const reading = judgeRecovery(samples, recovery, given.clock.now());
    const followed = await follow(given, tx, now, main.observation);
    const after = await report(given, tx, followed, recovery, reading, { main, fast, samples });
    const quietMs = given.clock.now() - (after.recovery?.since ?? after.openedAt);
    await nextTurn(tx, id, recovery.everyMs * (quietMs > patientAfterMs ? patientFactor : 1));
  });
}

/** A round of checks shows that somebody still cares; it starts the watch anew. */
function watchedSince(incident: Incident): number {
  return Math.max(incident.openedAt, incident.roundStartedAt ?? 0);
}

async function endWatch(given: Given, id: string, recovery: RecoveryDefinition): Promise<void> {
  await given.store.transact(async (tx) => {
    const incident = incidentFrom(await tx.events(id));
    if (incident === undefined || given.clock.now() - watchedSince(incident) <= watchAtMostMs) return;
    const summary = `${recovery.check.title}, nobody asked for checks in ${spellDuration(watchAtMostMs)}`;
    const outcome = decide(incident, { kind: 'watch', state: 'ended', healthySamples: 0, summary }, theBot);
    if (!outcome.ok || outcome.value.length === 0) return;
    await record(given, tx, incident, outcome.value, theBot);
    const text = `⚪ NO LONGER WATCHED · ${summary}; run the checks again to go on · ${id}`;
    await tx.send({ lane: `${id}:evidence`, notice: { kind: 'say', incident: id, where: 'channel', text } });
  });
}

async function nextTurn(tx: Transaction, incident: string, afterMs: number): Promise<void> {
  await tx.schedule({ job: { kind: 'watch-recovery', incident }, afterMs, once: `watch-recovery ${incident}` });
}

/** Every open incident has its watch, also after a process died between two turns. Called at start. */
export async function resumeWatches(given: Given): Promise<void> {
  for (const { id } of await given.store.incidents({ status: 'open', limit: 1_000 })) {
    await given.store.transact((tx) => nextTurn(tx, id, 0));
  }
}

/** The headline follows the metric. The watch asks without a chart, so what is known of the trend is carried over. */
async function follow(given: Given, tx: Transaction, incident: Incident, now: Observation): Promise<Incident> {
  const before = incident.observations[incident.headline]?.observation;
  const outcome = decide(incident, { kind: 'follow', observation: { ...now, ...trendSince(before, now) } }, theBot);
  return outcome.ok ? record(given, tx, incident, outcome.value, theBot) : incident;
}

function trendSince(before: Observation | undefined, now: Observation): Pick<Observation, 'trend'> {
  const [from, to] = [before?.measurement?.value, now.measurement?.value];
  if (from === undefined || to === undefined) return {};
  const direction = Math.abs(to - from) <= Math.abs(from) * 0.1 ? 'steady' : to > from ? 'rising' : 'falling';
  const stillBreached = now.limits.some((limit) => limit.outcome === 'breached');
  const since = stillBreached ? before?.trend?.breachedSince : undefined;
  return { trend: { direction, ...(since === undefined ? {} : { breachedSince: since }) } };
}

/** An unknown has no sample of its own: it counts at the time it was asked, or the last good scrape would hide it. */
function sampleOf(observation: Observation, trafficIsEnough: boolean): Sample {
  const verdict = watchVerdict(observation, trafficIsEnough);
  const known = verdict !== 'unknown' && observation.sampleAt !== undefined;
  return {
    signal,
    at: known ? (observation.sampleAt ?? 0) : observation.observedAt,
    value: observation.measurement?.value ?? null,
    verdict,
  };
}

function enoughTraffic(recovery: RecoveryDefinition, traffic: Finding | undefined): boolean {
  if (recovery.traffic === undefined) return true;
  const value = traffic?.observation.measurement?.value;
  return value !== undefined && value >= recovery.traffic.atLeast;
}

interface Seen {
  readonly main: Finding;
  readonly fast: Finding | undefined;
  readonly samples: readonly Sample[];
}

async function report(
  given: Given,
  tx: Transaction,
  incident: Incident,
  recovery: RecoveryDefinition,
  reading: RecoveryReading,
  seen: Seen,
): Promise<Incident> {
  const summary = summarize(recovery, seen);
  const outcome = decide(incident, { kind: 'watch', ...reading, summary }, theBot);
  if (!outcome.ok) return incident;
  if (outcome.value.length === 0) {
    // Progress inside a state is worth a redraw of the card while healthy samples are being counted, but no event.
    if (reading.state === 'recovering') await redraw(tx, incident.id);
    return incident;
  }
  const after = await record(given, tx, incident, outcome.value, theBot);
  await setTopic(tx, incident.id);
  if (reading.state === 'watching' || reading.state === 'recovering') return after;
  const healthy = `${Math.min(reading.healthySamples, recovery.samples)} of ${recovery.samples} healthy samples`;
  const text = {
    recovered: `🟢 RECOVERED · ${summary} · ${healthy} · resolve it if you agree · ${incident.id}`,
    worse: `🔴 WORSE · ${summary} · ${incident.id}`,
    'signal-lost': `⚪ SIGNAL LOST · not recovered: nothing can be measured · ${summary} · ${incident.id}`,
  }[reading.state];
  const notice = { kind: 'say', incident: incident.id, where: 'channel', text } as const;
  await tx.send({ lane: `${incident.id}:evidence`, notice });
  return after;
}

function summarize(recovery: RecoveryDefinition, seen: Seen): string {
  const before = seen.samples.find((sample) => sample.value !== null)?.value;
  const unit = recovery.check.unit;
  const main = seen.main.observation;
  const fast = seen.fast?.observation;
  const lastMinute = fast?.measurement === undefined ? 'unknown' : spellMeasurement(fast.measurement);
  return [
    `${recovery.check.title} ${valueWithLimit(main)}`,
    fast === undefined ? '' : `, last minute ${lastMinute}`,
    before === undefined || before === null ? '' : `, was ${spellValue(before, unit)}`,
    ...gapsBesideValue(main).map((gap) => `; ${gap}`),
  ].join('');
}

/** It is recovered from what was measured, also where the headline stays unknown: what was not measured is named beside it. */
function gapsBesideValue({ measurement, limits }: Observation): readonly string[] {
  if (measurement === undefined) return [];
  const gaps = limits.filter(({ outcome }) => outcome === 'undecidable');
  return gaps.map((limit) => spellGap(limit, measurement.unit));
}
