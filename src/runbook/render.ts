// Prints a loaded procedure as a Markdown page for people.

import type { AlertRule } from '../core/alert.ts';
import { spellDuration } from '../core/duration.ts';
import type { Unit } from '../core/observation.ts';
import {
  type ActionDefinition,
  type CheckDefinition,
  type HypothesisDefinition,
  type PhaseName,
  type Procedure,
  phaseNames,
  type RecoveryDefinition,
} from '../core/runbook.ts';
import { spellValue } from '../core/spell.ts';
import type { Limit } from '../core/verdict.ts';

/** A whole page: head, the five phases step by step, hypotheses, recovery. Ends with a line break. */
export function renderMarkdown(procedure: Procedure): string {
  const { title, name, aliases, severity, scope, respondWithinMs, alsoTell, headline } = procedure;
  const tells = alsoTell.length === 0 ? '' : `; ${alsoTell.join(', ')} told at declaration`;
  const parts = [
    `# ${title}`,
    [
      `- Declare with \`incident ${name}\`${aliases.length === 0 ? '' : ` (also ${aliases.map(code).join(', ')})`}`,
      `- Severity: ${severity}; respond within ${spellDuration(respondWithinMs)}${tells}`,
      `- Scope: ${scope}; headline: ${code(headline)}`,
      ...procedure.alerts.map(alertLine),
    ].join('\n'),
    ...phaseNames.flatMap((phase) => phaseParts(procedure, phase)),
    ...(procedure.hypotheses.length === 0 ? [] : ['## Hypotheses', ...procedure.hypotheses.map(hypothesisPart)]),
    '## Recovery',
    recoveryPart(procedure.recovery),
  ];
  return `${parts.join('\n\n')}\n`;
}

function alertLine({ alert, labels, opens }: AlertRule): string {
  const wanted = Object.entries(labels).map(([label, value]) => `${label} ${JSON.stringify(value)}`);
  const where = wanted.length === 0 ? '' : ` with ${wanted.join(', ')}`;
  return `- Answers the alert ${code(alert)}${where}${opens === 'yes' ? ', and is opened by it' : ''}`;
}

function phaseParts(procedure: Procedure, phase: PhaseName): readonly string[] {
  const checks = procedure.checks.filter((check) => check.phase === phase);
  const sayings = procedure.sayings.filter((saying) => saying.phase === phase);
  // Actions do not carry a phase: the loader allows them in this one only.
  const actions = phase === 'mitigate' ? procedure.actions : [];
  const steps = new Set([...checks, ...actions, ...sayings].map(({ step }) => step ?? ''));
  const heading = `## ${phase[0]?.toUpperCase()}${phase.slice(1)}`;
  if (steps.size === 0) return [heading, 'Nothing to do in this phase.'];
  return [
    heading,
    ...[...steps]
      .sort(byNumber)
      .map((step) =>
        [
          `### Step ${step}`,
          '',
          ...checks.filter((check) => check.step === step).map(checkLine),
          ...actions.filter((action) => action.step === step).map(actionLine),
          ...sayings
            .filter((saying) => saying.step === step)
            .map(({ text, helps }) => `- ${helps === undefined ? '' : `(${helps}) `}${text}`),
        ].join('\n'),
      ),
  ];
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function checkLine(check: CheckDefinition): string {
  const { id, title, system, kind, limits, unit } = check;
  const held = limits.length === 0 ? 'no limits' : limits.map((limit) => limitText(limit, unit)).join(', ');
  return `- Check **${title}** (${code(id)}, ${code(`${system}.${kind}`)}): ${held}`;
}

function limitText({ level, breachedWhen, bound, source }: Limit, unit: Unit): string {
  const sign = breachedWhen === 'above' ? '>' : '<';
  return `${level} ${sign} ${spellValue(bound, unit)} (${source})`;
}

function actionLine({ id, title, helps, risk, system, kind, caution }: ActionDefinition): string {
  const against = helps === undefined ? '' : `, helps against ${helps}`;
  const warns = caution === undefined ? '' : `\n  - Caution: ${caution}`;
  return `- Action **${title}** (${code(id)}, ${code(`${system}.${kind}`)}): ${risk}${against}${warns}`;
}

function hypothesisPart({ id, title, needs, ...sides }: HypothesisDefinition): string {
  return [
    `### ${title} (${code(id)})`,
    '',
    ...(needs.length === 0 ? [] : [`- Needs ${needs.map(code).join(', ')}`]),
    ...sides.for.map(({ when }) => `- For: ${code(when)}`),
    ...sides.against.map(({ when }) => `- Against: ${code(when)}`),
  ].join('\n');
}

function recoveryPart({ check, fast, traffic, everyMs, samples, holdMs }: RecoveryDefinition): string {
  return [
    `- Watches ${check.title} (${code(check.id)}) every ${spellDuration(everyMs)}`,
    ...(fast === undefined ? [] : [`- Shows ${fast.title} beside it`]),
    `- Recovered after ${samples} healthy samples over at least ${spellDuration(holdMs)}`,
    ...(traffic === undefined
      ? []
      : [`- Only with traffic: ${traffic.check.title} of at least ${spellValue(traffic.atLeast, traffic.check.unit)}`]),
  ].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
