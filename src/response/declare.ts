// Declares an incident: the record, the set-up of its room, the first call, the checks and the clock, in one transaction.

import { type Actor, theBot } from '../core/actor.ts';
import { nearest } from '../core/command.ts';
import type { IncidentEvent } from '../core/event.ts';
import { type Incident, incidentFrom, incidentId } from '../core/incident.ts';
import type { Called } from '../core/notice.ts';
import type { Transaction } from '../core/ports.ts';
import type { Procedure } from '../core/runbook.ts';
import { wordsOf } from '../core/secret.ts';
import { findProcedure } from '../runbook/index.ts';
import type { Request } from './desk.ts';
import { exhaustedAfterMs } from './escalate.ts';
import type { Given, Level } from './given.ts';
import { answer, answerOnly, record, settle } from './record.ts';

export interface Declaration {
  /** A procedure's name or one of its aliases, as typed. */
  readonly runbook: string;
  readonly note?: string;
  /** Opens beside an open incident of the same runbook instead of joining it. */
  readonly separate: boolean;
}

/** A second declaration of the same runbook and scope joins the open incident; the answer says which. */
export async function declare(given: Given, declaration: Declaration, request: Request): Promise<void> {
  const procedure = findProcedure(given.library, declaration.runbook);
  if (!('name' in procedure)) return refuseUnknown(given, declaration.runbook, request);
  await given.store.transact(async (tx) => {
    const open = declaration.separate ? undefined : await openIncident(tx, procedure);
    const incident =
      open === undefined
        ? await openNew(given, tx, procedure, opening(declaration, request))
        : await join(given, tx, open, declaration, request);
    await answer(tx, request, { kind: 'declared', incident: incident.id, joined: open !== undefined });
    await settle(tx, request, `declared ${incident.id}`);
  });
}

/** Who opens an incident, and what they say about it. */
export interface Opening {
  readonly actor: Actor;
  readonly separate: boolean;
  readonly note?: string;
  /** Where it was declared, as the face names the place. */
  readonly place?: string;
}

function opening({ note, separate }: Declaration, { actor, to }: Request): Opening {
  return {
    actor,
    separate,
    ...(note === undefined ? {} : { note }),
    ...(to.place === undefined ? {} : { place: to.place }),
  };
}

/** The one that declarations join; one that was opened separately only when there is no other. */
export async function openIncident(tx: Transaction, procedure: Procedure): Promise<Incident | undefined> {
  const open = await tx.incidents({ status: 'open', runbook: procedure.name, scope: procedure.scope });
  return open.find((incident) => !incident.separate) ?? open[0];
}

export async function openNew(
  given: Given,
  tx: Transaction,
  procedure: Procedure,
  { actor, separate, note, place }: Opening,
): Promise<Incident> {
  const number = await tx.nextIncidentNumber();
  const id = incidentId(number);
  const at = given.clock.now();
  const checks = procedure.checks.map((check) => check.id);
  const declared: IncidentEvent = {
    type: 'declared',
    number,
    runbook: procedure.name,
    title: procedure.title,
    scope: procedure.scope,
    severity: procedure.severity,
    headline: procedure.headline,
    checks,
    separate,
    ...(note === undefined ? {} : { note: wordsOf(note) }),
    ...(place === undefined ? {} : { place }),
  };
  const told = toldAtOnce(given.ladder, procedure);
  const follow: IncidentEvent[] = [
    { type: 'checks-started', round: 1, checks },
    ...told.map(
      ({ level, name, people, pageAtMs }): IncidentEvent => ({
        type: 'escalated',
        how: pageAtMs === 0 ? 'called' : 'informed',
        level,
        name,
        people,
      }),
    ),
  ];
  const recorded = await tx.append(id, 0, [
    { at, actor, event: declared },
    ...follow.map((event) => ({ at, actor: theBot, event })),
  ]);
  const incident = incidentFrom(recorded);
  if (incident === undefined) throw new Error(`${id} has no declaration`);

  await setUp(tx, id, told);
  await tx.schedule({ job: { kind: 'run-checks', incident: id, round: 1 } });
  await tx.schedule({
    job: { kind: 'watch-recovery', incident: id },
    afterMs: procedure.recovery.everyMs,
    once: `watch-recovery ${id}`,
  });
  for (const level of given.ladder.filter((one) => one.pageAtMs > 0)) {
    await tx.schedule({ job: { kind: 'escalate', incident: id, level: level.level }, afterMs: level.pageAtMs });
  }
  await tx.schedule({
    job: { kind: 'escalate', incident: id, level: 'exhausted' },
    afterMs: exhaustedAfterMs(given.ladder),
  });
  return incident;
}

/** Levels whose page time is zero, and those that the procedure names beside them (a latency incident tells L2 too). */
function toldAtOnce(ladder: readonly Level[], procedure: Procedure): readonly Level[] {
  return ladder.filter((level) => level.pageAtMs === 0 || procedure.alsoTell.includes(level.level));
}

function calledAtOnce({ level, name, people, pageAtMs }: Level): Called {
  const why =
    pageAtMs === 0
      ? 'you are on call for this, acknowledge it on the card'
      : 'for your information, the runbook tells this level at declaration';
  return { level, name, people, why };
}

/** People and a pin follow when the room is there (open-room.ts), a topic when the checks have answered (run-checks.ts). */
async function setUp(tx: Transaction, incident: string, told: readonly Level[]): Promise<void> {
  await tx.send({ lane: incident, priority: 'urgent', notice: { kind: 'open-room', incident } });
  await tx.send({ lane: incident, priority: 'urgent', notice: { kind: 'post-card', incident } });
  await tx.send({ lane: `${incident}:announce`, priority: 'urgent', notice: { kind: 'announce', incident } });
  // One message for all levels: the evidence that follows it is not to wait for its turn in the channel.
  const [first, ...also] = told.map(calledAtOnce);
  if (first === undefined) return;
  await tx.send({
    lane: `${incident}:call`,
    priority: 'urgent',
    notice: { kind: 'call', incident, ...first, ...(also.length === 0 ? {} : { also }) },
  });
}

async function join(
  given: Given,
  tx: Transaction,
  open: Incident,
  declaration: Declaration,
  request: Request,
): Promise<Incident> {
  const note = declaration.note === undefined ? {} : { note: wordsOf(declaration.note) };
  return record(given, tx, open, [{ type: 'declared-again', ...note }], request.actor);
}

async function refuseUnknown(given: Given, typed: string, request: Request): Promise<void> {
  const known = given.library.procedures.flatMap((procedure) => [procedure.name, ...procedure.aliases]);
  const suggestion = nearest(typed, [...known, 'list', 'show']);
  const names = given.library.procedures.map((procedure) => `\`incident ${procedure.name}\``).join(', ');
  await answerOnly(given, request, {
    kind: 'refusal',
    fault: {
      whose: 'person',
      code: 'unknown-runbook',
      message: `There is no runbook "${typed.slice(0, 80)}", so nothing was declared.`,
      remedy: suggestion === undefined ? `There is: ${names}.` : `Did you mean \`incident ${suggestion}\`?`,
    },
  });
}
