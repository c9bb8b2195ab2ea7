// GET /readyz: the store and the listeners decide, Slack and the systems are told, and a hanging store is said within 2 s.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Story, type StoryOptions, startStory, until } from '../support/story.ts';
import { type Trouble, troubled } from '../support/troubled-store.ts';

let story: Story;
let trouble: Trouble;
const open = async (options: StoryOptions) => {
  trouble = { mode: 'well' };
  story = await startStory({ around: (store) => troubled(store, trouble), ...options });
};
beforeEach(() =>
  open({
    configure: ({ systems: { dashboard: _, ...systems }, ...config }) => ({
      ...config,
      systems,
      http: { ...config.http, drainMs: 1_500 },
    }),
  }),
);
afterEach(async () => {
  trouble.mode = 'well';
  await story.stop();
});

interface Part {
  readonly state: string;
  readonly detail?: string;
  readonly since: string;
}

interface Report {
  readonly ready: boolean;
  readonly listeners: Part;
  readonly store: Part;
  readonly slack: Part;
  readonly systems: Readonly<Record<string, Part>>;
  readonly runbooks: readonly string[];
}

async function readyz(): Promise<{ readonly status: number; readonly report: Report }> {
  const response = await fetch(`${story.url}/readyz`, { signal: AbortSignal.timeout(10_000) });
  return { status: response.status, report: (await response.json()) as Report };
}

test('keeps a connection for longer than load balancers do, which would lose a request on one that we end', async () => {
  const response = await fetch(`${story.url}/healthz`);
  const [, seconds] = /timeout=(\d+)/.exec(response.headers.get('keep-alive') ?? '') ?? [];
  expect(Number(seconds)).toBeGreaterThan(60);
});

test('says what stands how and since when', async () => {
  const begunAt = Date.now();
  const { status, report } = await readyz();
  expect(status).toBe(200);
  expect(report).toMatchObject({
    ready: true,
    listeners: { state: 'up' },
    store: { state: 'reachable' },
    systems: {
      prometheus: { state: 'not asked yet' },
      dashboard: { state: 'not configured' },
      redis: { state: 'not asked yet' },
    },
    runbooks: ['latency'],
  });
  expect(Math.abs(Date.parse(report.store.since) - begunAt)).toBeLessThan(60_000);
});

test('Slack away is told, and is no reason to be unready: alerts must get through', async () => {
  await until('Slack', async () => (await readyz()).report.slack.state === 'connected');
  await story.stop();
  const nobody = 'http://127.0.0.1:9/api/';
  const before = 'Slack was not asked yet';
  await open({ configure: (config) => ({ ...config, slack: { ...config.slack, apiUrl: nobody } }) });
  const { status, report } = await until('the silence of Slack', async () => {
    const now = await readyz();
    return now.report.slack.detail !== before && now;
  });
  expect(status).toBe(200);
  expect(report).toMatchObject({ ready: true, slack: { state: 'not connected' } });
});

test('a system that does not answer is told with the reason, and again when it answers', async () => {
  story.world.inject('redis:down');
  await story.slack.command('rita', '#incidents', 'incident latency');
  const sick = await until('the silent Redis', async () => {
    const { status, report } = await readyz();
    return report.systems.redis?.state === 'does not answer' && { status, redis: report.systems.redis };
  });
  expect(sick.status).toBe(200);
  expect(sick.redis.detail).toMatch(/redis/i);
  const later = await readyz();
  expect(later.report.systems.redis?.since).toBe(sick.redis.since);
  story.world.heal('redis:down');
  await until('all checks', async () => (await story.store.incident('INC-1'))?.roundFinished === true);
  await story.slack.command('rita', '#incidents', 'checks');
  await until('Redis again', async () => (await readyz()).report.systems.redis?.state === 'answers');
});

test.each([
  ['hangs', /no answer within/],
  ['refuses', /away/],
] as const)('a store that %s makes it unready, and is not waited for', async (mode, detail) => {
  trouble.mode = mode;
  const begun = performance.now();
  const { status, report } = await readyz();
  // The bot waits 1.5 s for the store; the rest is for a slow machine.
  expect(performance.now() - begun).toBeLessThan(4_000);
  expect(status).toBe(503);
  expect(report).toMatchObject({ ready: false, store: { state: 'unreachable' }, listeners: { state: 'up' } });
  expect(report.store.detail).toMatch(detail);
  trouble.mode = 'well';
  expect((await readyz()).status).toBe(200);
});

test('the process is alive whatever the store does', async () => {
  trouble.mode = 'hangs';
  const response = await fetch(`${story.url}/healthz`, { signal: AbortSignal.timeout(2_000) });
  expect(response.status).toBe(200);
});

test('while it stops it says so before it closes the port', async () => {
  const stopped = story.app.stop();
  const { status, report } = await readyz();
  expect(status).toBe(503);
  expect(report).toMatchObject({ ready: false, listeners: { state: 'stopping' }, store: { state: 'reachable' } });
  await stopped;
  await expect(readyz()).rejects.toThrow();
});
