// Hypotheses: what counts for and against them, and that silence counts for nothing.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Observation, unknownReasons } from '../../../src/core/observation.ts';
import type { HypothesisDefinition, Procedure } from '../../../src/core/runbook.ts';
import { weigh } from '../../../src/runbook/index.ts';
import { observed, unanswered } from './observations.ts';
import { rightLibrary } from './package.ts';

const [right] = (await rightLibrary()).procedures;
if (right === undefined) throw new Error('the package for tests has a procedure');

function withHypothesis(changes: Partial<HypothesisDefinition>): Procedure {
  const hypothesis: HypothesisDefinition = { id: 'h', title: 'H', needs: [], for: [], against: [], ...changes };
  return { ...(right as Procedure), hypotheses: [hypothesis] };
}

function standing(procedure: Procedure, observations: readonly Observation[]) {
  const [first] = weigh(procedure, Object.fromEntries(observations.map((one) => [one.check, one])));
  return first;
}

const low = { when: 'checks["hit-rate"].value < 85', says: 'hit rate {hit-rate}' };
const high = { when: 'checks["hit-rate"].value >= 85', says: 'hit rate {hit-rate}' };
const crowded = { when: 'checks["clients"].value > 100', says: '{clients} clients' };

describe('a hypothesis is', () => {
  it('supported when something speaks for it and nothing against it, with the numbers', () => {
    const found = standing(right, [
      observed('hit-rate', { measurement: { value: 41.2, unit: '%' }, summary: '41.2 % < 85 %' }),
    ]);
    expect(found).toEqual({
      ...{ hypothesis: 'cache', title: 'Cache', position: 'supported' },
      ...{ for: ['41.2 %'], against: [], missing: [] },
    });
  });

  it('ruled out when something speaks against it and nothing for it', () => {
    expect(standing(right, [observed('hit-rate')])).toMatchObject({ position: 'ruled-out', against: ['90 %'] });
  });

  it('open when the evidence contradicts itself', () => {
    const procedure = withHypothesis({ for: [crowded], against: [high] });
    const clients = observed('clients', { measurement: { value: 500, unit: 'count' }, summary: '500' });
    expect(standing(procedure, [observed('hit-rate'), clients])).toMatchObject({
      ...{ position: 'open', for: ['500 clients'], against: ['hit rate 90 %'] },
    });
  });

  it('open when nothing speaks on either side', () => {
    expect(standing(withHypothesis({ for: [low] }), [observed('hit-rate')])).toMatchObject({
      position: 'open',
      for: [],
    });
  });

  it('unknown when a check that it needs gave no answer, and says which and why', () => {
    const procedure = withHypothesis({ needs: ['hit-rate'], for: [crowded] });
    const clients = observed('clients', { measurement: { value: 500, unit: 'count' } });
    expect(standing(procedure, [clients, unanswered('hit-rate')])).toMatchObject({
      ...{ position: 'unknown', missing: ['Hit rate (unreachable)'] },
    });
  });

  it('unknown while nothing has answered yet', () => {
    expect(standing(right, [])).toMatchObject({ position: 'unknown', missing: ['Hit rate (no answer yet)'] });
  });

  it('unknown when none of its conditions can be decided, though it needs no check by itself', () => {
    const found = standing(withHypothesis({ for: [low, crowded] }), [unanswered('hit-rate'), unanswered('clients')]);
    expect(found).toMatchObject({
      position: 'unknown',
      missing: ['Hit rate (unreachable)', 'Clients (unreachable)'],
    });
  });

  it('weighed by the rest when one check gave no answer, and lists that check', () => {
    const found = standing(withHypothesis({ for: [low, crowded] }), [
      observed('hit-rate', { measurement: { value: 41, unit: '%' } }),
      unanswered('clients'),
    ]);
    expect(found).toMatchObject({
      position: 'supported',
      for: ['hit rate 41 %'],
      missing: ['Clients (unreachable)'],
    });
  });

  it('not moved by an answer that lacks what the condition asks, and says so', () => {
    const asksFact = { when: 'checks["clients"].facts.blocked > 3', says: 'blocked' };
    const found = standing(withHypothesis({ for: [asksFact, low] }), [observed('hit-rate'), observed('clients')]);
    expect(found).toMatchObject({ position: 'open', missing: ['Clients: the answer has no blocked'] });
  });
});

