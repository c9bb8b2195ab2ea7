// Holds the hypotheses of a procedure against what the checks found. The same observations always give the same standings.

import type { Standing } from '../core/hypothesis.ts';
import type { Observation } from '../core/observation.ts';
import type { Condition, HypothesisDefinition, Procedure } from '../core/runbook.ts';
import { spellReason, valueWithLimit } from '../core/spell.ts';
import { answerOf, type CompiledCondition, compileCondition } from './condition.ts';
import { mentionPattern } from './mention.ts';

/**
 * One standing per hypothesis, in the order of the procedure. `observations` holds the latest of each check by its id.
 *
 * - `unknown`: a check it needs gave no answer, or not one of its conditions could be decided.
 * - `supported`: a condition for it holds and none against it.
 * - `ruled-out`: a condition against it holds and none for it.
 * - `open`: both, or neither.
 *
 * A condition that names a check without an answer counts on no side; the check is then listed in `missing`.
 */
export function weigh(procedure: Procedure, observations: Readonly<Record<string, Observation>>): readonly Standing[] {
  const titles = new Map(procedure.checks.map((check) => [check.id, check.title]));
  return procedure.hypotheses.map((hypothesis) => weighOne(hypothesis, observations, titles));
}

function weighOne(
  hypothesis: HypothesisDefinition,
  observations: Readonly<Record<string, Observation>>,
  titles: ReadonlyMap<string, string>,
): Standing {
  const missing = new Set<string>();
  let decided = 0;
  const whatHolds = (conditions: readonly Condition[]): readonly string[] =>
    conditions.flatMap((condition) => {
      const compiled = compiledOf(condition);
      const absent = compiled.checks.filter((id) => answerOf(observations, id) === undefined);
      for (const id of absent) missing.add(whyMissing(id, observations[id], titles));
      const answer = compiled.ask(observations);
      if (typeof answer === 'object') {
        if (absent.length === 0)
          missing.add(`${compiled.checks.map((id) => titles.get(id) ?? id).join(', ')}: ${answer.undecided}`);
        return [];
      }
      decided += 1;
      return answer ? [inNumbers(condition.says, observations, titles)] : [];
    });

  const needed = hypothesis.needs.filter((id) => answerOf(observations, id) === undefined);
  for (const id of needed) missing.add(whyMissing(id, observations[id], titles));
  const supporting = whatHolds(hypothesis.for);
  const opposing = whatHolds(hypothesis.against);
  return {
    hypothesis: hypothesis.id,
    title: hypothesis.title,
    position: needed.length > 0 || decided === 0 ? 'unknown' : positionOf(supporting.length, opposing.length),
    for: supporting,
    against: opposing,
    missing: [...missing],
  };
}

function positionOf(supporting: number, opposing: number): Standing['position'] {
  if (supporting > 0 && opposing === 0) return 'supported';
  return opposing > 0 && supporting === 0 ? 'ruled-out' : 'open';
}

function whyMissing(id: string, observation: Observation | undefined, titles: ReadonlyMap<string, string>): string {
  return `${titles.get(id) ?? id} (${observation === undefined ? 'no answer yet' : spellReason(observation)})`;
}

function inNumbers(
  sentence: string,
  observations: Readonly<Record<string, Observation>>,
  titles: ReadonlyMap<string, string>,
): string {
  return sentence.replace(mentionPattern, (_, id: string) => {
    const observation = observations[id];
    if (observation === undefined) return `${titles.get(id) ?? id}: no answer yet`;
    return observation.measurement === undefined ? observation.summary : valueWithLimit(observation);
  });
}

/** Compiling takes longer than asking, and a procedure is asked after every answer. */
const compiledConditions = new WeakMap<Condition, CompiledCondition>();

function compiledOf(condition: Condition): CompiledCondition {
  const known = compiledConditions.get(condition);
  if (known !== undefined) return known;
  const result = compileCondition(condition.when);
  // A loaded procedure has only conditions that compile; one built by hand may not, and must not stop an incident.
  const compiled = result.ok ? result.condition : { checks: [], ask: () => ({ undecided: result.problem.message }) };
  compiledConditions.set(condition, compiled);
  return compiled;
}
