// The one way into an incident's record: read, decide, append, redraw, settle, all in one transaction.

import { type Actor, theBot } from '../core/actor.ts';
import { decide, duePhase, type IncidentCommand } from '../core/decide.ts';
import type { IncidentEvent } from '../core/event.ts';
import { done, type Fault, type Outcome, refused } from '../core/fault.ts';
import { evolve, type Incident, incidentFrom } from '../core/incident.ts';
import type { Transaction } from '../core/ports.ts';
import type { Procedure } from '../core/runbook.ts';
import type { Request } from './desk.ts';
import type { Given } from './given.ts';

/**
 * Decides `command` on the incident as it is now and appends what follows. `also` runs in the same transaction with the incident
 * after the events; it is not called when nothing changed. `said` is answered to the person when it worked, for those who see no card. A refusal is answered to the person who asked, and settles the delivery too.
 */
export async function change(
  given: Given,
  id: string,
  command: IncidentCommand | ((tx: Transaction) => Promise<IncidentCommand>),
  by: {
    readonly actor: Actor;
    readonly request?: Request | undefined;
    readonly said?: string | ((after: Incident, before: Incident) => string | Fault) | undefined;
  },
  also?: (tx: Transaction, after: Incident, before: Incident) => Promise<void>,
): Promise<Outcome<Incident>> {
  let asked = '';
  const outcome = await given.store.transact(async (tx) => {
    const before = incidentFrom(await tx.events(id));
    const said = typeof command === 'function' ? await command(tx) : command;
    asked = said.kind === 'act' ? said.move.kind : said.kind;
    const outcome = before === undefined ? unknownIncident(id) : decide(before, said, by.actor);
    if (!outcome.ok) {
      if (by.request !== undefined) await answer(tx, by.request, { kind: 'refusal', fault: outcome.fault });
      await settle(tx, by.request, `refused: ${outcome.fault.code}`);
      return outcome;
    }
    if (before === undefined) throw new Error('decided on an incident that does not exist');
    const after = await record(given, tx, before, outcome.value, by.actor);
    if (after !== before) await also?.(tx, after, before);
    if (by.request !== undefined && by.said !== undefined) {
      const told = typeof by.said === 'function' ? by.said(after, before) : by.said;
      const what =
        typeof told === 'string'
          ? ({ kind: 'text', text: told } as const)
          : ({ kind: 'refusal', fault: told } as const);
      await answer(tx, by.request, what);
    }
    await settle(tx, by.request, 'done');
    return done(after);
  });
  audit(given, id, asked, by.actor, outcome);
  return outcome;
}

/** What people asked and what came of it. A refusal is in no record, because nothing happened. */
function audit(given: Given, incident: string, asked: string, actor: Actor, outcome: Outcome<Incident>): void {
  if (actor.kind !== 'person') return;
  const about = { incident: incident.slice(0, 40), asked, person: actor.id };
  if (outcome.ok) given.log.info({ ...about, seq: outcome.value.seq }, 'done');
  else given.log.info({ ...about, why: outcome.fault.code }, 'refused');
}

/** Appends the events and the change of phase that they imply, and asks for the card to be redrawn. Returns the incident afterwards. */
export async function record(
  given: Given,
  tx: Transaction,
  incident: Incident,
  events: readonly IncidentEvent[],
  actor: Actor,
): Promise<Incident> {
  if (events.length === 0) return incident;
  const at = given.clock.now();
  let after = await append(tx, incident, events, actor, at);
  const procedure = procedureOf(given, incident);
  if (procedure !== undefined && after.status === 'open') {
    const phase = duePhase(after, checksByPhase(procedure));
    if (phase !== after.phase) after = await append(tx, after, [{ type: 'phase-entered', phase }], theBot, at);
  }
  await redraw(tx, incident.id);
  return after;
}

async function append(
  tx: Transaction,
  incident: Incident,
  events: readonly IncidentEvent[],
  actor: Actor,
  at: number,
): Promise<Incident> {
  const recorded = await tx.append(
    incident.id,
    incident.seq,
    events.map((event) => ({ at, actor, event })),
  );
  return recorded.reduce<Incident>((state, event) => evolve(state, event) ?? state, incident);
}

export async function redraw(tx: Transaction, incident: string): Promise<void> {
  await tx.send({ lane: incident, supersedes: 'card', priority: 'low', notice: { kind: 'redraw-card', incident } });
}

/** Each topic leaves a line in the room, so one that waits is replaced by the next. In the lane of the card, behind it. */
export async function setTopic(tx: Transaction, incident: string): Promise<void> {
  await tx.send({ lane: incident, supersedes: 'topic', priority: 'low', notice: { kind: 'set-topic', incident } });
}

/** Posts the head where the record cannot be changed afterwards; a newer one replaces one that waits. */
export async function postHead(tx: Transaction, incident: string): Promise<void> {
  await tx.send({
    lane: `${incident}:head`,
    supersedes: 'head',
    priority: 'low',
    notice: { kind: 'head', incident },
  });
}

export async function answer(
  tx: Transaction,
  request: Request,
  what: import('../core/answer.ts').Answer,
): Promise<void> {
  if (request.hear !== undefined) return request.hear(what);
  await tx.send({
    lane: `answer:${request.delivery ?? request.to.person}`,
    priority: 'urgent',
    notice: { kind: 'answer', to: request.to, answer: what },
  });
}

export async function settle(
  tx: Transaction,
  request: Pick<Request, 'delivery'> | undefined,
  outcome: string,
): Promise<void> {
  if (request?.delivery !== undefined) await tx.settle(request.delivery, outcome);
}

/** Answers without touching any incident. */
export async function answerOnly(
  given: Given,
  request: Request,
  what: import('../core/answer.ts').Answer,
): Promise<void> {
  await given.store.transact(async (tx) => {
    await answer(tx, request, what);
    await settle(tx, request, what.kind);
  });
}

export function procedureOf(given: Given, incident: { readonly runbook: string }): Procedure | undefined {
  return given.library.procedures.find((procedure) => procedure.name === incident.runbook);
}

export function checksByPhase(procedure: Procedure): {
  readonly verify: readonly string[];
  readonly investigate: readonly string[];
} {
  const of = (phase: string) => procedure.checks.filter((check) => check.phase === phase).map((check) => check.id);
  return { verify: of('verify'), investigate: of('investigate') };
}

function unknownIncident(id: string) {
  return refused({
    whose: 'person',
    code: 'unknown-incident',
    message: `There is no incident ${id}.`,
    remedy: '`/acgs incident list all` shows which there are.',
  });
}
