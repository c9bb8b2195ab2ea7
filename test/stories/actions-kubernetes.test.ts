// Scaling out as people live it in Slack: tried out, confirmed, done, verified when the pods have followed, and put back.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { actionShowing, startActionStory } from '../support/action-story.ts';
import type { Witness } from '../support/invariants.ts';
import { allText, buttonsOf, type Story } from '../support/story.ts';

let story: Story;
let channel: string;
let witness: Witness;
beforeEach(async () => {
  ({ story, channel, witness } = await startActionStory({ budget: '30s' }));
});
// The last one runs first.
afterEach(() => story.stop());
afterEach(() => witness.assertAll());

const bus = 'acgs2-agent-bus';
const replicas = () => story.world.state().truth.replicas[bus];

const shown = (what: RegExp) => actionShowing(story, what);

it('a scale out goes from the preview to "verified", and back', async () => {
  const { slack } = story;
  await slack.command('rita', channel, 'do scale-out');
  const preview = await shown(/PREVIEW · Scale acgs2-agent-bus to 5/);
  expect(allText(preview)).toMatch(/3 → 5/);
  expect(allText(preview)).toMatch(/managed by[\s\S]*Helm/);
  expect(replicas()?.wanted).toBe(3);

  await slack.click('rita', preview, 'acgs.action.request');
  const done = await shown(/DONE · Scale acgs2-agent-bus to 5[\s\S]*5 of 5 pods are up to date, 5 available/);
  expect(replicas()).toEqual({ wanted: 5, ready: 5 });
  expect(buttonsOf(done)).toEqual(['Scale acgs2-agent-bus back to 3 replicas', 'Keep it …']);

  await slack.click('rita', done, 'acgs.action.undo');
  const undo = await shown(/PREVIEW · Scale acgs2-agent-bus back to 3/);
  expect(allText(undo)).toMatch(/DOWN from 5 to 3 replicas/);
  await slack.click('rita', undo, 'acgs.action.request');
  await shown(/UNDONE · Scale acgs2-agent-bus to 5/);
  expect(replicas()?.wanted).toBe(3);
});

it('F40: the replicas move between the confirmation and the run: nothing runs, and it says what has changed', async () => {
  const { slack } = story;
  await slack.command('rita', channel, 'do scale-out');
  const preview = await shown(/PREVIEW · Scale acgs2-agent-bus to 5/);
  const spec = story.world.cluster.deployment(bus)?.spec;
  if (spec === undefined) throw new Error('no deployment');
  story.world.cluster.write(bus, { spec: { ...spec, replicas: 8 } }, { dryRun: false });
  await slack.click('rita', preview, 'acgs.action.request');
  const told = await shown(/VOID, the world changed · Scale acgs2-agent-bus to 5/);
  expect(allText(told)).toMatch(/replicas: was 3, is 8/);
  expect(replicas()?.wanted).toBe(8);
});