const anyObservation = (check: string): fc.Arbitrary<Observation> =>
  fc
    .record({
      verdict: fc.constantFrom('ok', 'warning', 'critical', 'unknown' as const),
      value: fc.option(fc.double(), { nil: undefined }),
      summary: fc.string(),
      rows: fc.array(fc.record({ label: fc.string(), verdict: fc.constantFrom('ok', 'unknown' as const) })),
      facts: fc.option(fc.dictionary(fc.string(), fc.oneof(fc.double(), fc.string(), fc.boolean())), {
        nil: undefined,
      }),
      reason: fc.constantFrom(...unknownReasons),
    })
    .map(({ verdict, value, summary, rows, facts, reason }) => {
      const { measurement: _, ...rest } = observed(check, { verdict, summary, rows });
      return {
        ...rest,
        ...(value === undefined ? {} : { measurement: { value, unit: '%' as const } }),
        ...(facts === undefined ? {} : { facts }),
        ...(verdict === 'unknown' ? { unknown: { reason, detail: summary, remedy: '' } } : {}),
      };
    });

const anyCondition = fc.record({
  when: fc.oneof(
    fc.constantFrom(
      ...[low.when, high.when, crowded.when, 'checks["p99"].verdict != "ok" || checks["clients"].facts.x > 1'],
      ...[
        'checks["p99"].rows.exists(r, r.verdict == "unknown")',
        '!checks["hit-rate"].known',
        'checks["nobody"].known',
      ],
    ),
    fc.string(),
  ),
  says: fc.constantFrom('{hit-rate}', '{nobody}', '{', 'plain', '$& {clients}'),
});

const checkIds = ['p99', 'hit-rate', 'clients'] as const;

const anyCase = fc.record({
  hypothesis: fc.record({
    needs: fc.subarray([...checkIds, 'nobody']),
    for: fc.array(anyCondition, { maxLength: 3 }),
    against: fc.array(anyCondition, { maxLength: 3 }),
  }),
  observations: fc.record(
    { p99: anyObservation('p99'), 'hit-rate': anyObservation('hit-rate'), clients: anyObservation('clients') },
    { requiredKeys: [] },
  ),
});

describe('whatever the checks found', () => {
  it('weighing never throws, and a hypothesis whose needs are unknown is never supported nor ruled out', () => {
    fc.assert(
      fc.property(anyCase, ({ hypothesis, observations }) => {
        const [found] = weigh(withHypothesis(hypothesis), observations);
        const known = (id: string) => (observations as Record<string, Observation>)[id]?.verdict ?? 'unknown';
        if (hypothesis.needs.some((id) => known(id) === 'unknown')) expect(found?.position).toBe('unknown');
        if (found?.position === 'supported') expect(found.for.length).toBeGreaterThan(0);
        if (found?.position === 'ruled-out') expect(found.against.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('the same observations always give the same standings, and are not changed', () => {
    fc.assert(
      fc.property(anyCase, ({ hypothesis, observations }) => {
        const before = structuredClone(observations);
        const procedure = withHypothesis(hypothesis);
        expect(weigh(procedure, observations)).toEqual(weigh(structuredClone(procedure), before));
        expect(observations).toEqual(before);
      }),
    );
  });

  it('a check that turns unknown never adds a sentence for or against', () => {
    fc.assert(
      fc.property(anyCase, fc.constantFrom(...checkIds), ({ hypothesis, observations }, lost) => {
        const [before] = weigh(withHypothesis(hypothesis), observations);
        const [after] = weigh(withHypothesis(hypothesis), { ...observations, [lost]: unanswered(lost, 'lost') });
        expect(after?.for.length).toBeLessThanOrEqual(before?.for.length ?? 0);
        expect(after?.against.length).toBeLessThanOrEqual(before?.against.length ?? 0);
      }),
    );
  });
});
