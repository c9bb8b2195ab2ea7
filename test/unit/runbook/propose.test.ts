// Proposals: the supported action first, the rest never hidden; and finding a procedure by a word.

import { describe, expect, it } from 'vitest';
import type { Standing } from '../../../src/core/hypothesis.ts';
import type { ActionDefinition } from '../../../src/core/runbook.ts';
import { findProcedure, propose } from '../../../src/runbook/index.ts';
import { rightLibrary } from './package.ts';

const library = await rightLibrary();
const [right] = library.procedures;
if (right === undefined) throw new Error('the package for tests has a procedure');

const action = (id: string, helps: string | undefined, risk: ActionDefinition['risk']): ActionDefinition => ({
  ...{ id, title: id, step: '8', risk, system: 'redis', kind: 'flushdb', params: {} },
  ...(helps === undefined ? {} : { helps }),
});

const standing = (hypothesis: string, position: Standing['position'], changes: Partial<Standing> = {}): Standing => ({
  ...{ hypothesis, title: hypothesis, position, for: [], against: [], missing: [] },
  ...changes,
});

const procedure = {
  ...right,
  actions: [
    action('scale', 'resources', 'risky'),
    action('flush', 'cache', 'destructive'),
    action('clear', 'cache', 'risky'),
    action('call', 'upstream', 'safe'),
    action('silence', undefined, 'safe'),
  ],
};

const proposals = propose(procedure, [
  standing('cache', 'supported', { for: ['hit rate 41.2 % < 85 %'] }),
  standing('resources', 'ruled-out', { against: ['CPU 41 %', 'memory 58 %'] }),
  standing('upstream', 'unknown', { missing: ['Breakers: none published'] }),
]);

describe('proposals', () => {
  it('begin with what the evidence supports, the milder action before the destructive one', () => {
    expect(proposals.map((one) => one.action.id)).toEqual(['clear', 'flush', 'silence', 'call', 'scale']);
    expect(proposals.map((one) => one.supported)).toEqual([true, true, false, false, false]);
  });

  it('say why, with the numbers, also for what is ruled out or unknown', () => {
    const why = Object.fromEntries(proposals.map((one) => [one.action.id, one.why]));
    expect(why).toMatchObject({
      clear: 'cache is supported: hit rate 41.2 % < 85 %.',
      scale: 'resources is ruled out: CPU 41 %; memory 58 %.',
      call: 'upstream is unknown: Breakers: none published.',
      silence: 'Not tied to one cause.',
    });
  });

  it('hide nothing when there is no evidence at all', () => {
    const blind = propose(procedure, []);
    expect(blind).toHaveLength(procedure.actions.length);
    expect(blind.some((one) => one.supported)).toBe(false);
  });

  it('say both sides of a contradiction', () => {
    const [first] = propose(procedure, [
      standing('resources', 'open', { for: ['CPU 91 %'], against: ['memory 20 %'] }),
    ]);
    expect(first?.action.id).not.toBe('flush');
    const scale = propose(procedure, [
      standing('resources', 'open', { for: ['CPU 91 %'], against: ['memory 20 %'] }),
    ]).find((one) => one.action.id === 'scale');
    expect(scale?.why).toBe('resources is open: CPU 91 %; but memory 20 %.');
  });
});

describe('a procedure is found', () => {
  it.each(['latency', 'LATENCY', 'slow', 'Slow'])('by %s', (word) => {
    expect(findProcedure(library, word)).toBe(right);
  });

  it('not by a slip, which gets a suggestion', () => {
    expect(findProcedure(library, 'latnecy')).toEqual({ suggestion: 'latency' });
  });

  it('not by a word that resembles none', () => {
    expect(findProcedure(library, 'coffee')).toEqual({});
  });
});
