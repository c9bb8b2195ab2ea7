// An action as faces draw it: what was shown, where it stands, and what may be pressed now.

import { z } from 'zod';
import type { Action, ActionState, Risk } from '../../core/action/action.ts';
import { isDebt } from '../../core/action/action.ts';
import { freezeOver } from '../../core/action/freeze.ts';
import type { GateMoment } from '../../core/action/gate.ts';
import { underWay } from '../../core/action/in-incident.ts';
import type { PreviewRow } from '../../core/action/port.ts';
import { canBeginAnew } from '../../core/action/refusals.ts';
import { approvalsMissing, approvalsNeeded, type Right } from '../../core/action/rights.ts';
import type { Actor } from '../../core/actor.ts';
import type { Incident } from '../../core/incident.ts';
import type { Reads } from '../../core/ports.ts';
import type { Given } from '../given.ts';
import { procedureOf } from '../record.ts';
import { progressSignal } from './while-claimed.ts';

/** What may be pressed now, by those who hold the right; the right itself is asked at the click. */
export type Move =
  | 'request'
  | 'approve'
  | 'reject'
  | 'cancel'
  | 'stop'
  | 'undo'
  | 'keep'
  | 'again'
  | 'took-effect'
  | 'had-no-effect';

export interface ActionView {
  readonly id: string;
  readonly incident: string;
  readonly definition: string;
  readonly title: string;
  readonly step: string;
  readonly state: ActionState;
  /** As it was shown; before the preview, as the runbook's author set it. */
  readonly risk: Risk;
  readonly isUndo: boolean;
  readonly requestedBy: Actor;
  readonly since: number;
  /** Absent before the preview. */
  readonly shown?: {
    readonly target: string;
    readonly typed: string;
    readonly call: string;
    readonly summary: string;
    readonly protectedPresent: boolean;
    readonly rows: readonly PreviewRow[];
    readonly notes: readonly string[];
    readonly at: number;
  };
  readonly caution?: string;
  readonly reason?: string;
  readonly approvals: readonly {
    readonly by: Actor;
    readonly at: number;
    readonly as: Right;
    readonly breakGlass: boolean;
  }[];
  /** Approvals still missing. */
  readonly missing: readonly Right[];
  /** Approvals that it needs, or will need when it is asked for now. */
  readonly needs: readonly Right[];
  /** The change freeze in which it was asked for, or would be now. */
  readonly freeze?: string;
  readonly decideBy?: number;
  readonly runBy?: number;
  readonly rejected?: { readonly by: Actor; readonly at: number; readonly reason?: string };
  /** Levels of the ladder that were asked because nobody decided. */
  readonly escalated: readonly { readonly level: string; readonly name: string; readonly at: number }[];
  /** What the policy outside said last. Untrusted text. */
  readonly gate?: { readonly moment: GateMoment; readonly allowed: boolean; readonly why: string; readonly at: number };
  readonly outcome?: string;
  /** It was stopped before its end. */
  readonly stopped?: true;
  /** How many were done, while it runs. */
  readonly progress?: number;
  readonly verified?: { readonly state: 'pending' | 'converged' | 'not-converged'; readonly summary: string };
  /** True while it is looked at whether the world follows: nothing is verified yet. */
  readonly following: boolean;
  readonly undo?: { readonly title: string; readonly until: number };
  readonly inPlace: boolean;
  /** The milder action that the runbook names in its place. */
  readonly safer?: { readonly definition: string; readonly title: string };
  readonly moves: readonly Move[];
}

