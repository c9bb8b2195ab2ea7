// `dashboard.constitution`: whether every answer of the dashboard carries the configured constitutional hash.

import { z } from 'zod';
import type { Row } from '../../core/observation.ts';
import { defineCheck } from '../check-kind.ts';
import { oneLine } from '../failure.ts';
import { ruleReading, type Statement, unmeasured } from '../statement.ts';
import { ask, type DashboardDeps, hashedAnswer, sourceOf } from './api.ts';

const paths = ['/dashboard/overview', '/dashboard/health', '/dashboard/metrics'] as const;

export const constitution = defineCheck(z.strictObject({}), async (deps: DashboardDeps, call): Promise<Statement> => {
  const source = { ...sourceOf(deps, paths[0]), query: paths.map((path) => `GET ${path}`).join(', ') };
  const answers = await Promise.all(
    paths.map(async (path) => ({ path, answer: await ask(deps, path, hashedAnswer, call.signal) })),
  );
  const rows = answers.map(({ path, answer }): Row => {
    if (!answer.ok) return { label: path, verdict: 'unknown', note: answer.failure.detail };
    const found = answer.value.constitutional_hash;
    if (found === null || found === undefined) return { label: path, verdict: 'unknown', note: 'carries no hash' };
    const same = found === deps.constitutionalHash;
    return {
      label: path,
      verdict: same ? 'ok' : 'critical',
      note: same ? 'as configured' : `carries ${oneLine(found, 64)}`,
    };
  });
  const differing = rows.filter((row) => row.verdict === 'critical');
  const matching = rows.filter((row) => row.verdict === 'ok').length;
  const around = { source, rows, facts: { differing: differing.length, matching } };

  if (differing.length === 0 && matching < rows.length) {
    const failure = answers.map(({ answer }) => answer).find((answer) => !answer.ok);
    return unmeasured(
      failure !== undefined && !failure.ok
        ? failure.failure
        : {
            reason: 'no_data',
            detail: `dashboard: ${rows.length - matching} of ${rows.length} answers carry no constitutional hash`,
            remedy: 'Check the version of the dashboard: ACGS-2 puts its hash into every answer.',
          },
      around,
    );
  }
  const first = differing[0];
  return {
    ...around,
    kind: 'measured',
    readings: [ruleReading('critical', 'the constitutional hash must be the configured one', differing.length)],
    measurement: { value: differing.length, unit: 'count' },
    summary:
      first === undefined
        ? `constitutional hash as configured in ${matching} of ${rows.length} answers`
        : `constitutional hash differs in ${differing.length} of ${rows.length} answers: ${first.label} ${first.note}, expected ${deps.constitutionalHash}`,
  };
});
