// What is made safe to store comes out as the store returns it, and hardly any text is looked through for that.

import { expect, it } from 'vitest';
import { storable, storableJson } from '../../../src/store/storable.ts';

it.each([
  ['plain words', { a: ['b', 1, null, true] }, { a: ['b', 1, null, true] }],
  [
    'NUL and half surrogates, in keys too',
    { 'k\0': ['\ud800x', 'y\udfff', '\0'] },
    { 'k\ufffd': ['\ufffdx', 'y\ufffd', '\ufffd'] },
  ],
  [
    'whole surrogates and words that look like a number of one',
    ['😀', '\\u0000', '\\ud800'],
    ['😀', '\\u0000', '\\ud800'],
  ],
  ['what JSON cannot say', { gone: undefined, none: Number.NaN, much: Infinity }, { none: null, much: null }],
])('%s: as the store returns them, as a value and as JSON', (_what, given, expected) => {
  expect(storable(given)).toEqual(expected);
  expect(Object.keys(storable(given))).toEqual(Object.keys(expected));
  expect(JSON.parse(storableJson(given))).toEqual(expected);
});
