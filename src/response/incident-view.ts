// An incident as faces draw it, from its projection, its runbook and the samples of its watch.

import { actionsOf, underWay } from '../core/action/in-incident.ts';
import { answeredChecks } from '../core/decide.ts';
import type { Incident } from '../core/incident.ts';
import { judgeRecovery } from '../core/recovery.ts';
import { type PhaseName, type Procedure, phaseNames } from '../core/runbook.ts';
import { clockTime } from '../core/spell.ts';
import { propose, whySaid } from '../runbook/index.ts';
import { debtsOf } from './debts.ts';
import { exhaustedAfterMs } from './escalate.ts';
import type { Given, Level } from './given.ts';
import { incidentHeadline } from './headline.ts';
import { checksByPhase, procedureOf } from './record.ts';
import type { CheckView, IncidentView, Intent, PhaseView, ProposalView } from './views.ts';

/** Undefined for an unknown incident. An incident whose runbook is no longer loaded is still drawn, from its own events. */
export async function incidentView(given: Given, id: string): Promise<IncidentView | undefined> {
  const incident = await given.store.incident(id);
  if (incident === undefined) return undefined;
  const procedure = procedureOf(given, incident);
  const answered = new Set(answeredChecks(incident));
  const awaited = incident.roundFinished ? [] : incident.expectedChecks.filter((check) => !answered.has(check));
  const titleOf = (check: string) => procedure?.checks.find((one) => one.id === check)?.title ?? check;
  const recovery = await recoveryOf(given, incident, procedure);
  return {
    id,
    runbook: incident.runbook,
    title: incident.title,
    scope: incident.scope,
    status: incident.status,
    severity: incident.severity,
    headline: incidentHeadline(incident, procedure, given.clock.now()),
    declaredAt: incident.declaredAt,
    declaredBy: incident.declaredBy,
    ...(typeof incident.note?.private === 'string' ? { note: incident.note.private } : {}),
    phases: phasesOf(incident, procedure),
    checks: checksOf(incident, procedure),
    progress: {
      done: answered.size,
      total: incident.expectedChecks.length,
      awaited: awaited.map(titleOf),
      round: incident.round,
    },
    standings: incident.standings,
    proposals: procedure === undefined ? [] : proposalsOf(given, procedure, incident),
    underWay: underWay(incident).map(({ id: action, title, state, since }) => ({ id: action, title, state, since })),
    debts: debtsOf(incident),
    sayings: (procedure?.sayings ?? []).map((saying) => {
      const why = whySaid(saying, incident.standings);
      return why === undefined ? saying : { ...saying, why };
    }),
    escalation: escalationOf(incident, given.ladder),
    roles: incident.roles,
    ...(recovery === undefined ? {} : { recovery }),
    ...(incident.resolved === undefined
      ? {}
      : { resolved: { ...incident.resolved, reason: incident.resolved.reason.private ?? '(erased)' } }),
    setupFailures: incident.setupFailures,
    ...(incident.room === undefined ? {} : { room: incident.room }),
    ...(incident.report === undefined ? {} : { report: incident.report }),
    intents: intentsOf(incident),
  };
}

/** The runbook's checks, and those that only the record knows because the runbook has changed since. */
function checksOf(incident: Incident, procedure: Procedure | undefined): readonly CheckView[] {
  const defined = procedure?.checks ?? [];
  const ids = new Set([
    ...defined.map((check) => check.id),
    ...incident.expectedChecks,
    ...Object.keys(incident.observations),
  ]);
  return [...ids].map((id) => {
    const check = defined.find((one) => one.id === id);
    const seen = incident.observations[id];
    return {
      id,
      title: check?.title ?? seen?.observation.title ?? id,
      chart: check?.chart ?? false,
      ...(check?.phase === undefined ? {} : { phase: check.phase }),
      ...(check?.step === undefined ? {} : { step: check.step }),
      ...(seen === undefined ? {} : { observation: seen.observation }),
      ...(seen?.evidence === undefined ? {} : { evidence: seen.evidence }),
    };
  });
}

function phasesOf(incident: Incident, procedure: Procedure | undefined): readonly PhaseView[] {
  const current = phaseNames.indexOf(incident.phase);
  return phaseNames.map((name, index) => {
    const detail = phaseDetail(name, incident, procedure);
    const closed = incident.status === 'resolved' && (index < current || incident.report !== undefined);
    const state =
      closed || index < current || isAlreadyDone(name, incident, procedure)
        ? 'done'
        : index === current
          ? 'current'
          : 'ahead';
    const unknown = unknownIn(name, incident, procedure);
    return {
      ...{ name, state },
      ...(detail === undefined ? {} : { detail }),
      ...(unknown === undefined ? {} : { unknown }),
    };
  });
}

/** Checks run before anybody acknowledges, so verify and investigate can be done ahead of the first phase. */
function isAlreadyDone(name: PhaseName, incident: Incident, procedure: Procedure | undefined): boolean {
  return checksIn(name, procedure)?.every((check) => incident.observations[check] !== undefined) ?? false;
}

