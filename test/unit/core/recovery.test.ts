// The recovery watch: scrapes are counted, silence is not health, one good sample is not recovery.
import { describe, expect, test } from 'vitest';
import type { Sample } from '../../../src/core/ports.ts';
import { judgeRecovery, watchVerdict } from '../../../src/core/recovery.ts';
import type { Limit, LimitReading, Verdict } from '../../../src/core/verdict.ts';
import { observation } from '../../support/incident-history.ts';

const needs = { samples: 3, holdMs: 20_000 };
const critical: Limit = { level: 'critical', breachedWhen: 'above', bound: 5, source: 'test' };
const warning: Limit = { level: 'warning', breachedWhen: 'above', bound: 4, source: 'test' };

/** One sample every ten seconds. */
function samples(...verdicts: readonly (readonly [Verdict, number | null])[]): readonly Sample[] {
  return verdicts.map(([verdict, value], index) => ({ signal: 'recovery', at: index * 10_000, value, verdict }));
}

const judge = (seen: readonly Sample[], now = (seen.length - 1) * 10_000) => judgeRecovery(seen, needs, now);

describe('the watch', () => {
  test('one good sample is not recovery', () => {
    expect(judge(samples(['critical', 19], ['ok', 3]))).toEqual({ state: 'recovering', healthySamples: 1 });
  });

  test('enough good samples over enough time are', () => {
    expect(judge(samples(['critical', 19], ['ok', 3], ['ok', 3], ['ok', 3]))).toEqual({
      state: 'recovered',
      healthySamples: 3,
    });
  });

  test('enough good samples in too short a time are not', () => {
    const quick = samples(['ok', 3], ['ok', 3], ['ok', 3]).map((sample, index) => ({ ...sample, at: index * 1_000 }));
    expect(judgeRecovery(quick, needs, 3_000)).toEqual({ state: 'recovering', healthySamples: 3 });
  });

  test('F74: one bad sample starts the count again', () => {
    expect(judge(samples(['ok', 3], ['ok', 3], ['critical', 9], ['ok', 3]))).toEqual({
      state: 'recovering',
      healthySamples: 1,
    });
  });

  test('F74: an unknown sample holds the watch: it neither counts nor breaks the run', () => {
    expect(judge(samples(['critical', 19], ['ok', 3], ['unknown', null], ['ok', 3]))).toEqual({
      state: 'recovering',
      healthySamples: 2,
    });
  });

  test('a series that vanished is a lost signal, not a recovery', () => {
    const gone = samples(['critical', 19], ['ok', 3], ['ok', 3], ['ok', 3], ['unknown', null]);
    expect(judgeRecovery(gone, needs, 30_000 + 121_000)).toEqual({ state: 'signal-lost', healthySamples: 0 });
  });

  test('nothing measured for two minutes is a lost signal, whether or not anybody noted the unknowns', () => {
    expect(judgeRecovery(samples(['critical', 19], ['ok', 3], ['ok', 3], ['ok', 3]), needs, 151_000).state).toBe(
      'signal-lost',
    );
  });

  test('a run does not reach across a silence: one good sample after it is one good sample', () => {
    const before = samples(['ok', 3], ['ok', 3], ['ok', 3], ['ok', 3]);
    const after = { signal: 'recovery', at: 3_600_000, value: 3, verdict: 'ok' } as const;
    expect(judgeRecovery([...before, after], needs, 3_600_000)).toEqual({ state: 'recovering', healthySamples: 1 });
  });

  test('values well beyond those at the start are called worse', () => {
    expect(judge(samples(...[10, 11, 10, 12, 14, 15, 16].map((value) => ['critical', value] as const))).state).toBe(
      'worse',
    );
    expect(judge(samples(...[10, 11, 10, 11, 10, 11, 10].map((value) => ['critical', value] as const))).state).toBe(
      'watching',
    );
  });

  test('nothing measured yet is watching, not recovered', () => {
    expect(judge([])).toEqual({ state: 'watching', healthySamples: 0 });
    expect(judge(samples(['unknown', null]))).toEqual({ state: 'watching', healthySamples: 0 });
  });
});

describe('what one observation says to the watch', () => {
  const reading = (limit: Limit, outcome: LimitReading['outcome']): LimitReading => ({ ...limit, outcome });

  test('a warning limit that cannot be measured does not hold it up when the critical one held', () => {
    const seen = observation('p99', 'unknown', {
      limits: [reading(warning, 'undecidable'), reading(critical, 'held')],
    });
    expect(watchVerdict(seen, true)).toBe('ok');
  });

  test('too little traffic proves nothing good, but a breach is a breach', () => {
    expect(watchVerdict(observation('p99', 'ok', { limits: [reading(critical, 'held')] }), false)).toBe('unknown');
    expect(watchVerdict(observation('p99', 'critical', { limits: [reading(critical, 'breached')] }), false)).toBe(
      'critical',
    );
  });

  test('no limit decided means unknown', () => {
    expect(watchVerdict(observation('p99', 'unknown', { limits: [reading(critical, 'undecidable')] }), true)).toBe(
      'unknown',
    );
    expect(watchVerdict(observation('p99', 'ok'), true)).toBe('unknown');
  });
});
