// What turns promise: together everybody stays within an allowance, a pause counts for all, and who will not wait takes nothing.

import { expect, it } from 'vitest';
import type { Allowance } from '../../../src/core/turn.ts';
import { openStore } from '../../../src/store/index.ts';
import { givenToStore } from '../../support/prepared-store.ts';
import { onEveryEngine, onPostgres } from './engines.ts';

let keys = 0;
/** An allowance that no other test knows. */
function allowance(calls: number, windowMs: number): Allowance {
  keys += 1;
  return { key: `method-${keys}`, calls, windowMs };
}

onEveryEngine('turns', (bench) => {
  it('come at once until the allowance is used up, then when the oldest of them is over', async () => {
    const { turns } = bench().store;
    const two = allowance(2, 60_000);
    expect(await turns.take([two], 0)).toBe(0);
    expect(await turns.take([two], 0)).toBe(0);
    const wait = await turns.take([two], 60_000);
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(60_000);
  });

  it('are not taken by who will not wait', async () => {
    const { turns } = bench().store;
    const one = allowance(1, 1_000);
    await turns.take([one], 0);
    for (let n = 0; n < 5; n += 1) expect(await turns.take([one], 10)).toBeGreaterThan(10);
    expect(await turns.take([one], 2_000)).toBeLessThanOrEqual(1_000);
  });

  it('of several allowances come when all of them grant it', async () => {
    const { turns } = bench().store;
    const [wide, narrow] = [allowance(10, 60_000), allowance(1, 60_000)];
    expect(await turns.take([wide, narrow], 0)).toBe(0);
    expect(await turns.take([wide, narrow], 0)).toBeGreaterThan(0);
    expect(await turns.take([wide], 0)).toBe(0);
  });

  it('pause for as long as was said, one key and no other', async () => {
    const { turns } = bench().store;
    const [paused, other] = [allowance(10, 1_000), allowance(10, 1_000)];
    await turns.pause(paused.key, 30_000);
    await turns.pause(paused.key, 1_000);
    expect(await turns.take([paused], 0)).toBeGreaterThan(20_000);
    expect(await turns.take([other], 0)).toBe(0);
  });
});

onPostgres('turns of two replicas', (server) => {
  it('are counted together, also when both ask at the same moment', async () => {
    const url = await server().freshDatabase();
    const stores = await Promise.all([1, 2].map(() => openStore({ kind: 'postgres', url }, givenToStore())));
    const method = allowance(20, 60_000);
    const waits: (number | undefined)[] = [];
    for (let batch = 0; batch < 5; batch += 1) {
      const both = Array.from({ length: 8 }, (_, n) => stores[n % 2]?.turns.take([method, allowance(40, 60_000)], 0));
      waits.push(...(await Promise.all(both)));
    }
    expect(waits.filter((wait) => wait === 0)).toHaveLength(20);
    // Not less is granted than there is, either: the later turns of a free allowance come when the earlier ones are over.
    const free = allowance(10, 60_000);
    const all = Array.from({ length: 20 }, (_, n) => stores[n % 2]?.turns.take([free], 120_000));
    const granted = (await Promise.all(all)).map((wait) => (wait ?? 0) > 0);
    expect(granted.filter((waited) => waited)).toHaveLength(10);
    await stores[0]?.turns.pause(method.key, 120_000);
    expect(await stores[1]?.turns.take([method], 0)).toBeGreaterThan(100_000);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('are counted by what the other one wrote, not by what is remembered', async () => {
    const url = await server().freshDatabase();
    const [one, two] = await Promise.all([1, 2].map(() => openStore({ kind: 'postgres', url }, givenToStore())));
    if (one === undefined || two === undefined) throw new Error('two stores were opened');
    const method = allowance(4, 60_000);
    // Both know the row by now, and each takes a turn that the other has not seen.
    for (const store of [one, two, one, two]) expect(await store.turns.take([method], 0)).toBe(0);
    for (const store of [one, two]) expect(await store.turns.take([method], 0)).toBeGreaterThan(50_000);
    const other = allowance(100, 60_000);
    for (const store of [one, two, one]) expect(await store.turns.take([other], 0)).toBe(0);
    await two.turns.pause(other.key, 30_000);
    expect(await one.turns.take([other], 0)).toBeGreaterThan(20_000);
    await Promise.all([one.close(), two.close()]);
  });
});
