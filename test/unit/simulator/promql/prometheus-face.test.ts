// What a client of the pretend Prometheus meets on the wire, when it works and when it is broken.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type PrometheusFace,
  type PrometheusFaults,
  startPrometheusFace,
} from '../../../../src/simulator/faces/prometheus.ts';
import { seriesInMemory } from '../../../../src/simulator/promql/series.ts';

const NOW = Date.UTC(2026, 5, 15, 9) + 250;
const source = seriesInMemory([
  { labels: { __name__: 'up', job: 'api' }, samples: [[NOW - 1_000, 1]] },
  { labels: { __name__: 'idle', job: 'api' }, samples: [[NOW - 1_000, Number.NaN]] },
]);
const targets = () => [
  { job: 'api', instance: 'api:8000', health: 'up', lastScrapeMs: NOW } as const,
  { job: 'kibana', instance: 'kibana:5601', health: 'down', lastError: 'expected a valid start token' } as const,
];

let faults: { mode: PrometheusFaults['mode'] };
let face: PrometheusFace;

beforeEach(async () => {
  faults = { mode: 'ok' };
  face = await startPrometheusFace({
    source,
    now: () => NOW,
    targets,
    faults,
    metadata: { up: { type: 'gauge', help: 'Whether the last scrape worked.' } },
  });
});

afterEach(() => face.stop());

const get = (path: string, init?: RequestInit) => fetch(`${face.url}${path}`, init);
const query = (init?: RequestInit) => get('/api/v1/query?query=up', init);

describe('a healthy Prometheus', () => {
  it('answers in the envelope of the HTTP API, values as text, time in seconds', async () => {
    expect(await (await query()).json()).toEqual({
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: { __name__: 'up', job: 'api' }, value: [NOW / 1_000, '1'] }] },
    });
    expect(await (await get('/api/v1/query?query=idle')).json()).toMatchObject({
      data: { result: [{ value: [NOW / 1_000, 'NaN'] }] },
    });
  });

  it('takes the query from a posted form as well', async () => {
    const answer = await get('/api/v1/query', {
      method: 'POST',
      body: new URLSearchParams({ query: '1 + 1', time: '60' }),
    });
    expect(await answer.json()).toEqual({ status: 'success', data: { resultType: 'scalar', result: [60, '2'] } });
  });

  it('lists its targets with their health', async () => {
    expect(await (await get('/api/v1/targets?state=active')).json()).toMatchObject({
      data: {
        activeTargets: [
          {
            labels: { job: 'api', instance: 'api:8000' },
            health: 'up',
            lastError: '',
            lastScrape: '2026-06-15T09:00:00.250Z',
          },
          { labels: { job: 'kibana' }, health: 'down', lastError: 'expected a valid start token' },
        ],
        droppedTargets: [],
      },
    });
  });

  it('tells the metadata of a metric', async () => {
    expect(await (await get('/api/v1/metadata?metric=up')).json()).toEqual({
      status: 'success',
      data: { up: [{ type: 'gauge', help: 'Whether the last scrape worked.', unit: '' }] },
    });
    expect(await (await get('/api/v1/metadata?metric=idle')).json()).toEqual({ status: 'success', data: {} });
  });

  it('answers 400 to what it cannot read and 422 to what it cannot carry out', async () => {
    expect((await get('/api/v1/query?query=up(')).status).toBe(400);
    expect((await get('/api/v1/query?query=topk(NaN,up)')).status).toBe(422);
  });

  it('wants the token when there is one', async () => {
    const guarded = await startPrometheusFace({ source, now: () => NOW, targets, bearerToken: 'secret' });
    try {
      const status = async (authorization?: string) => {
        const headers = authorization === undefined ? {} : { authorization };
        return (await fetch(`${guarded.url}/api/v1/query?query=up`, { headers })).status;
      };
      expect([await status(), await status('Bearer wrong'), await status('Bearer secret')]).toEqual([401, 401, 200]);
    } finally {
      await guarded.stop();
    }
  });
});

describe('a broken Prometheus', () => {
  it('cuts the connection at once while it is down, and answers again afterwards', async () => {
    expect((await query()).status).toBe(200);
    faults.mode = 'down';
    await expect(query()).rejects.toThrow('fetch failed');
    faults.mode = 'ok';
    expect((await query()).status).toBe(200);
  });

  it('does not answer while it hangs, and stops all the same', async () => {
    faults.mode = 'hang';
    await expect(query({ signal: AbortSignal.timeout(150) })).rejects.toThrow('timeout');
    const hanging = query();
    const outcome = expect(hanging).rejects.toThrow('fetch failed');
    await face.stop();
    await outcome;
  });

  it('begins to answer and never ends while it trickles', async () => {
    faults.mode = 'trickle';
    const answer = await query({ signal: AbortSignal.timeout(1_200) });
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow('timeout');
  });

  it('answers with much more than any client should read', async () => {
    faults.mode = 'huge';
    const { body } = await query();
    let bytes = 0;
    for await (const chunk of body ?? []) {
      bytes += chunk.length;
      if (bytes > 20_000_000) break;
    }
    expect(bytes).toBeGreaterThan(20_000_000);
  });

  it.each([
    ['http401', 401],
    ['http429', 429],
    ['http500', 500],
  ] as const)('answers %s with an error body', async (mode, status) => {
    faults.mode = mode;
    const answer = await query();
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ status: 'error' });
  });

  it('answers with a log-in page, or with half a JSON text', async () => {
    faults.mode = 'html';
    expect((await query()).headers.get('content-type')).toContain('text/html');
    faults.mode = 'garbage';
    await expect((await query()).json()).rejects.toThrow(SyntaxError);
  });

  it('is broken on every path', async () => {
    faults.mode = 'http500';
    expect((await get('/-/ready')).status).toBe(500);
  });
});
