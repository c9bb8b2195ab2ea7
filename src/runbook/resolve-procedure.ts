// From the words of a procedure file to the procedure that an incident runs, with every reference resolved.

import {
  type ActionDefinition,
  type CheckDefinition,
  type HypothesisDefinition,
  type PhaseName,
  type Procedure,
  phaseNames,
  type RecoveryDefinition,
  type Saying,
} from '../core/runbook.ts';
import { compileCondition } from './condition.ts';
import type { RunbookDocument } from './document.ts';
import type { Path } from './fault.ts';
import type { CheckUseText, HypothesisText, ProcedureText, StepText } from './grammar.ts';
import { mentionPattern } from './mention.ts';
import { type Resolving, reportUnknown, reportUse, resolveCheck, systemAndKind } from './resolve-check.ts';

/** The procedure as far as it could be resolved; it is worth something only when `resolving.faults` stayed empty. */
export function resolveProcedure(
  text: ProcedureText,
  document: RunbookDocument,
  resolving: Resolving,
): Procedure | undefined {
  const steps = phaseNames.flatMap((phase) =>
    text.phases[phase].map((step, index): PlacedStep => ({ phase, step, path: ['phases', phase, index] })),
  );
  const checks = resolveChecks(steps, document, resolving);
  const ids = { checks: checkIds(steps), hypotheses: new Set(Object.keys(text.hypotheses)) };
  if (!ids.checks.has(text.headline)) {
    reportUnknown(text.headline, 'check', ids.checks, { document, path: ['headline'] }, resolving.faults);
  }
  for (const [id, hypothesis] of Object.entries(text.hypotheses)) {
    reportHypothesis(hypothesis, document, ['hypotheses', id], ids.checks, resolving);
  }
  const actions = resolveActions(steps, document, ids.hypotheses, resolving);
  const recovery = resolveRecovery(text.recovery, document, resolving);
  if (recovery === undefined) return undefined;
  return {
    name: text.name,
    title: text.title,
    aliases: text.aliases,
    scope: text.scope,
    severity: text.severity,
    respondWithinMs: text.respondWithin,
    alsoTell: text.alsoTell,
    alerts: text.alerts,
    headline: text.headline,
    checks,
    hypotheses: Object.entries(text.hypotheses).map(
      ([id, hypothesis]): HypothesisDefinition => ({ id, ...hypothesis }),
    ),
    actions,
    sayings: steps.flatMap(sayingsOf),
    recovery,
    file: document.file,
  };
}

interface PlacedStep {
  readonly phase: PhaseName;
  readonly step: StepText;
  readonly path: Path;
}

function checkIds(steps: readonly PlacedStep[]): ReadonlySet<string> {
  return new Set(steps.flatMap(({ step }) => step.checks.map((use) => use.id ?? use.query)));
}

function resolveChecks(
  steps: readonly PlacedStep[],
  document: RunbookDocument,
  resolving: Resolving,
): readonly CheckDefinition[] {
  const taken = new Set<string>();
  return steps.flatMap(({ phase, step, path }) =>
    step.checks.flatMap((use, index) => {
      const place = { document, path: [...path, 'checks', index] };
      const id = use.id ?? use.query;
      if (taken.has(id)) {
        const message = `The check \`${id}\` stands in this procedure twice.`;
        resolving.faults.push(document.faultAt(place.path, message, 'Give one of them an `id` of its own.'));
        return [];
      }
      taken.add(id);
      const check = resolveCheck(use, place, resolving, { step: step.step, phase });
      return check === undefined ? [] : [check];
    }),
  );
}

