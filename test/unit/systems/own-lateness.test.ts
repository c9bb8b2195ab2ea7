// The bot's own lateness: seen when its event loop was blocked, and nothing else.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type OwnLateness, watchOwnLateness } from '../../../src/systems/redis/own-lateness.ts';

let watch: OwnLateness | undefined;
afterEach(() => watch?.stop());

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test('a blocked event loop is seen for as long as it was blocked, once', async () => {
  watch = watchOwnLateness();
  await sleep(5);
  watch.sinceLastMs();
  block(60);
  expect(watch.sinceLastMs()).toBeGreaterThan(50);
  expect(watch.sinceLastMs()).toBeLessThan(50);
});

test('a block that ended while somebody waited is still seen', async () => {
  watch = watchOwnLateness();
  watch.sinceLastMs();
  setTimeout(() => block(60), 1);
  await sleep(20);
  await sleep(5);
  expect(watch.sinceLastMs()).toBeGreaterThan(50);
});

test('waiting is not lateness', async () => {
  watch = watchOwnLateness();
  const seen: number[] = [];
  // A loaded machine may be late in some of the rounds, not in all of them.
  for (let round = 0; round < 5; round += 1) {
    watch.sinceLastMs();
    await sleep(40);
    seen.push(watch.sinceLastMs());
  }
  expect(Math.min(...seen)).toBeLessThan(10);
});
