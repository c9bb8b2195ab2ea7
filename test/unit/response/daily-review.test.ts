// The reviews that nobody asks for: when their turn is, that a day has one, and what a downtime leaves of them.

import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { dailyReview, keepReviewing } from '../../../src/response/daily-review.ts';
import { runReview } from '../../../src/response/review.ts';
import { type Bench, openBench } from '../../support/response-bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  return () => bench.store.close();
});

/** The minutes until each waiting turn, and what it is. */
async function turns(): Promise<readonly { name: string; inMinutes: number }[]> {
  const { rows } = await sql<{ name: string; minutes: string }>`
    select data->>'name' as name, extract(epoch from start_after - now()) / 60 as minutes
    from pgboss.job where data->>'kind' = 'daily-review' and state = 'created' order by start_after`.execute(
    bench.engine.db,
  );
  return rows.map(({ name, minutes }) => ({ name, inMinutes: Math.round(Number(minutes)) }));
}

test('the daily health check has one turn at 09:00 UTC, however often the bot is started', async () => {
  bench.now = Date.parse('2026-11-23T02:14:00Z');
  await keepReviewing(bench.given);
  await keepReviewing(bench.given);
  expect(await turns()).toEqual([{ name: 'health', inMinutes: 406 }]);
});

test('a bot that is started after the time waits for the next day', async () => {
  bench.now = Date.parse('2026-11-23T09:00:00Z');
  await keepReviewing(bench.given);
  expect(await turns()).toEqual([{ name: 'health', inMinutes: 1_440 }]);
});

test('it is begun once a day, is for everybody, and repeats what is still in place', async () => {
  bench.now = Date.parse('2026-11-23T09:00:00Z');
  await dailyReview(bench.given, 'health');
  await dailyReview(bench.given, 'health');
  const sent = (await bench.store.outbox.claim(10)).map(({ notice }) => notice);
  expect(sent).toEqual([{ kind: 'review', review: 'review-health-2026-11-23' }]);
  expect(await turns()).toEqual([{ name: 'health', inMinutes: 1_440 }]);

  await runReview(bench.given, 'review-health-2026-11-23', 'health', undefined);
  const last = (await bench.store.events('review-health-2026-11-23')).at(-1);
  expect(last).toMatchObject({ actor: { kind: 'bot' }, event: { type: 'review-finished', inPlace: [] } });

  bench.now = Date.parse('2026-11-24T09:00:00Z');
  await dailyReview(bench.given, 'health');
  expect(await bench.store.events('review-health-2026-11-24')).toHaveLength(1);
});

test('after a downtime it comes late and once, whatever number of days were missed', async () => {
  bench.now = Date.parse('2026-11-26T15:30:00Z');
  await dailyReview(bench.given, 'health');
  expect(await bench.store.events('review-health-2026-11-26')).toHaveLength(1);
  expect(await bench.store.events('review-health-2026-11-25')).toEqual([]);
  expect(await turns()).toEqual([{ name: 'health', inMinutes: 17 * 60 + 30 }]);
});

test('a review that its package does not post any more is left out', async () => {
  const library = { ...bench.given.library, reviews: [] };
  await dailyReview({ ...bench.given, library }, 'health');
  expect(await bench.store.outbox.claim(10)).toEqual([]);
  expect(await turns()).toEqual([]);
});
