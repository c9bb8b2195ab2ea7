// Whose slowness a slow PING is: the bot's own is left out, that of Redis never.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { above, type TestSystems, testSystems } from '../../support/system-checks.ts';
import { type PretendRedis, startPretendRedis } from './pretend-redis.ts';

let redis: PretendRedis;
let systems: TestSystems;
beforeAll(async () => {
  redis = await startPretendRedis('password');
  systems = testSystems({ redis: { url: `redis://127.0.0.1:${redis.port}/0` } });
});
afterAll(async () => {
  await systems.close();
  await redis.stop();
});

async function latency(samples: number, budgetMs = 10_000) {
  const { observation } = await systems.ask(
    'redis.latency',
    { samples },
    { unit: 'ms', limits: [above(20)], budgetMs },
  );
  return observation;
}

/** Keeps this process, and so the bot, from doing anything. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it('leaves out PINGs that ran while the bot itself was busy, and says how many', async () => {
  redis.beforePing(async (nth) => {
    if (nth % 10 === 5) block(40);
  });
  const observation = await latency(100);
  expect(observation.verdict).toBe('ok');
  expect(observation.measurement?.value).toBeLessThan(20);
  expect(observation.facts?.samples).toBe(100);
  const left = observation.notes.map((note) => /^(\d+) PINGs are not counted: the bot itself was busy/.exec(note)?.[1]);
  expect(Number(left.find(Boolean))).toBeGreaterThanOrEqual(10);
});

it('calls a Redis that takes 40 ms critical', async () => {
  redis.beforePing(() => sleep(40));
  const observation = await latency(20);
  expect(observation.verdict).toBe('critical');
  expect(observation.measurement?.value).toBeGreaterThan(35);
  expect(observation.summary).toMatch(/^P99 \d+(\.\d+)? ms > 20 ms, P50/);
});

it('knows nothing about Redis while the bot is always busy', async () => {
  redis.beforePing(async () => block(5));
  const observation = await latency(20);
  expect(observation.unknown?.reason).toBe('truncated');
  expect(observation.unknown?.detail).toContain('the bot itself was too busy');
});

it('does not call a Redis healthy that answered quickly and then stopped', async () => {
  redis.beforePing((nth) => (nth > 50 ? new Promise(() => undefined) : Promise.resolve()));
  const observation = await latency(100, 800);
  expect(observation.verdict).toBe('critical');
  expect(observation.measurement?.value).toBeGreaterThan(300);
  expect(observation.notes.join()).toMatch(/only \d+ of 100 PINGs could be timed.*the last PING had no answer after/);
});

it('judges the PINGs that fitted into the budget, and says how many', async () => {
  redis.beforePing(() => sleep(15));
  const observation = await latency(1_000, 1_500);
  expect(observation.measurement?.value).toBeGreaterThan(14);
  expect(observation.notes.join()).toMatch(/only \d+ of 1000 PINGs could be timed/);
});
