// Answers in batches: few writes while many arrive, and never a pause after the last one.

import { expect, test } from 'vitest';
import { settled } from '../../../src/response/settled.ts';

async function batchesOf<T>(promises: readonly Promise<T>[]): Promise<readonly (readonly T[])[]> {
  const batches: (readonly T[])[] = [];
  for await (const batch of settled(promises)) batches.push(batch);
  return batches;
}

test('what arrives close together is one batch, and what is already there comes at once', async () => {
  const late = new Promise<string>((resolve) => setTimeout(() => resolve('c'), 10));
  expect(await batchesOf([Promise.resolve('a'), Promise.resolve('b'), late])).toEqual([['a', 'b', 'c']]);
});

test('an answer does not wait for one that takes long', async () => {
  const gate = Promise.withResolvers<string>();
  const seen: string[][] = [];
  for await (const batch of settled([Promise.resolve('quick'), gate.promise])) {
    seen.push([...batch]);
    // Opened only when the first was given: were it held back, this would never end.
    gate.resolve('slow');
  }
  expect(seen).toEqual([['quick'], ['slow']]);
});

test('nothing asked is nothing answered', async () => {
  expect(await batchesOf([])).toEqual([]);
});
