// Puts the use cases behind one desk for the faces.

import { type Actor, theBot } from '../core/actor.ts';
import { decide } from '../core/decide.ts';
import type { SetupStep } from '../core/event.ts';
import { timelineOf } from '../core/timeline.ts';
import { acceptGap } from './accept-gap.ts';
import { actionView } from './actions/action-view.ts';
import { decideOn, whyNotRequest } from './actions/decide-on.ts';
import { proposeAction, proposeUndo } from './actions/propose-action.ts';
import { answerCommand, lookUp } from './answer-command.ts';
import type { Desk } from './desk.ts';
import { redraft } from './draft-postmortem.ts';
import { chartOf, reportOf } from './evidence.ts';
import type { Given } from './given.ts';
import { incidentView } from './incident-view.ts';
import { loseRoom } from './lose-room.ts';
import { openRoom } from './open-room.ts';
import { record } from './record.ts';
import { reopen, whyNotReopen } from './reopen.ts';
import { reviewView } from './review-view.ts';
import { recheck } from './run-checks.ts';
import { acknowledge, pinMessage, resolve, takeNote, takeRole } from './take-part.ts';

export function openDesk(given: Given): Desk {
  return {
    command: (words, request) => answerCommand(given, words, request),
    look: (words, request) => lookUp(given, words, request),
    acknowledge: (incident, request) => acknowledge(given, incident, request),
    recheck: (incident, request) => recheck(given, incident, request),
    takeRole: (incident, role, request) => takeRole(given, incident, role, request),
    note: (incident, text, happenedAt, request) => takeNote(given, incident, text, happenedAt, request),
    pin: (incident, message, request) => pinMessage(given, incident, message, request),
    resolve: (incident, how, request) => resolve(given, incident, how, request),
    reopen: (incident, reason, request) => reopen(given, incident, reason, request),
    redraft: (incident, request) => redraft(given, incident, request),
    acceptGap: (gap, request) => acceptGap(given, gap, request),
    proposeAction: (incident, name, request) => proposeAction(given, incident, name, request),
    proposeUndo: (action, request) => proposeUndo(given, action, request),
    decideOn: (action, decision, request) => decideOn(given, action, decision, request),
    timeline: async (incident) => timelineOf(await given.store.events(incident)),
    actionView: (incident, action) => actionView(given, incident, action),
    whyNotRequest: (action, form) => whyNotRequest(given, action, form),
    incidentView: (id) => incidentView(given, id),
    reviewView: (id) => reviewView(given, id),
    head: (stream) => given.store.head(stream),
    chart: (evidence) => chartOf(given.store, evidence),
    report: (evidence) => reportOf(given.store, evidence),
    whyNot: (intent, id, asker) => whyNot(given, intent, id, asker),
    roomOpened: (incident, room) => openRoom(given, incident, room),
    roomLost: (incident, why, refs) => loseRoom(given, incident, why, refs),
    setupFailed: (incident, step, why) => noteFailure(given, incident, step, why),
  };
}

const probes = {
  resolve: { kind: 'resolve', as: 'resolved', reason: 'asked beforehand' },
  'false-alarm': { kind: 'resolve', as: 'false-alarm', reason: 'asked beforehand' },
  reopen: { kind: 'reopen', reason: 'asked beforehand' },
  note: { kind: 'note', text: 'asked beforehand', happenedAt: 0 },
} as const;

/** The refusal that the decision would give now, so that a modal can show it before it is closed. */
async function whyNot(given: Given, intent: keyof typeof probes, id: string, asker: Actor) {
  const incident = await given.store.incident(id);
  if (incident === undefined)
    return { whose: 'person', code: 'unknown-incident', message: `There is no incident ${id}.` } as const;
  const outcome = decide(incident, probes[intent], asker);
  if (!outcome.ok) return outcome.fault;
  return intent === 'reopen' ? whyNotReopen(given.store, incident) : undefined;
}

/** A step of its own set-up that a face gave up; a repeated report changes nothing. */
async function noteFailure(given: Given, id: string, step: SetupStep, why: string): Promise<void> {
  await given.store.transact(async (tx) => {
    const incident = await tx.incident(id);
    if (incident === undefined || incident.setupFailures[step] === why) return;
    await record(given, tx, incident, [{ type: 'setup-failed', step, why }], theBot);
  });
}
