// The health of OPA as the check tells it: an OPA without its policy is green on its own page, and critical here.

import { afterEach, expect, it } from 'vitest';
import { startOpaFace } from '../../../src/simulator/faces/opa.ts';
import { createWorld } from '../../../src/simulator/world/world.ts';
import { testSystems } from '../../support/system-checks.ts';

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function health(params: object) {
  const opa = await startOpaFace({ world: createWorld({ historyDays: 0.01 }) });
  const systems = testSystems({ opa: { url: opa.url } });
  ending.push(() => opa.stop(), systems.close);
  return (await systems.ask('opa.health', params)).observation;
}

it('knows a policy: well, and whether it says yes or no without an input does not matter', async () => {
  const observation = await health({ decision: 'acgs/constitutional/allow' });
  expect(observation).toMatchObject({ verdict: 'ok', facts: { defined: true } });
  expect(observation.summary).toMatch(/knows data\.acgs\.constitutional\.allow/);
});

it('has not loaded it: critical, although its own page is green', async () => {
  const observation = await health({ decision: 'acgs/elsewhere/allow' });
  expect(observation).toMatchObject({ verdict: 'critical', facts: { defined: false } });
  expect(observation.summary).toMatch(/is not defined there: its policy is not loaded/);
});

it('asked without a decision says what it did not look at', async () => {
  const observation = await health({});
  expect(observation.verdict).toBe('ok');
  expect(observation.notes.join()).toMatch(/green on this page without any policy/);
});
