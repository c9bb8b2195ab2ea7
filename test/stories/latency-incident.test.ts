// Rita is woken by slow answers, declares a latency incident, and is led to the report.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allText, buttonsOf, type Story, startStory, until, untilIn } from '../support/story.ts';

describe('a latency incident that a cold cache causes', () => {
  let story: Story;
  beforeAll(async () => {
    story = await startStory({ world: { fallsWithinMs: 2_000 }, budget: '30s' });
    // What is measured is the bot, and not the first command of a process that has just started.
    await story.slack.command('lena', '#incidents', 'incident list');
    story.world.inject('cache-cold', { agoSeconds: 600 });
  });
  afterAll(() => story.stop());

  test('the command is acknowledged at once and an incident channel opens with Rita and the on-call in it', async () => {
    const delivery = await story.slack.command('rita', '#incidents', 'incident latency checkout is slow');
    expect(delivery).toMatchObject({ status: 200, outcome: 'ok' });
    const channel = story.slack.channel(await story.incidentChannel());
    expect(channel.name).toMatch(/^inc-\d{8}-1-latency$/);
    await untilIn(story.slack, channel.id);
    await until('a pinned card', () => story.slack.channel(channel.id).pins.length === 1);
    await until('a topic', () => story.slack.channel(channel.id).topic.length > 0);
    await until('an announcement', () =>
      story.slack.messages('#incidents').some((message) => message.text.includes('INC-1')),
    );
  });

  test('without another click the card says how bad it is, what it comes from, and what is ruled out', async () => {
    const card = await until('a full card', async () => {
      const now = await story.card();
      return /CRITICAL/.test(now.text) && /Ruled out/i.test(allText(now)) && now;
    });
    expect(card.text).toMatch(/CRITICAL · P99.* ms &gt; 5 ms/);
    expect(card.text).toContain('agent-bus');
    expect(allText(card)).toMatch(/Likely.*cache/i);
    expect(allText(card)).toMatch(/Ruled out.*resources/i);
    expect(allText(card)).toContain('checkout is slow');
  });

  test('the evidence and its charts stand in the thread, with numbers in the alt text', async () => {
    await until('evidence in the thread', async () => /hit rate/i.test(await story.threadText()));
    const { channel, ts } = await story.card();
    const charts = await until('a chart', () => {
      const found = story.slack
        .thread(channel, ts)
        .flatMap((message) => (message.blocks ?? []).filter((block) => block.type === 'image'));
      return found.length > 0 && found;
    });
    expect(String(charts[0]?.alt_text)).toMatch(/\d+(\.\d+)? ms/);
    const [file] = story.slack.files();
    expect([...story.slack.fileBytes(file?.id ?? '').slice(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
  });

  test('circuit breakers that nobody publishes are unknown, never closed', async () => {
    expect(await story.threadText()).toMatch(/UNKNOWN[^\n]*breaker|breaker[^\n]*UNKNOWN/i);
  });

  test('actions are named with their step, and no button is drawn for them', async () => {
    const card = await story.card();
    expect(allText(card)).toMatch(/step 8/i);
    expect(buttonsOf(card).join(' ')).not.toMatch(/flush|scale|clear/i);
  });

  test('acknowledging stops the clock and makes Rita the responder', async () => {
    const card = await story.card();
    expect(buttonsOf(card)).toContain('Acknowledge INC-1');
    await story.slack.click('rita', card, 'acgs.acknowledge');
    const after = await until('an acknowledged card', async () => {
      const now = await story.card();
      return !buttonsOf(now).includes('Acknowledge INC-1') && now;
    });
    expect(allText(after)).toContain('Responder rita');
  });

  test('when the cause is gone the watch proposes to resolve, after enough healthy scrapes and not before', async () => {
    story.world.heal('cache-cold');
    const channel = await story.incidentChannel();
    await until(
      'the proposal',
      () => story.slack.messages(channel).some((message) => /RECOVERED/.test(message.text)),
      25_000,
    );
  });

  test('Rita resolves with a reason, and the report lies in the channel', async () => {
    const card = await story.card();
    await story.slack.click('rita', card, 'acgs.resolve');
    const view = await until('the modal', () => story.slack.openView('rita'));
    await story.slack.submit('rita', view.id, { reason: 'cache prefixes cleared by hand, P99 back to normal' });
    const file = await until('the report', () => story.slack.files().find((one) => one.name.endsWith('.md')));
    const report = new TextDecoder().decode(story.slack.fileBytes(file.id));
    for (const section of [
      'Summary',
      'Impact',
      'Timeline',
      'Times',
      'What we saw',
      'Causes considered',
      'Action items',
      'Appendix',
    ]) {
      expect(report).toContain(`## ${section}`);
    }
    expect(report).toContain('cache prefixes cleared by hand');
    expect(report).toMatch(/Acknowledgement: .*\[#\d+\]/);
    expect(report).not.toContain('not acknowledged');
    const resolved = await until('a resolved card', async () => {
      const now = await story.card();
      return /resolved/i.test(now.text) && now;
    });
    expect(buttonsOf(resolved)).not.toContain('Acknowledge INC-1');
    expect(await story.store.verify('INC-1')).toEqual({ ok: true });
  });

  test('Slack would have nothing to complain about, and the bot logged no error', () => {
    expect(story.slack.findings).toEqual([]);
    expect(story.complaints).toEqual([]);
  });
});
