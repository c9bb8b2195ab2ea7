// The table of faults is true: it is as generated, and every fault has a test or says why it has none.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faultsPage, readFaults, testsOfFaults } from './faults/page.ts';

const faults = readFaults();
const tests = testsOfFaults();

test('docs/faults.md is as `npm run docs:faults` writes it', () => {
  expect(readFileSync('docs/faults.md', 'utf8')).toBe(faultsPage());
});

test('the numbers are F01 to F82, without a hole', () => {
  const numbers = Array.from({ length: 82 }, (_, n) => `F${String(n + 1).padStart(2, '0')}`);
  expect(Object.keys(faults)).toEqual(numbers);
});

test('every fault has a test, or says what is missing', () => {
  const silent = Object.entries(faults).filter(([number, { missing }]) => !tests.has(number) && missing === undefined);
  expect(silent.map(([number]) => number)).toEqual([]);
});

test('no test carries a number that the list does not know', () => {
  expect([...tests.keys()].filter((number) => faults[number] === undefined)).toEqual([]);
});
