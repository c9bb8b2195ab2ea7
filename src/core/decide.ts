// What may happen to an incident next: a command in, the events it causes or a refusal with its reason out.

import type { ActionCommand, ActionPolicy } from './action/decide.ts';
import { type ActionProposal, actOn, cancelledAtTheEnd, proposeAction } from './action/in-incident.ts';
import type { Actor } from './actor.ts';
import { sameActor } from './actor.ts';
import type { Alert } from './alert.ts';
import type { EvidenceRef, IncidentEvent, Pinned, RecoveryState, Role } from './event.ts';
import { done, type Outcome, refused } from './fault.ts';
import type { Standing } from './hypothesis.ts';
import type { Incident } from './incident.ts';
import type { Observation } from './observation.ts';
import { receivedAlerts } from './received-alerts.ts';
import type { PhaseName } from './runbook.ts';
import { wordsOf } from './secret.ts';
import { alreadyClosed, alreadyPinned, notClosed, tooLate } from './too-late.ts';

export type IncidentCommand =
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'start-checks'; readonly checks: readonly string[]; readonly now: number }
  /** The watched metric as it is now, when it differs from what the record has. */
  | { readonly kind: 'follow'; readonly observation: Observation }
  | {
      readonly kind: 'observe';
      readonly round: number;
      readonly found: readonly { readonly observation: Observation; readonly evidence?: EvidenceRef }[];
    }
  | { readonly kind: 'weigh'; readonly standings: readonly Standing[] }
  | { readonly kind: 'enter-phase'; readonly phase: PhaseName }
  | { readonly kind: 'escalate'; readonly level: string; readonly name: string; readonly people: readonly string[] }
  | { readonly kind: 'exhaust-escalation' }
  | { readonly kind: 'take-role'; readonly role: Role }
  | { readonly kind: 'receive-alerts'; readonly alerts: readonly Alert[] }
  | { readonly kind: 'note'; readonly text: string; readonly happenedAt: number; readonly pinned?: Pinned }
  | {
      readonly kind: 'watch';
      readonly state: RecoveryState;
      readonly summary: string;
      readonly healthySamples: number;
      readonly evidence?: EvidenceRef;
    }
  | { readonly kind: 'resolve'; readonly as: 'resolved' | 'false-alarm'; readonly reason: string }
  | { readonly kind: 'reopen'; readonly reason: string }
  | {
      readonly kind: 'propose-action';
      readonly proposal: ActionProposal;
      readonly now: number;
      /** What the same person asked for in other incidents within the last minute. */
      readonly elsewhere: number;
    }
  /** `move` happens to one action of the incident. */
  | { readonly kind: 'act'; readonly action: string; readonly move: ActionCommand; readonly policy: ActionPolicy };

/** The events that a command causes now; an empty list when there is nothing to do. Refusals say what happened instead. */
export function decide(incident: Incident, command: IncidentCommand, actor: Actor): Outcome<readonly IncidentEvent[]> {
  if (incident.status === 'resolved' && !staysPossible(command)) return alreadyClosed(incident, actor);
  switch (command.kind) {
    case 'acknowledge':
      if (incident.acknowledged !== undefined) return tooLate(incident, 'acknowledged', incident.acknowledged, actor);
      return done([{ type: 'acknowledged' }]);
    case 'start-checks':
      if (!incident.roundFinished && isRecent(incident.roundStartedAt, command.now)) {
        return refused({
          whose: 'person',
          code: 'checks-running',
          message: `The checks of ${incident.id} are already running.`,
          remedy: 'The card fills in as answers arrive.',
        });
      }
      return done([{ type: 'checks-started', round: incident.round + 1, checks: command.checks }]);
    case 'follow':
      return done(followed(incident, command.observation));
    case 'observe':
      return done(observed(incident, command));
    case 'weigh':
      return done(
        JSON.stringify(command.standings) === JSON.stringify(incident.standings)
          ? []
          : [{ type: 'weighed', standings: command.standings }],
      );
    case 'enter-phase':
      return done(incident.phase === command.phase ? [] : [{ type: 'phase-entered', phase: command.phase }]);
    case 'escalate':
      if (
        incident.acknowledged !== undefined ||
        incident.escalated.some((told) => told.how === 'called' && told.level === command.level)
      )
        return done([]);
      return done([
        { type: 'escalated', how: 'called', level: command.level, name: command.name, people: command.people },
      ]);
    case 'exhaust-escalation':
      return done(
        incident.acknowledged !== undefined || incident.escalationExhausted ? [] : [{ type: 'escalation-exhausted' }],
      );
    case 'take-role': {
      const holder = incident.roles[command.role];
      return done(
        holder !== undefined && sameActor(holder, actor) ? [] : [{ type: 'role-claimed', role: command.role }],
      );
    }
    case 'receive-alerts':
      return done(receivedAlerts(incident, command.alerts));
    case 'note':
      if (command.text.trim() === '') {
        return refused({
          whose: 'person',
          code: 'empty-note',
          message: 'The note is empty, so nothing was recorded.',
          remedy: 'Write what happened, for example `timeline add rolled back the gateway`.',
        });
      }
      return noted(incident, command, actor);
    case 'watch':
      if (incident.recovery?.state === command.state) return done([]);
      return done([
        {
          type: 'recovery-changed',
          state: command.state,
          summary: command.summary,
          healthySamples: command.healthySamples,
          ...(command.evidence === undefined ? {} : { evidence: command.evidence }),
        },
      ]);
    case 'resolve':
      if (command.reason.trim() === '') {
        return refused({
          whose: 'person',
          code: 'reason-missing',
          message: 'Resolving by hand needs a reason.',
          remedy: 'Say what shows that it is over, for example `resolve P99 back to 3 ms after the rollback`.',
        });
      }
      return done([
        ...cancelledAtTheEnd(incident),
        { type: 'resolved', as: command.as, reason: wordsOf(command.reason) },
      ]);
    case 'reopen':
      if (incident.status === 'open') return notClosed(incident, actor);
      return done([{ type: 'reopened', reason: wordsOf(command.reason) }]);
    case 'propose-action':
      return proposeAction(incident, command.proposal, actor, command);
    case 'act':
      return actOn(incident, command, actor);
  }
}

