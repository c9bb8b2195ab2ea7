// Old data, and a Prometheus whose clock is wrong: the age is shown, and nothing is decided.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { healthyPrometheus, kinds, systemOfKind } from '../contracts/systems/kinds.ts';
import { testSystems } from '../support/system-checks.ts';

const minute = 60_000;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Times {
  /** How far the clock of the server is from the machine's, ms. */
  readonly clockOffMs?: number;
  /** Age of the newest sample by the server's own clock, ms. */
  readonly ageMs?: number;
  /** What the questions about the age are answered, when not with times. */
  readonly ageAnswer?: { readonly status: number; readonly body: unknown };
}

/** The healthy Prometheus of the contract, moved in time. */
async function prometheusAt({ clockOffMs = 0, ageMs = 5_000, ageAnswer }: Times): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://prometheus');
    const asksAge = url.searchParams.get('query')?.includes('timestamp(') === true;
    response.setHeader('content-type', 'application/json');
    if (asksAge && ageAnswer !== undefined) {
      response.statusCode = ageAnswer.status;
      response.end(JSON.stringify(ageAnswer.body));
      return;
    }
    const body = healthyPrometheus(url) as { data: { result: { value?: [number, string] }[] } };
    const at = (Date.now() + clockOffMs) / 1_000;
    if (url.pathname === '/api/v1/query' && Array.isArray(body.data.result))
      for (const one of body.data.result)
        if (one.value !== undefined) one.value = [at, asksAge ? String(at - ageMs / 1_000) : one.value[1]];
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each(kinds.filter((kind) => systemOfKind(kind) === 'prometheus'))('$uses', (kind) => {
  async function ask(times: Times) {
    const systems = testSystems({ prometheus: { url: await prometheusAt(times) } });
    closing.push(systems.close);
    return (await systems.ask(kind.uses, kind.params, kind.asking)).observation;
  }

  it('F73: decides nothing from data of ten minutes ago, and shows their age', async () => {
    const observation = await ask({ ageMs: 10 * minute });
    expect(observation.unknown?.reason).toBe('stale');
    expect(observation.summary).toContain('is 10 min old (want ≤ 2 min)');
    expect(observation.limits.every(({ outcome }) => outcome === 'undecidable')).toBe(true);
    expect(observation.observedAt - (observation.sampleAt ?? 0)).toBeGreaterThan(9 * minute);
  });

  it.each([
    ['behind', -10 * minute],
    ['ahead of', 10 * minute],
  ])(
    'F73: decides nothing while the clock of Prometheus is ten minutes %s its own, and says what to do',
    async (how, clockOffMs) => {
      const observation = await ask({ clockOffMs });
      expect(observation.unknown?.reason).toBe('stale');
      expect(observation.summary).toMatch(
        new RegExp(`its clock is (10 min|9 min 5\\d s|10 min \\d s) ${how} the bot's`),
      );
      expect(observation.summary).toContain('5 s old by its own clock');
      expect(observation.unknown?.remedy).toContain('NTP');
    },
  );

  it('lives with clocks that are half a minute apart', async () => {
    for (const clockOffMs of [-30_000, 30_000]) expect((await ask({ clockOffMs })).verdict).toBe('ok');
  });

  it.each([
    ['gets an error', { status: 500, body: { status: 'error', error: 'too many samples' } }],
    ['is answered with no number', { status: 200, body: vector('NaN') }],
  ])('F73: decides nothing when the question for the age %s', async (_, ageAnswer) => {
    const observation = await ask({ ageAnswer });
    expect(observation.verdict).toBe('unknown');
    expect(observation.unknown?.detail).toMatch(/age .*not known/);
  });

  it('F73: decides nothing when the series ended longer ago than it looks back', async () => {
    const observation = await ask({ ageAnswer: { status: 200, body: vector() } });
    expect(observation.unknown?.reason).toBe('stale');
    expect(observation.summary).toContain('is more than 1h old');
  });
});

function vector(value?: string): unknown {
  const result = value === undefined ? [] : [{ metric: {}, value: [Date.now() / 1_000, value] }];
  return { status: 'success', data: { resultType: 'vector', result } };
}
