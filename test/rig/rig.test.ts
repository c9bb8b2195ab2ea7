// A small run of the rig on each engine: kills in the middle of people's work, and nothing that was acknowledged is lost.

import { describe, expect, it } from 'vitest';
import { whyNoPostgres } from '../support/real-postgres.ts';
import { type RigOptions, runRig } from './rig.ts';

/** On a machine that is busy with other things everything takes longer, and nothing may be lost all the same. */
const withinMs = 600_000;
const usual = { kills: 10, stops: 1, incidents: 12, people: 8, looks: 3, seed: 20_261_125 };

async function problemsOf(options: Pick<RigOptions, 'engine' | 'outages'>): Promise<readonly string[]> {
  return (await runRig({ ...usual, ...options })).problems;
}

describe('killed ten times, and stopped once, in the middle of incidents', () => {
  it(
    'F47, F51, F52, F53: nothing acknowledged is lost and nothing done twice, on the embedded store',
    async () => {
      expect(await problemsOf({ engine: 'embedded', outages: 0 })).toEqual([]);
    },
    withinMs,
  );

  const missing = whyNoPostgres();
  describe.skipIf(missing !== undefined)(`on PostgreSQL${missing ? ` (${missing})` : ''}`, () => {
    it(
      'F47, F51, F52, F53, F56: nothing is lost and nothing done twice, also when it is stopped and started three times',
      async () => {
        expect(await problemsOf({ engine: 'postgres', outages: 3 })).toEqual([]);
      },
      withinMs,
    );
  });
});