function resolveActions(
  steps: readonly PlacedStep[],
  document: RunbookDocument,
  hypotheses: ReadonlySet<string>,
  resolving: Resolving,
): readonly ActionDefinition[] {
  const taken = new Set<string>();
  const reportHelps = (helps: string | undefined, path: Path): void => {
    if (helps === undefined || hypotheses.has(helps)) return;
    reportUnknown(helps, 'hypothesis', hypotheses, { document, path: [...path, 'helps'] }, resolving.faults);
  };
  const ids = new Set(steps.flatMap(({ step }) => step.actions.map((action) => action.id)));
  const reportSafer = (safer: string | undefined, path: Path): void => {
    if (safer === undefined || ids.has(safer)) return;
    reportUnknown(safer, 'action', ids, { document, path: [...path, 'safer'] }, resolving.faults);
  };
  return steps.flatMap(({ phase, step, path }) => {
    if (phase !== 'mitigate' && step.actions.length > 0) {
      const message = 'Actions are offered in the phase `mitigate` only.';
      resolving.faults.push(document.faultAt([...path, 'actions'], message, 'Move them to a step of that phase.'));
    }
    step.says.forEach((saying, index) => {
      reportHelps(saying.helps, [...path, 'says', index]);
    });
    return step.actions.map((action, index): ActionDefinition => {
      const place = { document, path: [...path, 'actions', index] };
      if (taken.has(action.id)) {
        const message = `The action \`${action.id}\` stands in this procedure twice.`;
        resolving.faults.push(document.faultAt([...place.path, 'id'], message, 'Give one of them another `id`.'));
      }
      taken.add(action.id);
      reportHelps(action.helps, place.path);
      reportUse(action.uses, 'action', action.with, place, resolving);
      const [system, kind] = systemAndKind(action.uses);
      reportSafer(action.safer, place.path);
      const { id, title, helps, risk, safer, caution } = action;
      return {
        ...{ id, title, step: step.step, risk, system, kind, params: action.with },
        ...(helps === undefined ? {} : { helps }),
        ...(safer === undefined ? {} : { safer }),
        ...(caution === undefined ? {} : { caution }),
      };
    });
  });
}

function sayingsOf({ phase, step }: PlacedStep): readonly Saying[] {
  return step.says.map(({ text, helps }) => ({
    ...{ phase, step: step.step, text },
    ...(helps === undefined ? {} : { helps }),
  }));
}

function reportHypothesis(
  hypothesis: HypothesisText,
  document: RunbookDocument,
  path: Path,
  checks: ReadonlySet<string>,
  { faults }: Resolving,
): void {
  const reportCheck = (id: string, at: Path, offset = 0): void => {
    if (!checks.has(id)) reportUnknown(id, 'check', checks, { document, path: at }, faults, offset);
  };
  hypothesis.needs.forEach((id, index) => {
    reportCheck(id, [...path, 'needs', index]);
  });
  for (const side of ['for', 'against'] as const) {
    hypothesis[side].forEach(({ when, says }, index) => {
      const at = [...path, side, index];
      const compiled = compileCondition(when);
      if (compiled.ok) {
        for (const [id, offset] of compiled.offsets) reportCheck(id, [...at, 'when'], offset);
      } else {
        const { message, remedy, offset } = compiled.problem;
        faults.push(document.faultAt([...at, 'when'], message, remedy, { offset }));
      }
      for (const mention of says.matchAll(mentionPattern)) {
        reportCheck(mention[1] ?? '', [...at, 'says'], mention.index + 1);
      }
    });
  }
}

function resolveRecovery(
  text: ProcedureText['recovery'],
  document: RunbookDocument,
  resolving: Resolving,
): RecoveryDefinition | undefined {
  // The watch asks every few seconds and draws nothing, so its checks never ask for the chart's range.
  const watched = (use: CheckUseText, path: Path): CheckDefinition | undefined =>
    resolveCheck({ ...use, with: { ...use.with, chart: null } }, { document, path }, resolving);

  const check = watched(text.check, ['recovery', 'check']);
  const fast = text.fast && watched(text.fast, ['recovery', 'fast']);
  const traffic = text.traffic && watched(text.traffic.check, ['recovery', 'traffic', 'check']);
  if (check === undefined) return undefined;
  if (check.limits.length === 0) {
    const message = `The check \`${check.id}\` has no limits, so nothing could be called healthy.`;
    resolving.faults.push(document.faultAt(['recovery', 'check'], message, 'Give it limits, or watch another check.'));
  }
  return {
    check,
    ...(fast === undefined ? {} : { fast }),
    ...(traffic === undefined || text.traffic === undefined
      ? {}
      : { traffic: { check: traffic, atLeast: text.traffic.atLeast } }),
    everyMs: text.every,
    samples: text.samples,
    holdMs: text.hold,
  };
}
