// What Prometheus answers when it cannot or will not: how often it is asked again, and what people read of it.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { healthyPrometheus } from '../contracts/systems/kinds.ts';
import { above, testSystems } from '../support/system-checks.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const loginPage = '<!doctype html><title>Log in</title>';

/** A server that answers as told, and how often it was asked each question. */
async function prometheus(answer: (url: URL, nth: number, response: ServerResponse) => void) {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://prometheus');
    const question = url.searchParams.get('query') ?? '';
    const nth = (asked.get(question) ?? 0) + 1;
    asked.set(question, nth);
    response.setHeader('content-type', 'application/json');
    answer(url, nth, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const systems = testSystems({ prometheus: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } });
  closing.push(systems.close, () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const ask = async () =>
    (
      await systems.ask(
        'prometheus.value',
        { promql: 'cpu', reduce: 'max', metric: 'cpu' },
        { unit: '%', limits: [above(85)] },
      )
    ).observation;
  return { ask, times: () => [...asked.values()] };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

const timeout = { status: 'error', errorType: 'timeout', error: 'query timed out in expression evaluation' };
const parseError = {
  status: 'error',
  errorType: 'bad_data',
  error: 'invalid parameter "query": 1:5: parse error: unclosed left parenthesis',
};
const tooMany = {
  status: 'error',
  errorType: 'execution',
  error: 'query processing would load too many samples into memory',
};

describe('F68: a refusal', () => {
  it.each([
    [502, loginPage, 2, 'unreachable', 'was answered 502'],
    [503, loginPage, 2, 'unreachable', 'was answered 503'],
    [503, timeout, 2, 'unreachable', 'was answered 503: query timed out in expression evaluation'],
    [500, timeout, 2, 'unreachable', 'query timed out'],
    [422, tooMany, 1, 'rejected', 'was answered 422: query processing would load too many samples into memory'],
    [400, parseError, 1, 'rejected', 'parse error: unclosed left parenthesis'],
  ] as const)(
    'F68: %i is asked as often as it helps, and its text is shown',
    async (status, body, times, reason, text) => {
      const server = await prometheus((_, __, response) => send(response, status, body));
      const observation = await server.ask();
      expect(observation.unknown?.reason).toBe(reason);
      expect(observation.unknown?.detail).toContain(text);
      expect(observation.unknown?.detail).not.toContain('<');
      // The value and its age are two questions; each of them is counted.
      expect(server.times()).toEqual([times, times]);
    },
  );

  it('F68: a 503 that was gone at the second question is no unknown', async () => {
    const server = await prometheus((url, nth, response) =>
      nth === 1 ? send(response, 503, timeout) : send(response, 200, healthyPrometheus(url)),
    );
    expect((await server.ask()).verdict).toBe('ok');
    expect(server.times()).toEqual([2, 2]);
  });
});

describe('F69: a 200 that is none', () => {
  const whole = JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [1, '50'] }] },
  });

  it.each([
    ['a login page', loginPage, 'an HTML page, perhaps a login page'],
    ['nothing at all', '', 'text that is not complete JSON'],
    ['an error with status 200', { status: 'error', error: 'storage is away' }, 'with the error: storage is away'],
    [
      'another resultType',
      { status: 'success', data: { resultType: 'string', result: [1, 'x'] } },
      'a form that is not its API',
    ],
    ['null', 'null', 'a form that is not its API'],
    [
      'a value without its time',
      { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: ['50'] }] } },
      'a form that is not its API',
    ],
  ])('F69: %s is an unexpected answer, asked once', async (_, body, text) => {
    const server = await prometheus((__, ___, response) => send(response, 200, body));
    const observation = await server.ask();
    expect(observation.unknown?.reason).toBe('malformed');
    expect(observation.unknown?.detail).toContain(text);
    expect(server.times()).toEqual([1, 1]);
  });

  it('F69: JSON that ends anywhere too early is never read', async () => {
    let length = 0;
    const server = await prometheus((_, __, response) => send(response, 200, whole.slice(0, length)));
    for (length = 0; length < whole.length; length += 7) expect((await server.ask()).unknown?.reason).toBe('malformed');
  });

  it('F69: warnings beside a good answer are shown, on one line and cut', async () => {
    const server = await prometheus((url, _, response) =>
      send(response, 200, {
        ...(healthyPrometheus(url) as object),
        warnings: [`a store is away\n${'x'.repeat(5_000)}`],
      }),
    );
    const { verdict, notes } = await server.ask();
    expect(verdict).toBe('ok');
    expect(notes[0]).toMatch(/^Prometheus warns: a store is away x+…$/);
    expect(notes[0]?.length).toBeLessThanOrEqual(300);
  });
});