/** A message is noted once, however many people pin it. */
function noted(
  incident: Incident,
  { text, happenedAt, pinned }: Extract<IncidentCommand, { kind: 'note' }>,
  actor: Actor,
): Outcome<readonly IncidentEvent[]> {
  const before = pinned === undefined ? undefined : incident.pinned?.[pinned.source];
  if (before !== undefined) return alreadyPinned(incident, before, actor);
  return done([{ type: 'noted', text: wordsOf(text), happenedAt, ...(pinned === undefined ? {} : { pinned }) }]);
}

/** No check has a budget near this; a round that is still open then has lost its job, and another may start. */
const roundAtMostMs = 60_000;

/** Clocks of replicas differ, so a start may lie a little ahead; far ahead, the clock was set back since, and nobody knows its age. */
const clocksApartMs = 300_000;

function isRecent(startedAt: number | undefined, now: number): boolean {
  return startedAt !== undefined && now - startedAt < roundAtMostMs && startedAt - now < clocksApartMs;
}

/** What still makes sense once an incident is resolved: words, and putting back what is still in place. */
function staysPossible(command: IncidentCommand): boolean {
  if (command.kind === 'propose-action') return command.proposal.undoes !== undefined;
  return ['reopen', 'note', 'act'].includes(command.kind);
}

/** The record follows its metric when the verdict changed, the value moved by a quarter, or the last entry is this old. */
const followEveryMs = 300_000;
const movedShare = 0.25;

function followed(incident: Incident, now: Observation): readonly IncidentEvent[] {
  const before = incident.observations[incident.headline]?.observation;
  if (before === undefined || !hasMoved(before, now)) return [];
  return [
    { type: 'observed', round: incident.round, observation: { ...now, check: incident.headline, title: before.title } },
  ];
}

function hasMoved(before: Observation, now: Observation): boolean {
  // Apart in either direction: a clock that was set back must not keep the headline as it was.
  if (before.verdict !== now.verdict || Math.abs(now.observedAt - before.observedAt) >= followEveryMs) return true;
  const [from, to] = [before.measurement?.value, now.measurement?.value];
  if (from === undefined || to === undefined) return from !== to;
  return Math.abs(to - from) > Math.abs(from) * movedShare;
}

/** Answers of an older round are late and change nothing; a check counts once a round. */
function observed(
  incident: Incident,
  command: Extract<IncidentCommand, { kind: 'observe' }>,
): readonly IncidentEvent[] {
  if (command.round !== incident.round) return [];
  const fresh = command.found.filter(
    ({ observation }) => incident.observations[observation.check]?.round !== command.round,
  );
  const answered = new Set([...answeredChecks(incident), ...fresh.map(({ observation }) => observation.check)]);
  const events: IncidentEvent[] = fresh.map((found) => ({ type: 'observed', round: command.round, ...found }));
  if (!incident.roundFinished && incident.expectedChecks.every((check) => answered.has(check))) {
    events.push({ type: 'checks-finished', round: command.round });
  }
  return events;
}

/** Ids of the checks that have answered in the incident's current round. */
export function answeredChecks(incident: Incident): readonly string[] {
  return incident.expectedChecks.filter(
    (check) => incident.round > 0 && incident.observations[check]?.round === incident.round,
  );
}

/** The phase that an open incident is in, from who acknowledged and which checks have ever answered. */
export function duePhase(
  incident: Incident,
  checks: { readonly verify: readonly string[]; readonly investigate: readonly string[] },
): PhaseName {
  if (incident.status === 'resolved') return 'post-mortem';
  if (incident.acknowledged === undefined) return 'acknowledge';
  const asked = (ids: readonly string[]) => ids.every((id) => incident.observations[id] !== undefined);
  if (!asked(checks.verify)) return 'verify';
  if (!asked(checks.investigate)) return 'investigate';
  return 'mitigate';
}
