// A silence as people live it in Slack: asked for, in force at once, and ended when it is not wanted any more.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { actionShowing, startActionStory } from '../support/action-story.ts';
import type { Witness } from '../support/invariants.ts';
import { allText, type Story } from '../support/story.ts';

let story: Story;
let channel: string;
let witness: Witness;
beforeEach(async () => {
  ({ story, channel, witness } = await startActionStory(
    { budget: '30s' },
    { before: ({ world }) => world.inject('cache-cold', { agoSeconds: 600 }) },
  ));
});
// The last one runs first.
afterEach(() => story.stop());
afterEach(() => witness.assertAll());

const shown = (what: RegExp) => actionShowing(story, what);

/** Asks the pretend Alertmanager as an operator would. */
async function ask<T>(path: string): Promise<T> {
  return (await (await fetch(`${story.company.systems.alertmanager}/api/v2/${path}`)).json()) as T;
}

const states = async () => {
  const alerts = await ask<{ labels: { alertname: string }; status: { state: string } }[]>('alerts');
  return alerts.map(({ labels, status }) => `${labels.alertname} ${status.state}`).sort();
};

it('a silence runs at once, covers what fires, and is ended by a responder', async () => {
  const { slack } = story;
  expect(await states()).toEqual(['CriticalP99Latency active', 'HighP99Latency active']);
  await slack.command('rita', channel, 'do silence-latency-alerts');
  const done = await shown(/DONE · Silence the latency alerts[\s\S]*over 2 alerts that fire/);
  expect(allText(done)).toMatch(/Nobody is paged for what it covers until \d\d:\d\d UTC/);
  expect(await states()).toEqual(['CriticalP99Latency suppressed', 'HighP99Latency suppressed']);
  const [silence, ...more] = await ask<{ createdBy: string; comment: string }[]>('silences');
  expect([silence?.createdBy, more]).toEqual(['acgs-chatops', []]);

  await slack.click('rita', done, 'acgs.action.undo');
  const undo = await shown(/PREVIEW · End the silence/);
  expect(allText(undo)).toMatch(/What fires pages again at once/);
  await slack.click('rita', undo, 'acgs.action.request');
  await shown(/UNDONE · Silence the latency alerts/);
  expect(await states()).toEqual(['CriticalP99Latency active', 'HighP99Latency active']);
});
