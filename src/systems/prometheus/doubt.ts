// A share of exactly none or all: is it true, or does the label or the counter it needs not exist at all?

import { type Answer, answered, type Failure } from '../failure.ts';
import type { PrometheusDeps } from './deps.ts';
import { type Counted, labelOf, selector } from './selector.ts';

export interface Doubt {
  /** Present when the share means nothing, because what would be counted cannot be told apart, or nobody knows whether it can. */
  readonly failure?: Failure;
  readonly notes?: readonly string[];
}

export async function doubtOf(
  deps: PrometheusDeps,
  part: Counted,
  whole: Counted | undefined,
  rest: Counted | undefined,
  signal: AbortSignal,
): Promise<Doubt> {
  const labels = part.metric === whole?.metric ? Object.keys(part.select ?? {}) : [];
  const failures = await Promise.all(
    labels.map(async (label) => {
      const carrying = { metric: part.metric, select: { ...whole?.select, [label]: '=~.+' } };
      const found = await hasSeries(deps, carrying, signal);
      // A doubt that could not be cleared is one: none of nothing would be green.
      if (!found.ok) return found.failure;
      return found.value ? undefined : noSuchLabel(part.metric, labelOf(label, deps.labels));
    }),
  );
  const failure = failures.find((one) => one !== undefined);
  if (failure !== undefined) return { failure };

  const parts = rest === undefined ? [part] : [part, rest];
  const notes = await Promise.all(
    parts.map(async (one) => {
      const found = await hasSeries(deps, one, signal);
      return found.ok && !found.value
        ? `no series ${selector(one.metric, one, deps)}: read as none counted so far`
        : '';
    }),
  );
  return { notes: notes.filter((note) => note !== '') };
}

async function hasSeries(deps: PrometheusDeps, one: Counted, signal: AbortSignal): Promise<Answer<boolean>> {
  const answer = await deps.api.query(`count(${selector(one.metric, one, deps)})`, signal);
  return answer.ok ? answered(answer.value.samples.length > 0) : answer;
}

function noSuchLabel(metric: string, label: string): Failure {
  return {
    reason: 'unresolvable',
    detail: `prometheus: no series of ${metric} carries the label ${label}, so what it should tell apart reads as none`,
    remedy: `Correct the label in the runbook, or set under \`labels\` in the config how this deployment names it (for example status_code).`,
  };
}
