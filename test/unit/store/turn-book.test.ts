// What a process may go by without asking the database: only what it saw whole, and only while its clock is fresh.

import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { RememberedTurns, type TurnRow } from '../../../src/store/turn-book.ts';

function row(key: string, version: string, changes: Partial<TurnRow> = {}): TurnRow {
  return { key, taken: [], paused_until: Number.NEGATIVE_INFINITY, version, now: 1_000_000, ...changes };
}

it('is asked for again until every row was seen', () => {
  const turns = new RememberedTurns();
  expect(turns.recall(['a'])).toBeUndefined();
  turns.saw([row('a', '7')]);
  expect(turns.recall(['a', 'b'])).toBeUndefined();
  turns.saw([row('b', '8')]);
  expect(turns.recall(['a', 'b'])?.versionOf('b')).toBe('8');
});

it('is the newest that was seen of each row, until it is forgotten', () => {
  const turns = new RememberedTurns();
  turns.saw([row('a', '7', { taken: [999_000] })]);
  turns.saw([row('a', '9', { taken: [999_000, 1_000_500], now: 1_000_500 })]);
  const book = turns.recall(['a']);
  expect([book?.versionOf('a'), book?.of('a').taken]).toEqual(['9', [999_000, 1_000_500]]);
  turns.forget(['a']);
  expect(turns.recall(['a'])).toBeUndefined();
});

it('goes on with the time of the database, not with ours', async () => {
  const turns = new RememberedTurns();
  turns.saw([row('a', '7', { now: 5_000 })]);
  await pause(20);
  const now = turns.recall(['a'])?.now ?? 0;
  expect(now).toBeGreaterThanOrEqual(5_015);
  expect(now).toBeLessThan(15_000);
});

it('does not grow with the channels of old incidents', () => {
  const turns = new RememberedTurns();
  for (let n = 0; n < 600; n += 1) turns.saw([row(`channel ${n}`, '1')]);
  expect(turns.recall(['channel 599'])).toBeDefined();
  expect(turns.recall(['channel 1'])).toBeUndefined();
});
