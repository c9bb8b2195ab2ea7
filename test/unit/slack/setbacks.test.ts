// When what waits for a turn comes back: answers one after the other, and everything else when its own turn is.

import { expect, test } from 'vitest';
import type { Notice } from '../../../src/core/notice.ts';
import type { OutboxRow } from '../../../src/core/ports.ts';
import { SlackCallFailed } from '../../../src/slack/failures.ts';
import type { Publishing } from '../../../src/slack/publishing.ts';
import { createSetbacks } from '../../../src/slack/setbacks.ts';

const answer: Notice = { kind: 'answer', to: { person: 'U0RITA' }, answer: { kind: 'text', text: 'All is well.' } };
const redraw: Notice = { kind: 'redraw-card', incident: 'INC-1' };

/** How long each of them was told to wait, when all are told at once how far away their turn is, `turnMs` where nothing else is said. */
async function toldToWait(
  turnMs: number,
  notices: readonly Notice[],
  otherTurnsMs: Readonly<Record<number, number>> = {},
): Promise<readonly number[]> {
  const told: number[] = [];
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const outbox = { retry: async (_id: string, afterMs: number) => void told.push(afterMs) };
  const setbacks = createSetbacks({ store: { outbox }, log: quiet } as unknown as Publishing);
  for (const [number, notice] of notices.entries()) {
    const row: OutboxRow = {
      ...{ id: `row-${number}`, lane: `lane-${number}`, notice },
      ...{ attempt: 1, createdAt: Date.now(), waitedMs: 0, ambiguous: false },
    };
    const why = 'waiting for its turn';
    const afterMs = otherTurnsMs[number] ?? turnMs;
    await setbacks.after({ row, touched: false }, new SlackCallFailed('any', { kind: 'wait', afterMs, why }));
  }
  return told;
}

test('a thousand answers that wait for one turn come back over minutes, in their order, and the first of them when it is there', async () => {
  const told = await toldToWait(1_000, Array<Notice>(1_000).fill(answer));
  expect(told[0]).toBeCloseTo(1_000);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  // Slack takes about six a second; whoever comes back much sooner than that comes for nothing.
  expect(told.at(-1)).toBeGreaterThan(120_000);
  expect(told.at(-1)).toBeLessThan(240_000);
});

test('an answer whose turn is soon does not wait behind those whose turn is far away', async () => {
  const told = await toldToWait(30_000, Array<Notice>(50).fill(answer), { 40: 1_000, 45: 1_000 });
  expect(told[40]).toBeCloseTo(1_000);
  expect(told[45]).toBeCloseTo(1_200, -1);
});

test('what is no answer does not wait behind answers', async () => {
  const told = await toldToWait(1_000, [...Array<Notice>(1_000).fill(answer), redraw, redraw]);
  expect(told.slice(-2)).toEqual([1_000, 1_000]);
});
