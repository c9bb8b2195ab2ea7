// A share of exactly none or all: is it true, or does the label or the counter it needs not exist at all?

import type { Failure } from '../failure.ts';
import type { PrometheusDeps } from './deps.ts';
import { type Counted, labelOf, selector } from './selector.ts';

export interface Doubt {
  /** Present when the share means nothing, because what would be counted cannot be told apart. */
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
  const missing = await Promise.all(
    labels.map(async (label) => {
      const carrying = { metric: part.metric, select: { ...whole?.select, [label]: '=~.+' } };
      return (await hasSeries(deps, carrying, signal)) === false ? labelOf(label, deps.labels) : undefined;
    }),
  );
  const lost = missing.find((label) => label !== undefined);
  if (lost !== undefined) return { failure: noSuchLabel(part.metric, lost) };

  const parts = rest === undefined ? [part] : [part, rest];
  const notes = await Promise.all(
    parts.map(async (one) =>
      (await hasSeries(deps, one, signal)) === false
        ? `no series ${selector(one.metric, one, deps)}: read as none counted so far`
        : '',
    ),
  );
  return { notes: notes.filter((note) => note !== '') };
}

/** Undefined when the question got no answer. */
async function hasSeries(deps: PrometheusDeps, one: Counted, signal: AbortSignal): Promise<boolean | undefined> {
  const answer = await deps.api.query(`count(${selector(one.metric, one, deps)})`, signal);
  return answer.ok ? answer.value.samples.length > 0 : undefined;
}

function noSuchLabel(metric: string, label: string): Failure {
  return {
    reason: 'unresolvable',
    detail: `prometheus: no series of ${metric} carries the label ${label}, so what it should tell apart reads as none`,
    remedy: `Correct the label in the runbook, or set under \`labels\` in the config how this deployment names it (for example status_code).`,
  };
}
