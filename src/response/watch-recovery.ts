// Watches the metric that opened an incident until it is resolved: one sample a scrape, an event only when the state changes.

import { theBot } from '../core/actor.ts';
import { decide } from '../core/decide.ts';
import { type Incident, incidentFrom } from '../core/incident.ts';
import type { Finding, Observation } from '../core/observation.ts';
import type { Sample, Transaction } from '../core/ports.ts';
import { judgeRecovery, type RecoveryReading, watchVerdict } from '../core/recovery.ts';
import type { RecoveryDefinition } from '../core/runbook.ts';
import { spellMeasurement } from '../core/spell.ts';
import type { Given } from './given.ts';
import { procedureOf, record, redraw } from './record.ts';

const signal = 'recovery';

/** One turn of the watch; it schedules its own next turn in the transaction that stores its sample. */
export async function watchRecovery(given: Given, id: string): Promise<void> {
  const incident = await given.store.incident(id);
  const recovery = incident === undefined ? undefined : procedureOf(given, incident)?.recovery;
  if (incident === undefined || incident.status === 'resolved' || recovery === undefined) return;
  const [main, fast, traffic] = await Promise.all([
    given.ask(recovery.check),
    recovery.fast === undefined ? undefined : given.ask(recovery.fast),
    recovery.traffic === undefined ? undefined : given.ask(recovery.traffic.check),
  ]);
  await given.store.transact(async (tx) => {
    const now = incidentFrom(await tx.events(id));
    if (now === undefined || now.status === 'resolved') return;
    await tx.keepSample(id, sampleOf(main.observation, enoughTraffic(recovery, traffic)));
    const samples = (await tx.samples(id, watchedSince(now))).filter((sample) => sample.signal === signal);
    const reading = judgeRecovery(samples, recovery, given.clock.now());
    await report(given, tx, now, recovery, reading, { main, fast, samples });
    await tx.schedule({
      job: { kind: 'watch-recovery', incident: id },
      afterMs: recovery.everyMs,
      once: `watch-recovery ${id}`,
    });
  });
}

/** Samples from before a reopening say nothing about now. */
function watchedSince(incident: Incident): number {
  return incident.recovery === undefined ? incident.declaredAt : Math.min(incident.declaredAt, incident.recovery.since);
}

function sampleOf(observation: Observation, trafficIsEnough: boolean): Sample {
  return {
    signal,
    at: observation.sampleAt ?? observation.observedAt,
    value: observation.measurement?.value ?? null,
    verdict: watchVerdict(observation, trafficIsEnough),
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
): Promise<void> {
  const summary = summarize(recovery, seen);
  const outcome = decide(incident, { kind: 'watch', ...reading, summary }, theBot);
  if (!outcome.ok) return;
  if (outcome.value.length === 0) {
    // Progress inside a state is worth a redraw of the card while healthy samples are being counted, but no event.
    if (reading.state === 'recovering') await redraw(tx, incident.id);
    return;
  }
  await record(given, tx, incident, outcome.value, theBot);
  if (reading.state === 'watching' || reading.state === 'recovering') return;
  await tx.send({
    lane: `${incident.id}:evidence`,
    notice: {
      kind: 'say',
      incident: incident.id,
      where: 'channel',
      text: `${announcement[reading.state]} · ${summary}, ${reading.healthySamples} of ${recovery.samples} healthy samples · ${incident.id}`,
    },
  });
}

const announcement = {
  recovered: 'RECOVERED · propose to resolve',
  worse: 'WORSE',
  'signal-lost': 'SIGNAL LOST · not recovered: nothing can be measured',
} as const;

function summarize(recovery: RecoveryDefinition, seen: Seen): string {
  const before = seen.samples.find((sample) => sample.value !== null)?.value;
  const unit = recovery.check.unit;
  const now = describe(seen.main.observation);
  const fast = seen.fast === undefined ? '' : `, ${recovery.fast?.title ?? 'fast'} ${describe(seen.fast.observation)}`;
  const from = before === undefined || before === null ? '' : `, was ${spellMeasurement({ value: before, unit })}`;
  return `${recovery.check.title} ${now}${fast}${from}`;
}

function describe(observation: Observation): string {
  return observation.measurement === undefined
    ? `unknown (${observation.unknown?.reason ?? 'no value'})`
    : spellMeasurement(observation.measurement);
}
