// From the words of a command to the use case they name.

import type { Answer, IncidentLine } from '../core/answer.ts';
import { type Command, commandTable, parseCommand } from '../core/command.ts';
import { type Fault, refused } from '../core/fault.ts';
import type { Incident } from '../core/incident.ts';
import type { IncidentFilter } from '../core/ports.ts';
import { decideOn } from './actions/decide-on.ts';
import { proposeAction } from './actions/propose-action.ts';
import { debts } from './debts.ts';
import { declare } from './declare.ts';
import type { Request } from './desk.ts';
import type { Given } from './given.ts';
import { incidentHeadline } from './headline.ts';
import { answerOnly, procedureOf } from './record.ts';
import { startReview } from './review.ts';
import { recheck } from './run-checks.ts';
import { acknowledge, resolve, takeNote } from './take-part.ts';

/** How many incidents a list names; the rest is counted. A face may show fewer, and give the others another way. */
const listed = 100;

export async function answerCommand(given: Given, words: string, request: Request): Promise<void> {
  const seen = await lookUp(given, words, request);
  if (seen !== undefined) return answerOnly(given, request, seen);
  const command = parseCommand(words);
  switch (command.kind) {
    case 'health':
      return startReview(given, 'health', request);
    case 'declare':
      return declare(given, command, request);
    case 'approve':
      return decideOn(given, command.action, { kind: 'approve' }, request);
    case 'reject':
      return decideOn(
        given,
        command.action,
        { kind: 'reject', ...(command.reason === undefined ? {} : { reason: command.reason }) },
        request,
      );
    case 'do':
    case 'acknowledge':
    case 'checks':
    case 'resolve':
    case 'note':
      return insideIncident(given, command, request);
  }
}

/** What commands that only look are answered, from the record as it is; undefined for all others. Writes nothing. */
export async function lookUp(given: Given, words: string, request: Request): Promise<Answer | undefined> {
  const command = parseCommand(words);
  switch (command.kind) {
    case 'help':
      return help(command);
    case 'list':
      return list(given, command.all ? {} : { status: 'open' });
    case 'show':
      return show(given, command.incident);
    case 'oncall':
      return { kind: 'oncall', levels: given.ladder };
    case 'status': {
      const here = await incidentHere(given, request);
      return here === undefined ? list(given, { status: 'open' }) : { kind: 'incident-show', incident: here };
    }
    case 'debts':
      return { kind: 'debts', debts: await debts(given.store) };
    default:
      return undefined;
  }
}

/** Commands that mean the incident of the channel, or the only one that is open. */
async function insideIncident(given: Given, command: Command, request: Request): Promise<void> {
  const here = await incidentHere(given, request);
  const named = 'incident' in command ? command.incident : undefined;
  if (here !== undefined && named !== undefined && named !== here) {
    return answerOnly(given, request, { kind: 'refusal', fault: otherIncident(here, named) });
  }
  const incident = named ?? here ?? (await onlyOpen(given));
  if (incident === undefined) {
    const fault = request.hear === undefined ? noIncidentHere : noIncidentNamed;
    return answerOnly(given, request, { kind: 'refusal', fault });
  }
  switch (command.kind) {
    case 'acknowledge':
      return acknowledge(given, incident, request, `You acknowledged ${incident}; its escalation clock has stopped.`);
    case 'checks':
      return recheck(
        given,
        incident,
        request,
        `The checks of ${incident} run again; its card fills in as answers arrive.`,
      );
    case 'resolve':
      return resolve(
        given,
        incident,
        { as: 'resolved', reason: command.reason },
        request,
        `You resolved ${incident}; the draft of its report comes into its channel.`,
      );
    case 'do':
      return proposeAction(given, incident, command.action, request);
    case 'note':
      return takeNote(given, incident, command.text, given.clock.now(), request);
    default:
      throw new Error(`${command.kind} is not a command inside an incident`);
  }
}

const noIncidentHere: Fault = refused({
  whose: 'person',
  code: 'no-incident-here',
  message: 'This channel has no incident, and there is not exactly one open, so it is not clear which you mean.',
  remedy: 'Say it in the channel of the incident; `/acgs incident list` shows them.',
}).fault;

function otherIncident(here: string, named: string): Fault {
  return {
    whose: 'person',
    code: 'other-incident',
    message: `Nothing was done: this is the channel of ${here}, and you named ${named}.`,
    remedy: `Say it in the channel of ${named}, or without a number.`,
  };
}

const noIncidentNamed: Fault = refused({
  whose: 'person',
  code: 'no-incident-named',
  message: 'There is not exactly one open incident, so it is not clear which you mean.',
  remedy: 'Name it: `acgs ack INC-7`, or `--incident INC-7` with any command; `acgs incident list` shows them.',
}).fault;

async function incidentHere(given: Given, request: Request): Promise<string | undefined> {
  if (request.incident !== undefined) return request.incident;
  return request.to.place === undefined ? undefined : given.store.subjectOf('channel', request.to.place);
}

async function onlyOpen(given: Given): Promise<string | undefined> {
  const open = await given.store.incidents({ status: 'open', limit: 2 });
  return open.length === 1 ? open[0]?.id : undefined;
}

function help(command: Extract<Command, { kind: 'help' }>): Answer {
  const { unknown, suggestion } = command;
  return {
    kind: 'help',
    commands: commandTable.map(({ usage, does }) => ({ usage, does })),
    ...(unknown === undefined ? {} : { unknown }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

async function list(given: Given, filter: IncidentFilter): Promise<Answer> {
  const incidents = await given.store.incidents({ ...filter, limit: listed });
  return {
    kind: 'incident-list',
    incidents: incidents.map((incident) => lineOf(given, incident)),
    total: await given.store.countIncidents(filter),
  };
}

function lineOf(given: Given, incident: Incident): IncidentLine {
  const { verdict, text } = incidentHeadline(incident, procedureOf(given, incident), given.clock.now());
  const { id, title, scope, status, declaredAt, room } = incident;
  return {
    id,
    title,
    scope,
    status,
    verdict,
    headline: text,
    declaredAt,
    ...(room === undefined ? {} : { room: room.room, ...(room.link === undefined ? {} : { link: room.link }) }),
  };
}

async function show(given: Given, id: string): Promise<Answer> {
  if ((await given.store.incident(id)) !== undefined) return { kind: 'incident-show', incident: id };
  const message = `There is no incident ${id.slice(0, 40)}.`;
  return {
    kind: 'refusal',
    fault: {
      whose: 'person',
      code: 'unknown-incident',
      message,
      remedy: '`/acgs incident list all` shows which there are.',
    },
  };
}
