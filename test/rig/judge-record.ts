// Judges the record by itself: whole chains, numbers without holes, timers that fired once, nothing left lying, no green without data.

import type { Recorded } from '../../src/core/event.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Observation } from '../../src/core/observation.ts';
import type { Glance, SeenRecord } from './record-seen.ts';
import { ladder } from './stage.ts';

/** A due job is picked up within this; the rest is a job that nobody will ever do. */
const jobLateMs = 20_000;

/** The life of the bot that was stopped in good order before the record was read; epoch ms. */
export interface LastLife {
  /** The bot was ready, and its database stayed. */
  readonly undisturbedSince: number;
  readonly stoppedAt: number;
}

/** I5 and the numbers; holds at any moment. */
export function judgeChains(seen: Glance): readonly string[] {
  const holes = seen.numbers.filter((number, index) => number !== index + 1);
  return [
    ...seen.brokenChains.map((broken) => `the chain does not verify: ${broken}`),
    ...(holes.length === 0 ? [] : [`incident numbers have holes: ${seen.numbers.join(', ')}`]),
  ];
}

/** What is not at rest yet, `now` (epoch ms); empty when the bot has nothing left to do but watch. */
export function unsettled(seen: SeenRecord, now: number): readonly string[] {
  const open = seen.incidents.filter((incident) => incident.status === 'open');
  return [
    ...[...seen.inbox.values()].filter((row) => row.settledAt === undefined).map((row) => `delivery ${row.key}`),
    ...seen.outbox
      .filter((row) => !row.failed)
      .map((row) => `notice ${row.notice.kind} in ${row.lane}${row.why === null ? '' : ` (${row.why})`}`),
    ...seen.jobs
      .filter(({ state, job, dueAt }) => state !== 'failed' && dueAt <= now && isWork(job.kind) && !isMoot(job, seen))
      .map(({ state, job }) => `job ${JSON.stringify(job)}, ${state}`),
    ...open.filter((incident) => !incident.roundFinished).map((incident) => `checks of ${incident.id}`),
    ...open.flatMap((incident) => missingLevels(incident, now).map((level) => `level ${level} of ${incident.id}`)),
    ...seen.incidents
      .filter((incident) => incident.status === 'resolved' && incident.report === undefined)
      .map((incident) => `report of ${incident.id}`),
    ...seen.incidents.flatMap(({ id, actions }) =>
      Object.values(actions)
        .filter(({ state }) => state === 'running' || state === 'approved')
        .map((action) => `action ${action.id.slice(0, 8)} of ${id}, ${action.state}`),
    ),
    ...reviewsUnfinished(seen).map((review) => `review ${review}`),
    // A turn that was cut off is tried again beside its successor; whichever runs first adds none.
    ...seen.incidents
      .map(({ id }) => ({ id, turns: turnsOf(id, seen).length }))
      .filter(({ turns }) => turns > 1)
      .map(({ id, turns }) => `${id} is watched ${turns} times`),
  ];
}

/** Everything that holds once the rig is at rest. */
export function judgeRecord(seen: SeenRecord, { undisturbedSince, stoppedAt: now }: LastLife): readonly string[] {
  return [
    ...judgeChains(seen),
    ...unsettled(seen, now).map((what) => `left lying: ${what}`),
    ...seen.wrongProjections.map((id) => `${id}: the projection is not what its events make`),
    ...seen.outbox.filter((row) => row.failed).map((row) => `notice ${row.notice.kind} given up: ${row.why}`),
    ...judgeJobs(seen, now),
    ...judgeLeftRunning(seen, undisturbedSince, now),
    ...seen.incidents.flatMap((incident) => judgeIncident(incident, seen.streams.get(incident.id) ?? [])),
    ...[...seen.streams].flatMap(([stream, events]) => judgeObservations(stream, events)),
  ];
}

/** What ends by itself. A watch goes on for ever, and a level that nobody needs any more does nothing. */
function isWork(kind: string): boolean {
  return kind !== 'watch-recovery' && kind !== 'escalate';
}

/** Checks of an older round or of a resolved incident do nothing. */
function isMoot(job: SeenRecord['jobs'][number]['job'], seen: SeenRecord): boolean {
  if (job.kind !== 'run-checks') return false;
  const incident = seen.incidents.find(({ id }) => id === job.incident);
  return incident === undefined || incident.status === 'resolved' || incident.round !== job.round;
}

function judgeJobs(seen: SeenRecord, now: number): readonly string[] {
  const problems = seen.jobs
    .filter(({ state, dueAt }) => state === 'failed' || (state !== 'active' && dueAt < now - jobLateMs))
    .map(({ state, job, dueAt }) => `job ${JSON.stringify(job)} is ${state}, due ${now - dueAt} ms ago`);
  for (const { id, status } of seen.incidents) {
    if (status === 'open' && turnsOf(id, seen).length === 0) problems.push(`${id} is open and nobody watches it`);
  }
  return problems;
}

