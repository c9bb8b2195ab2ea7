// When what waits for a turn comes back: one after the other where all wait for the same one, and everything else when its own turn is.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Notice } from '../../../src/core/notice.ts';
import type { OutboxRow } from '../../../src/core/ports.ts';
import { SlackCallFailed } from '../../../src/slack/failures.ts';
import type { Line } from '../../../src/slack/places.ts';
import type { Publishing } from '../../../src/slack/publishing.ts';
import { createSetbacks } from '../../../src/slack/setbacks.ts';

const answer: Notice = { kind: 'answer', to: { person: 'U0RITA' }, answer: { kind: 'text', text: 'All is well.' } };
const redraw: Notice = { kind: 'redraw-card', incident: 'INC-1' };
const room: Line = { key: 'post C0ROOM', apartMs: 1_000 };
const urgent = 0;
const low = 2;

// The stopwatch stands still: all are told at once.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

interface Waiting {
  readonly notice: Notice;
  readonly turnMs: number;
  readonly line?: Line;
  readonly urgency?: number;
}

/** How long each of them was told to wait, when all are told at once how far away their turn is. */
async function toldToWait(waiting: readonly Waiting[]): Promise<readonly number[]> {
  const told: number[] = [];
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const outbox = { retry: async (_id: string, afterMs: number) => void told.push(afterMs) };
  const setbacks = createSetbacks({ store: { outbox }, log: quiet } as unknown as Publishing);
  for (const [number, { notice, turnMs, line, urgency = urgent }] of waiting.entries()) {
    const row: OutboxRow = {
      ...{ id: `row-${number}`, lane: `lane-${number}`, notice, urgency },
      ...{ attempt: 1, createdAt: Date.now(), waitedMs: 0, ambiguous: false },
    };
    const failure = { kind: 'wait', afterMs: turnMs, why: 'waiting for its turn', ...(line && { line }) } as const;
    await setbacks.after({ row, touched: false }, new SlackCallFailed('any', failure));
  }
  return told;
}

test('a thousand answers that wait for one turn come back over minutes, in their order, and the first of them when it is there', async () => {
  const told = await toldToWait(Array<Waiting>(1_000).fill({ notice: answer, turnMs: 1_000 }));
  expect(told[0]).toBeCloseTo(1_000);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  // Slack takes about six a second; whoever comes back much sooner than that comes for nothing.
  expect(told.at(-1)).toBeGreaterThan(120_000);
  expect(told.at(-1)).toBeLessThan(240_000);
});

test('an answer whose turn is soon does not wait behind those whose turn is far away', async () => {
  const far = Array<Waiting>(40).fill({ notice: answer, turnMs: 30_000 });
  const soon: Waiting = { notice: answer, turnMs: 1_000 };
  const told = await toldToWait([...far, soon, ...far, soon]);
  expect(told[40]).toBeCloseTo(1_000);
  expect(told[81]).toBeCloseTo(1_200);
});

test('what waits for a channel comes back at the pace of that channel, and another channel knows nothing of it', async () => {
  const here: Waiting = { notice: redraw, turnMs: 2_000, line: room };
  const elsewhere: Waiting = { ...here, line: { ...room, key: 'post C0OTHER' } };
  expect(await toldToWait([here, here, here, elsewhere])).toEqual([2_000, 3_000, 4_000, 2_000]);
});

test('what is urgent comes back for the next turn, however much waits there that is not', async () => {
  const charts = Array<Waiting>(60).fill({ notice: redraw, turnMs: 2_000, line: room, urgency: low });
  const call: Waiting = { notice: redraw, turnMs: 2_000, line: room };
  const told = await toldToWait([...charts, call, call, { ...call, urgency: low }]);
  expect(told[60]).toBeCloseTo(2_000);
  expect(told[61]).toBeCloseTo(3_000);
  expect(told[62]).toBeCloseTo(62_000);
});

test('what waits in no line comes back when its own turn is, and does not wait behind answers', async () => {
  const answers = Array<Waiting>(100).fill({ notice: answer, turnMs: 1_000 });
  const alone: Waiting = { notice: redraw, turnMs: 1_000 };
  const told = await toldToWait([...answers, alone, alone]);
  expect(told.slice(-2)).toEqual([1_000, 1_000]);
});

test('lines where nobody waits any more are forgotten, and those where somebody does are not', async () => {
  const passing = Array.from({ length: 200 }, (_, number) => ({
    ...{ notice: redraw, turnMs: 0, line: { key: `post C${number}`, apartMs: 1 } },
  }));
  const here: Waiting = { notice: redraw, turnMs: 60_000, line: room };
  const told = await toldToWait([here, ...passing, here]);
  expect(told[0]).toBeCloseTo(60_000);
  expect(told.at(-1)).toBeCloseTo(61_000);
});
