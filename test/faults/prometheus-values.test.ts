// Answers of Prometheus that are no numbers: in whichever of a check's questions they come, nothing is compared with them, nor shown.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { healthyPrometheus, kinds, systemOfKind } from '../contracts/systems/kinds.ts';
import { type TestSystems, testSystems } from '../support/system-checks.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const odd = ['NaN', '+Inf', '-Inf', '', 'null', null] as const;

/** Questions beside the verdict: a comparison, a chart, a count of what exists, a burn rate, a number of requests, a table. */
const besideTheVerdict = /^query_range | offset |^query count\(|3600s|^query sum\(increase|^query time\(\)/;
const tables: Readonly<Record<string, RegExp>> = {
  'prometheus.rate': /^query sum by/,
  // A group without traffic has no share: NaN is how Prometheus says so, and the whole is measured beside it.
  'prometheus.share': /^query .*sum by/,
};

/** The parameters of the contract, with everything switched on that asks more questions. */
const variants = kinds
  .filter((kind) => systemOfKind(kind) === 'prometheus')
  .flatMap((kind) => {
    const charted = { ...(kind.params as object), chart: { range: '1h', step: '1m' } };
    if (kind.uses === 'prometheus.latency' || kind.uses === 'prometheus.share')
      return [
        { ...kind, params: charted },
        { ...kind, params: { ...charted, by: 'service' } },
      ];
    if (kind.uses === 'prometheus.rate')
      return [{ ...kind, params: { ...charted, by: 'service', compareOffset: '1d' } }];
    return [kind.uses === 'prometheus.value' ? { ...kind, params: charted } : kind];
  });

describe.each(variants)('$uses $params.by', (kind) => {
  it('F70: reads no answer that is not a number, in any of its questions', async () => {
    let wrong: { readonly question: string; readonly value: string | null } | undefined;
    const questions = new Set<string>();
    const url = await serve((asked) => {
      const question = `${asked.pathname.slice('/api/v1/'.length)} ${asked.searchParams.get('query')}`;
      questions.add(question);
      return wrong?.question === question ? answerOf(question, wrong.value) : healthyPrometheus(asked);
    });
    const ask = async () => {
      const systems: TestSystems = testSystems({ prometheus: { url } });
      const { observation } = await systems.ask(kind.uses, kind.params, kind.asking);
      await systems.close();
      return observation;
    };

    expect((await ask()).verdict).toBe('ok');
    expect(questions.size).toBeGreaterThan(1);
    for (const question of [...questions])
      for (const value of odd) {
        wrong = { question, value };
        const observation = await ask();
        const where = `${value} as the answer to ${question}`;
        const { summary, measurement, rows, notes, unknown } = observation;
        expect(JSON.stringify([summary, measurement, rows, notes, unknown?.detail]), where).not.toMatch(
          /\bNaN\b|Infinity|infinite counted|not a number counted|"value":null/,
        );
        const facts = Object.values(observation.facts ?? {});
        expect(
          facts.filter((fact) => typeof fact === 'number' && !Number.isFinite(fact)),
          where,
        ).toEqual([]);
        if (!besideTheVerdict.test(question) && tables[kind.uses]?.test(question) !== true)
          expect(observation.verdict, where).toBe('unknown');
      }
  });
});

it('F70: a histogram that lost its overflow bucket does not pass for a fast one', async () => {
  const at = Date.now() / 1_000;
  const url = await serve((asked) => {
    const query = asked.searchParams.get('query') ?? '';
    if (!query.includes('_bucket')) return healthyPrometheus(asked);
    // Every request that took longer than 5 ms is in the bucket that is missing.
    const result = [{ metric: { le: '0.005', job: 'a' }, value: [at, '50'] }];
    return { status: 'success', data: { resultType: 'vector', result } };
  });
  const systems = testSystems({ prometheus: { url } });
  closing.push(systems.close);
  const latency = variants.find(({ uses }) => uses === 'prometheus.latency');
  const { observation } = await systems.ask(
    'prometheus.latency',
    { metric: 'http_request_duration_seconds' },
    latency?.asking,
  );
  expect(observation.unknown?.reason).toBe('malformed');
  expect(observation.unknown?.detail).toContain('le="+Inf"');
});

it('F70: a doubt about a share of nothing that nobody answers leaves it unknown', async () => {
  const url = await serve((asked) =>
    asked.searchParams.get('query')?.startsWith('count(')
      ? { status: 'error', error: 'too busy' }
      : healthyPrometheus(asked),
  );
  const systems = testSystems({ prometheus: { url } });
  closing.push(systems.close);
  const share = variants.find(({ uses }) => uses === 'prometheus.share');
  const { observation } = await systems.ask('prometheus.share', share?.params, share?.asking);
  expect(observation.verdict).toBe('unknown');
  expect(observation.unknown?.detail).toContain('too busy');
});

function answerOf(question: string, value: string | null): unknown {
  const at = Date.now() / 1_000;
  const metric = { le: '+Inf', job: 'a', service: 's' };
  return question.startsWith('query_range')
    ? { status: 'success', data: { resultType: 'matrix', result: [{ metric, values: [[at, value]] }] } }
    : { status: 'success', data: { resultType: 'vector', result: [{ metric, value: [at, value] }] } };
}

async function serve(answer: (asked: URL) => unknown): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer(new URL(request.url ?? '/', 'http://prometheus'))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
