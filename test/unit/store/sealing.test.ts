// What is sealed and what is not: hostile keys keep their place, and what holds nothing private is not copied.

import { expect, it } from 'vitest';
import { seal, unseal } from '../../../src/store/sealing.ts';

function ids(): () => string {
  let count = 0;
  return () => `row-${++count}`;
}

it('gives words back that it took, at every depth, and leaves the rest as it is', () => {
  const value = {
    a: [1, { note: { private: 'since the deploy' } }],
    by: { kind: 'person', id: 'U1' },
    calm: { b: [2] },
  };
  const { sealed, rows } = seal(value, ids());
  expect(rows.map(({ text }) => text)).toEqual(['since the deploy', 'U1']);
  expect(JSON.stringify(sealed)).not.toMatch(/deploy|U1/);
  expect((sealed as typeof value).calm).toBe(value.calm);
  expect(value.by.id).toBe('U1');
  const texts = new Map(rows.map(({ id, text }) => [id, text]));
  expect(unseal(sealed, texts)).toEqual(value);
  expect(Object.keys(unseal(sealed, texts) as object)).toEqual(['a', 'by', 'calm']);
});

it('takes a key that is called __proto__ for what it is', () => {
  const value = JSON.parse('{"__proto__":{"private":"hidden"},"x":1}') as object;
  const { sealed, rows } = seal(value, ids());
  expect(rows.map(({ text }) => text)).toEqual(['hidden']);
  expect(Object.getPrototypeOf(sealed)).toBe(Object.prototype);
  expect(Object.keys(sealed as object)).toEqual(['__proto__', 'x']);
});
