// The daily health check: what is well, what is not, and what cannot be known.
import { afterEach, describe, expect, test } from 'vitest';
import type { PretendMessage } from '../../src/simulator/slack/workspace.ts';
import { allText, type Story, type StoryOptions, startStory, until } from '../support/story.ts';

let story: Story;
afterEach(() => story.stop());

async function health(options: StoryOptions, prepare: (story: Story) => void = () => {}): Promise<PretendMessage> {
  story = await startStory(options);
  prepare(story);
  await story.slack.command('rita', '#incidents', 'health');
  return until('a finished health message', () =>
    story.slack
      .messages('#incidents')
      .find(
        (message) =>
          message.botId !== undefined && / of \d+ |all \d+ OK/.test(message.text) && !/ checks/.test(message.text),
      ),
  );
}

describe('/acgs health', () => {
  test('a healthy system with fine buckets: only the breakers that nobody publishes are unknown', async () => {
    const message = await health({});
    expect(message.text).toMatch(/UNKNOWN · \d of \d+ cannot be measured/);
    const text = allText(message);
    expect(text).toMatch(/error budget \d+ % left/);
    expect(text).toMatch(/of 30 days of data/);
    expect(text).toMatch(/breakers/i);
    expect(text).toMatch(/0 violations/);
    await until('a chart in the thread', () =>
      story.slack
        .thread('#incidents', message.ts)
        .some((reply) => (reply.blocks ?? []).some((block) => block.type === 'image')),
    );
    expect(story.slack.findings).toEqual([]);
  });

  test("ACGS-2's own buckets cannot resolve 4 ms: said as a gap, and 5 ms is still judged", async () => {
    const text = allText(await health({ world: { buckets: 'shared' } }));
    expect(text).toMatch(/not critical/i);
    expect(text).toMatch(/4 ms/);
    expect(text).toMatch(/5 ms/);
  });

  test('the dashboard constants are called defaults and never used for a verdict', async () => {
    expect(allText(await health({}))).toMatch(/default/i);
  });

  test('the first constitutional violation is seen although rate() cannot see it', async () => {
    const message = await health({}, ({ world }) => world.inject('constitutional-violation', { agoSeconds: 120 }));
    expect(message.text).toMatch(/CRITICAL/);
    expect(allText(message)).toMatch(/1 violation/);
  });

  test('a wrong constitutional hash is critical', async () => {
    const message = await health({}, ({ world }) => world.inject('hash-mismatch'));
    expect(message.text).toMatch(/CRITICAL/);
    expect(allText(message)).toMatch(/hash/i);
  });

  test('pods that vanished are unknown, never OK', async () => {
    const message = await health({}, ({ world }) => world.inject('signal-lost', { agoSeconds: 400 }));
    expect(message.text).not.toMatch(/^🟢|· OK/);
    expect(allText(message)).toMatch(/the signal is lost/);
  });

  test('Prometheus that accepts and never answers costs one unknown a check, and the rest is there', async () => {
    const message = await health({}, ({ world }) => world.inject('prometheus:hang'));
    const text = allText(message);
    expect(text).toMatch(/gave no complete answer within/);
    expect(text).toMatch(/breakers/i);
    expect(message.text).toMatch(/UNKNOWN/);
  });
});