/** Only two phases have checks of their own. */
function checksIn(name: PhaseName, procedure: Procedure | undefined): readonly string[] | undefined {
  if (procedure === undefined || (name !== 'verify' && name !== 'investigate')) return undefined;
  return checksByPhase(procedure)[name];
}

function unknownIn(name: PhaseName, incident: Incident, procedure: Procedure | undefined): PhaseView['unknown'] {
  const checks = checksIn(name, procedure) ?? [];
  const seen = checks.map((check) => incident.observations[check]?.observation);
  const count = seen.filter((one) => one?.verdict === 'unknown' && one.accepted === undefined).length;
  return count === 0 ? undefined : { count, of: checks.length };
}

function phaseDetail(name: PhaseName, incident: Incident, procedure: Procedure | undefined): string | undefined {
  if (name === 'acknowledge' && incident.acknowledged !== undefined)
    return `${clockTime(incident.acknowledged.at)} UTC`;
  const checks = checksIn(name, procedure);
  if (checks === undefined || incident.roundFinished) return undefined;
  const answered = new Set(answeredChecks(incident));
  return `${checks.filter((check) => answered.has(check)).length} of ${checks.length}`;
}

function proposalsOf(given: Given, procedure: Procedure, incident: Incident): readonly ProposalView[] {
  const busy = new Set(underWay(incident).map((action) => action.definition));
  const done = doneSinceLooked(incident);
  return propose(procedure, incident.standings).map(({ action, why, supported }) => ({
    id: action.id,
    title: action.title,
    step: action.step,
    risk: action.risk,
    supported,
    why,
    ...(action.caution === undefined ? {} : { caution: action.caution }),
    offered:
      incident.status === 'open' &&
      !busy.has(action.id) &&
      given.actions.kindOf(action.system, action.kind)?.configured === true,
    ...done.get(action.id),
  }));
}

/**
 * Actions that took effect after the last round of checks began, by definition: whether they helped is not known yet. The watch goes on
 * asking the metric of the headline, which says nothing of the causes that an action is proposed for.
 */
function doneSinceLooked(incident: Incident): ReadonlyMap<string, { readonly doneAt: number }> {
  const lookedAt = incident.roundStartedAt ?? 0;
  return new Map(
    actionsOf(incident)
      .filter(({ state, undoes }) => (state === 'succeeded' || state === 'kept') && undoes === undefined)
      .map((action) => [action.definition, { doneAt: action.finishedAt ?? 0 }] as const)
      .filter(([, { doneAt }]) => doneAt > lookedAt),
  );
}

function escalationOf(incident: Incident, ladder: readonly Level[]): IncidentView['escalation'] {
  const told = incident.escalated
    .filter(({ how }) => how === 'called')
    .map(({ level, name, at }) => ({ level, name, at }));
  const exhausted = incident.escalationExhausted;
  if (incident.acknowledged !== undefined) return { stopped: incident.acknowledged, told, exhausted };
  if (incident.status === 'resolved') return { told, exhausted };
  const waiting = ladder
    .filter((level) => !told.some((one) => one.level === level.level))
    .sort((a, b) => a.pageAtMs - b.pageAtMs);
  const [next] = waiting;
  if (next !== undefined)
    return { next: { level: next.level, name: next.name, at: incident.declaredAt + next.pageAtMs }, told, exhausted };
  return {
    next: { level: 'all', name: 'everybody has been called', at: incident.declaredAt + exhaustedAfterMs(ladder) },
    told,
    exhausted,
  };
}

async function recoveryOf(
  given: Given,
  incident: Incident,
  procedure: Procedure | undefined,
): Promise<IncidentView['recovery']> {
  if (incident.recovery === undefined) return undefined;
  const needs = procedure?.recovery;
  const { state, summary } = incident.recovery;
  if (needs === undefined || incident.status === 'resolved')
    return { state, summary, healthySamples: incident.recovery.healthySamples, neededSamples: needs?.samples ?? 0 };
  const samples = (await given.store.samples(incident.id, incident.openedAt)).filter(
    (sample) => sample.signal === 'recovery',
  );
  const { healthySamples } = judgeRecovery(samples, needs, given.clock.now());
  return { state, summary, healthySamples, neededSamples: needs.samples };
}

/** The first intent is the primary button of the moment. */
function intentsOf(incident: Incident): readonly Intent[] {
  if (incident.status === 'resolved') return ['redraft', 'reopen', 'note'];
  const always: readonly Intent[] = ['recheck', 'take-command', 'note', 'false-alarm'];
  const possible = incident.roundFinished ? always : always.filter((intent) => intent !== 'recheck');
  if (incident.acknowledged === undefined) return ['acknowledge', 'resolve', ...possible];
  return ['resolve', ...possible];
}