export async function actionView(given: Given, incidentId: string, id: string): Promise<ActionView | undefined> {
  const incident = await given.store.incident(incidentId);
  const action = incident?.actions[id];
  if (incident === undefined || action === undefined) return undefined;
  const definition = procedureOf(given, incident)?.actions.find((one) => one.id === action.definition);
  const safer = procedureOf(given, incident)?.actions.find((one) => one.id === definition?.safer);
  const progress = action.state === 'running' ? await progressOf(given.store, incidentId, action) : undefined;
  const until = (action.finishedAt ?? 0) + given.actions.undoWithinMs;
  const { undo, shown, reason, rejected } = action;
  const freeze = freezeOf(given, action);
  return {
    ...{ id, incident: incidentId, definition: action.definition, title: action.title, step: action.step },
    ...{ state: action.state, risk: shown?.risk ?? action.risk, isUndo: action.undoes !== undefined },
    ...{ requestedBy: action.requestedBy, since: action.since },
    ...(shown === undefined ? {} : { shown: await shownOf(given.store, action, shown) }),
    ...(definition?.caution === undefined || action.undoes !== undefined ? {} : { caution: definition.caution }),
    ...(reason === undefined ? {} : { reason: reason.private ?? '(erased)' }),
    approvals: action.approvals,
    missing: approvalsMissing(action),
    needs: shown === undefined ? [] : approvalsNeeded(shown.risk, shown.protectedPresent, freeze !== undefined),
    ...(freeze === undefined ? {} : { freeze }),
    ...(action.decideBy === undefined ? {} : { decideBy: action.decideBy }),
    ...(action.runBy === undefined ? {} : { runBy: action.runBy }),
    ...(rejected === undefined
      ? {}
      : {
          rejected: {
            ...{ by: rejected.by, at: rejected.at },
            ...(rejected.reason === undefined ? {} : { reason: rejected.reason.private ?? '(erased)' }),
          },
        }),
    escalated: action.escalated ?? [],
    ...(action.gate === undefined ? {} : { gate: action.gate }),
    ...(action.outcome === undefined ? {} : { outcome: action.outcome }),
    ...(action.stopped === undefined ? {} : { stopped: action.stopped }),
    ...(progress === undefined ? {} : { progress }),
    ...(action.verified === undefined ? {} : { verified: action.verified }),
    following:
      action.state === 'succeeded' &&
      (action.verified === undefined || action.verified.state === 'pending') &&
      given.actions.kindOf(action.system, action.kind)?.verify !== undefined,
    ...(undo === undefined || action.undoes !== undefined ? {} : { undo: { title: undo.title, until } }),
    inPlace: isDebt(action),
    ...(safer === undefined || safer.id === action.definition
      ? {}
      : { safer: { definition: safer.id, title: safer.title } }),
    moves: [
      ...movesOf(action, incident, until > given.clock.now()),
      ...(definition !== undefined && mayBeginAnew(action, incident) ? (['again'] as const) : []),
    ],
  };
}

const previewBody = z.object({
  rows: z.array(
    z.object({
      label: z.string(),
      amount: z.string().optional(),
      note: z.string().optional(),
      protected: z.boolean().optional(),
    }),
  ),
  notes: z.array(z.string()),
});

async function shownOf(
  reads: Reads,
  action: Action,
  shown: NonNullable<Action['shown']>,
): Promise<NonNullable<ActionView['shown']>> {
  const kept = action.preview === undefined ? undefined : await reads.evidence(action.preview.id);
  const { rows, notes } = previewBody.parse(
    kept?.kind !== 'preview' ? { rows: [], notes: [] } : JSON.parse(new TextDecoder().decode(kept.body)),
  );
  const { target, typed, call, summary, protectedPresent } = shown;
  return {
    ...{ target, typed, call, summary, protectedPresent, notes, at: action.previewedAt ?? action.since },
    rows: rows as readonly PreviewRow[],
  };
}

async function progressOf(reads: Reads, incident: string, action: Action): Promise<number | undefined> {
  const samples = await reads.samples(incident, action.claim?.at ?? action.since);
  return samples.findLast((sample) => sample.signal === progressSignal(action.id))?.value ?? undefined;
}

function movesOf(action: Action, incident: Incident, undoInTime: boolean): readonly Move[] {
  switch (action.state) {
    case 'previewed':
      return ['request', 'cancel'];
    case 'awaiting':
      return ['approve', 'reject', 'cancel'];
    case 'approved':
      return ['reject', 'cancel'];
    case 'running':
      return action.stopAsked === true ? [] : ['stop'];
    case 'unknown':
      return ['took-effect', 'had-no-effect'];
    case 'succeeded':
      return isDebt(action) && !hasUndoUnderWay(incident, action)
        ? [...(undoInTime ? (['undo'] as const) : []), 'keep']
        : [];
    default:
      return [];
  }
}

function freezeOf(given: Given, action: Action): string | undefined {
  if (action.state !== 'previewed') return action.freeze;
  return freezeOver(action, given.actions.policy.freezes, given.clock.now())?.why;
}

/** An undo is begun anew at what it undoes, and nothing is begun twice. */
function mayBeginAnew(action: Action, incident: Incident): boolean {
  return (
    incident.status === 'open' &&
    action.undoes === undefined &&
    canBeginAnew.has(action.state) &&
    !underWay(incident).some((other) => other.definition === action.definition)
  );
}

function hasUndoUnderWay(incident: Incident, undone: Action): boolean {
  return underWay(incident).some((action) => action.undoes === undone.id);
}
