// A system dies in the middle of an incident: one unknown, and everything else goes on.
import { afterEach, describe, expect, test } from 'vitest';
import type { FaultId } from '../../src/simulator/world/faults.ts';
import { allText, type Story, startStory, until } from '../support/story.ts';

let story: Story;
afterEach(() => story.stop());

async function incidentWith(fault: FaultId): Promise<string> {
  // The company runs in this process too: the systems that are well must not seem dead because the machine is busy.
  story = await startStory({ budget: '12s' });
  story.world.inject('cache-cold', { agoSeconds: 600 });
  story.world.inject(fault);
  await story.slack.command('rita', '#incidents', 'incident latency');
  await until('the evidence', async () => /Evidence of INC-1/.test(await story.threadText()));
  return story.threadText();
}

describe('during a latency incident', () => {
  test.each([
    ['redis:hang', 'Redis latency'],
    ['redis:down', 'Redis latency'],
    ['redis:noauth', 'Redis latency'],
    ['dashboard:html', 'Circuit breakers'],
    ['dashboard:trickle', 'Circuit breakers'],
    ['kubernetes:http500', 'Agent bus pods'],
  ] as const)('%s costs unknowns of its own checks; P99 and the hit rate are there', async (fault, check) => {
    const evidence = await incidentWith(fault);
    expect(evidence).toMatch(new RegExp(`UNKNOWN ${check}`));
    expect(evidence).toMatch(/CRITICAL P99 latency/);
    expect(evidence).toMatch(/CRITICAL Cache hit rate/);
    // The evidence may be there before the card is redrawn.
    await until('the card', async () => /CRITICAL · P99/.test((await story.card()).text));
    expect(story.slack.findings).toEqual([]);
  });

  test('Prometheus down: the headline is unknown with the reason, never green, and Redis and the breakers are still asked', async () => {
    const evidence = await incidentWith('prometheus:down');
    expect(evidence).toMatch(/UNKNOWN P99 latency/);
    expect(evidence).toMatch(/OK Redis clients/);
    const card = await story.card();
    expect(card.text).toMatch(/^⚪ UNKNOWN/);
    expect(card.text).not.toMatch(/^🟢|^🔴/);
  });

  test('Prometheus that dies after the first answers: the watch notices, and says that nothing can be measured', async () => {
    await incidentWith('redis-slow');
    story.world.inject('prometheus:down');
    const card = await until('a headline that follows', async () => {
      const now = await story.card();
      return /^⚪ UNKNOWN/.test(now.text) && now;
    });
    expect(allText(card)).toMatch(/prometheus/i);
  });
});

describe('Slack itself', () => {
  test('takes no calls for a while: a click meanwhile is not lost, and the card catches up in place', async () => {
    await incidentWith('redis-slow');
    const card = await story.card();
    story.slack.faults.down(true);
    expect(await story.slack.click('rita', card, 'acgs.acknowledge')).toMatchObject({ status: 200 });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await story.card()).text).not.toMatch(/Acknowledged rita/);
    story.slack.faults.down(false);
    await until(
      'the acknowledgement on the card',
      async () => /Acknowledged rita/.test((await story.card()).text),
      20_000,
    );
    expect((await story.card()).ts).toBe(card.ts);
    const cards = story.slack.messages(card.channel).filter((message) => /Acknowledged rita/.test(message.text));
    expect(cards).toHaveLength(1);
  });
});
