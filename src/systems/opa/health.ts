// `opa.health`: OPA answers, and knows the policy that is expected of it. Its own health page is green without any policy.

import { z } from 'zod';
import { spellDuration } from '../../core/duration.ts';
import { defineCheck } from '../check-kind.ts';
import type { Http } from '../http.ts';
import { ruleReading, unmeasured } from '../statement.ts';
import { documentPath } from './config.ts';
import { readResult } from './decision.ts';

export interface OpaDeps {
  readonly http: Http;
  readonly linkBase: string;
}

const params = z.strictObject({
  /** A decision that must be defined; it is read without an input, so that nothing is decided by it. */
  decision: documentPath.optional(),
});

export const health = defineCheck<OpaDeps, typeof params>(params, async (deps, call, { decision }) => {
  const began = performance.now();
  const source = { system: 'opa', query: 'GET /health', link: `${deps.linkBase}/health` };
  const alive = await deps.http.getJson('/health', {}, call.signal);
  if (!alive.ok) return unmeasured(alive.failure, { source });
  const took = spellDuration(performance.now() - began);
  if (decision === undefined)
    return {
      kind: 'measured',
      source,
      readings: [ruleReading('critical', 'OPA must answer its health page', 0)],
      summary: `OPA answers (${took}); whether it knows a policy was not asked`,
      notes: ['OPA is green on this page without any policy loaded: give the check a decision to look for.'],
    };

  const path = `/v1/data/${decision}`;
  const asked = { ...source, query: `GET ${path}` };
  const answer = await deps.http.getJson(path, {}, call.signal);
  if (!answer.ok) return unmeasured(answer.failure, { source: asked });
  const read = readResult(decision, answer.value);
  if (!read.ok) return unmeasured(read.failure, { source: asked });
  const isDefined = read.value !== undefined;
  const name = `data.${decision.replaceAll('/', '.')}`;
  return {
    kind: 'measured',
    source: asked,
    readings: [ruleReading('critical', 'OPA must know its policies', isDefined ? 0 : 1)],
    facts: { defined: isDefined },
    summary: isDefined
      ? `OPA answers (${took}) and knows ${name}`
      : `OPA answers, and ${name} is not defined there: its policy is not loaded`,
  };
});
