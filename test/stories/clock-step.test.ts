// The clock of the machine is set by an hour in the middle of an incident: nobody is called in heaps, no timer stands still, nothing reads as negative.

import { afterEach, describe, expect, it } from 'vitest';
import { allText, type Story, startStory, until } from '../support/story.ts';

const hourMs = 3_600_000;
const id = 'INC-1';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let story: Story;
afterEach(() => story.stop());

describe.each([
  ['ahead', hourMs],
  ['back', -hourMs],
] as const)('a clock that is set an hour %s', (_way, stepMs) => {
  it('F61: while an incident is open', { timeout: 120_000 }, async () => {
    let offMs = 0;
    story = await startStory({
      slack: { socketMode: {} },
      clock: { now: () => Date.now() + offMs },
      configure: (config) => ({
        ...config,
        escalation: config.escalation.map((level, index) => ({
          ...level,
          pageAtMs: [0, 15_000, 900_000, 1_800_000][index] ?? 0,
        })),
      }),
    });
    story.world.inject('cache-cold', { agoSeconds: 600 });
    await story.slack.command('rita', '#incidents', 'incident latency');
    const declared = Date.now();
    await until('the evidence', async () => /Evidence of INC-1/.test(await story.threadText()));
    const called = async () =>
      (await story.store.events(id)).flatMap(({ event }) =>
        event.type === 'escalated' && event.how === 'called' ? [event.level] : [],
      );

    offMs = stepMs;
    await pause(3_000);
    // Neither everybody at once, nor nobody ever: L2 at its own time by the store's clock.
    if (Date.now() - declared < 13_000) expect(await called()).toEqual(['L1']);
    await until('the call of L2', async () => (await called()).includes('L2'), 30_000);
    expect(Date.now() - declared).toBeGreaterThan(13_000);
    await pause(2_000);
    expect(await called()).toEqual(['L1', 'L2']);

    // People and the watch go on, and posts are not held back until the clock has caught up.
    const card = await story.card();
    await story.slack.click('rita', card, 'acgs.acknowledge');
    await until(
      'the acknowledgement on the card',
      async () => /Acknowledged rita/.test((await story.card()).text),
      20_000,
    );
    const turns = (await story.store.samples(id, 0)).length;
    await until('another turn of the watch', async () => (await story.store.samples(id, 0)).length > turns, 20_000);
    await story.slack.command('rita', card.channel, 'checks');
    await until('a second round', async () => (await story.store.incident(id))?.round === 2, 20_000);

    await story.slack.command('rita', card.channel, 'resolve the clock was wrong');
    const file = await until('the report', () => story.slack.files().find((one) => one.name.endsWith('.md')), 30_000);
    const report = new TextDecoder().decode(story.slack.fileBytes(file.id));
    const shown = [report, ...story.slack.messages(card.channel).map(allText), await story.threadText()].join('\n');
    expect(shown).not.toMatch(/(^|[\s(])-\d+(\.\d+)? ?(ms|s|min|h|d)\b/m);
    expect(await story.store.verify(id)).toEqual({ ok: true });
    for (const { at, recordedAt } of await story.store.events(id)) {
      for (const stamp of [at, recordedAt]) expect(Math.abs(stamp - Date.now())).toBeLessThan(hourMs + 120_000);
    }
  });
});
