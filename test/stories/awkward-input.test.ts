// What people mistype, what strangers try, what comes in twice, and what hostile text wants.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allText, type Story, startStory, until } from '../support/story.ts';

let story: Story;
beforeAll(async () => {
  story = await startStory();
});
afterAll(() => story.stop());

async function answerTo(who: string, words: string): Promise<string> {
  const before = story.slack.ephemerals(`U0${who.toUpperCase()}`).length;
  await story.slack.command(who, '#incidents', words);
  const answer = await until(`an answer to "${words}"`, () => story.slack.ephemerals(`U0${who.toUpperCase()}`)[before]);
  return allText(answer);
}

describe('words that mean nothing', () => {
  test('a mistyped command is answered with the nearest one', async () => {
    expect(await answerTo('rita', 'healht')).toMatch(/healht[\s\S]*health/);
  });

  test('an unknown runbook declares nothing and names the one that exists', async () => {
    expect(await answerTo('rita', 'incident lateny')).toMatch(/incident latency/);
    expect(story.slack.channels().some((channel) => channel.name.startsWith('inc-'))).toBe(false);
  });

  test('help lists only what works', async () => {
    const text = await answerTo('rita', 'help');
    for (const word of ['health', 'incident latency', 'incident list', 'status', 'oncall', 'do ACTION', 'approve'])
      expect(text).toContain(word);
    for (const word of ['optimize', 'drill', 'escalate']) expect(text).not.toContain(word);
  });

  test('on call is told from the configuration, without waking anybody', async () => {
    const text = await answerTo('rita', 'oncall');
    expect(text).toContain('On-call engineer');
    expect(text).toContain('Engineering manager');
  });
});

describe('a guest', () => {
  test('is refused kindly and nothing is declared', async () => {
    story.slack.join('guest', '#incidents');
    expect(await answerTo('guest', 'incident latency')).toMatch(/full member|guest/i);
    expect(story.slack.channels().some((channel) => channel.name.startsWith('inc-'))).toBe(false);
  });
});

describe('hostile text', () => {
  test('a note can mention nobody, format nothing and break nothing', async () => {
    const hostile = '<!channel> *bold* `code` <@U0LENA> @everyone ``` [x](http://evil.example) \u202e';
    await story.slack.command('rita', '#incidents', `incident latency ${hostile}`);
    const card = await until('the card with the note', async () => {
      const now = await story.card();
      return allText(now).includes('everyone') && now;
    });
    expect(card.text).not.toMatch(/<!channel>|<@U0LENA>/);
    const mrkdwn = JSON.stringify(card.blocks).match(/"type":"mrkdwn"[^}]*everyone/);
    expect(mrkdwn).toBeNull();
    expect(story.slack.findings).toEqual([]);
  });

  test('forty thousand characters are cut, not refused', async () => {
    const text = await answerTo('rita', `timeline add ${'x'.repeat(39_000)}`);
    expect(text).toMatch(/Noted/);
  });
});

describe('the same thing twice', () => {
  test('a repeated delivery of one command declares one incident', async () => {
    const before = await story.store.countIncidents({});
    const delivery = await story.slack.command('rita', '#incidents', 'incident latency separately twice');
    const again = await delivery.replay();
    expect(again.status).toBe(200);
    await until('the incident', async () => (await story.store.countIncidents({})) === before + 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await story.store.countIncidents({})).toBe(before + 1);
  });

  test('a second declaration joins the open incident and says which', async () => {
    const before = await story.store.countIncidents({});
    expect(await answerTo('lena', 'incident latency also seen by support')).toMatch(/INC-1/);
    expect(await story.store.countIncidents({})).toBe(before);
  });
});

describe('forged deliveries', () => {
  const send = (timestamp: number, body = 'command=%2Facgs&text=health') =>
    fetch(`${story.url}/slack/events`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': `v0=${'0'.repeat(64)}`,
      },
    });

  test('a wrong signature is 401', async () => {
    expect((await send(Math.floor(Date.now() / 1000))).status).toBe(401);
  });

  test.each([-360, 360, 86_400])('a clock %d s off is 401, even when signed', async (seconds) => {
    story.slack.faults.clockSkew(seconds);
    const delivery = await story.slack.command('rita', '#incidents', 'help');
    story.slack.faults.clockSkew(0);
    expect(delivery.status).toBe(401);
  });
});