/** Turns of the watch that run, wait, or wait for another try. */
function turnsOf(incident: string, seen: SeenRecord): SeenRecord['jobs'] {
  return seen.jobs.filter(({ job }) => job.kind === 'watch-recovery' && job.incident === incident);
}

/**
 * A kill leaves its jobs as if they ran until they are found out, and so does a database that is away when their end is to be
 * written down; a stop in good order leaves none.
 */
function judgeLeftRunning(seen: SeenRecord, since: number, now: number): readonly string[] {
  return seen.jobs.flatMap(({ state, job, startedAt }) =>
    state === 'active' && startedAt !== undefined && startedAt >= since
      ? [`job ${JSON.stringify(job)}, begun ${now - startedAt} ms before, was left running by a stop`]
      : [],
  );
}

/** Levels that are overdue and not called. */
function missingLevels(incident: Incident, now: number): readonly string[] {
  if (incident.acknowledged !== undefined) return [];
  // A level that falls into the time when the incident was closed is not called, also not after it was reopened.
  const wasReopened = incident.openedAt !== incident.declaredAt;
  if (wasReopened) return [];
  const called = new Set(incident.escalated.filter(({ how }) => how === 'called').map(({ level }) => level));
  const due = ladder.filter(({ pageAtMs }) => incident.declaredAt + pageAtMs < now).map(({ level }) => level);
  const exhaustedAt = incident.declaredAt + 2 * Math.max(...ladder.map(({ pageAtMs }) => pageAtMs));
  return [
    ...due.filter((level) => !called.has(level)),
    ...(exhaustedAt < now && !incident.escalationExhausted ? ['exhausted'] : []),
  ];
}

function judgeIncident(incident: Incident, events: readonly Recorded[]): readonly string[] {
  const count = (type: string): number => events.filter(({ event }) => event.type === type).length;
  const levels = events.flatMap(({ event }) => (event.type === 'escalated' ? [`${event.how} ${event.level}`] : []));
  const once = ['declared', 'acknowledged', 'room-opened', 'escalation-exhausted'].filter((type) => count(type) > 1);
  const twice = levels.filter((level, index) => levels.indexOf(level) !== index);
  const rounds = events.flatMap(({ event }) => (event.type === 'checks-finished' ? [event.round] : []));
  const observed = events.flatMap(({ event, actor }) =>
    // The watch follows the headline inside a round; it is not an answer of the round.
    event.type === 'observed' && actor.kind === 'bot' && event.observation.check !== incident.headline
      ? [`${event.round} ${event.observation.check}`]
      : [],
  );
  return [
    ...once.map((type) => `${incident.id}: ${type} ${count(type)} times`),
    ...twice.map((level) => `${incident.id}: ${level} twice`),
    ...(count('resolved') - count('reopened') > 1 || count('reopened') > count('resolved')
      ? [`${incident.id}: resolved ${count('resolved')} times and reopened ${count('reopened')} times`]
      : []),
    ...(new Set(rounds).size === rounds.length ? [] : [`${incident.id}: a round of checks finished twice`]),
    ...(new Set(observed).size === observed.length ? [] : [`${incident.id}: a check counted twice in its round`]),
    ...(count('room-opened') === 1 ? [] : [`${incident.id}: ${count('room-opened')} rooms on record`]),
    ...Object.entries(incident.setupFailures).map(([step, why]) => `${incident.id}: set-up of ${step} failed: ${why}`),
  ];
}

/** I3: green needs a measurement that held its limits. */
function judgeObservations(stream: string, events: readonly Recorded[]): readonly string[] {
  return events.flatMap(({ event, seq }) => {
    if (event.type !== 'observed' && event.type !== 'review-observed') return [];
    return isGreenForNothing(event.observation)
      ? [`${stream} ${seq}: ${event.observation.check} is green without data`]
      : [];
  });
}

/** A check without limits measures and judges nothing; it is green as soon as it has a value. */
function isGreenForNothing({ verdict, limits, unknown, measurement, rows }: Observation): boolean {
  if (verdict !== 'ok') return false;
  const hasData = measurement !== undefined || rows.length > 0;
  return unknown !== undefined || (limits.length === 0 ? !hasData : !limits.some(({ outcome }) => outcome === 'held'));
}

function reviewsUnfinished(seen: SeenRecord): readonly string[] {
  return [...seen.streams]
    .filter(([stream]) => stream.startsWith('review-'))
    .filter(([, events]) => !events.some(({ event }) => event.type === 'review-finished'))
    .map(([stream]) => stream);
}
