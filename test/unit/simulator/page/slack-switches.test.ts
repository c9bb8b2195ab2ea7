// The switches of Slack's own faults: what they do to a call, each by itself, and that off is off.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSlackSwitches, type SlackSwitches } from '../../../../src/simulator/page/slack-switches.ts';
import { type PretendSlack, startPretendSlack } from '../../../../src/simulator/slack/workspace.ts';

describe("switches of Slack's faults", () => {
  let slack: PretendSlack;
  let switches: SlackSwitches;
  beforeEach(async () => {
    slack = await startPretendSlack({ rateLimits: 'generous' });
    switches = createSlackSwitches(slack.faults);
  });
  afterEach(() => slack.stop());

  const call = () =>
    fetch(`${slack.url}/api/auth.test`, { method: 'POST', headers: { authorization: `Bearer ${slack.botToken}` } });

  test('rate limited: every call is told to wait, until it is off', async () => {
    switches.set('slack-429', true);
    for (let count = 0; count < 3; count += 1) {
      const answer = await call();
      expect(answer.status).toBe(429);
      expect(answer.headers.get('retry-after')).toBe('5');
    }
    switches.set('slack-429', false);
    expect((await call()).status).toBe(200);
  });

  test('slow: an answer comes, and late', async () => {
    switches.set('slack-slow', true);
    const start = performance.now();
    expect((await call()).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(2_900);
  });

  test('down: no call gets through, and one fault does not end another', async () => {
    switches.set('slack-429', true);
    switches.set('slack-down', true);
    await expect(call()).rejects.toThrow();
    switches.set('slack-down', false);
    expect((await call()).status).toBe(429);
  });

  test('the list says what is on, whoever switched twice', () => {
    switches.set('slack-slow', true);
    switches.set('slack-slow', true);
    expect(switches.list().flatMap(({ id, on }) => (on ? [id] : []))).toEqual(['slack-slow']);
    switches.set('slack-slow', false);
    expect(switches.list().some(({ on }) => on)).toBe(false);
    expect(() => switches.set('slack-asleep', true)).toThrow('slack-asleep');
  });
});
