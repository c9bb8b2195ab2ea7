// The Events API of the pretend workspace: who gets which event, and what happens when the app does not take it.
import { describe, expect, it } from 'vitest';
import { at, call, quiet, startApp, startWorkspace } from './fixture.ts';

describe('events', () => {
  it('go to a subscribed app whose bot is there, signed as JSON, and mentions only outside direct messages', async () => {
    const slack = await startWorkspace({ rateLimits: 'generous' });
    const app = await startApp(slack);
    await slack.say('rita', 'incidents', `<@${slack.botUserId}> help`);
    await slack.say('rita', 'general', `<@${slack.botUserId}> the bot is not here`);
    await slack.settled();
    expect(app.received.map((one) => at(one.payload, 'event', 'type'))).toEqual(['app_mention']);
    expect(app.received[0]?.payload).toMatchObject({
      type: 'event_callback',
      team_id: slack.teamId,
      event: { user: 'U0RITA' },
    });
    expect(app.received[0]?.headers['content-type']).toBe('application/json');
  });

  it('are retried three times with their number and reason, unless the app declines', async () => {
    const slack = await startWorkspace({ events: ['reaction_added'], eventRetryDelaysMs: [0, 5, 5] });
    let headers = {};
    const app = await startApp(slack, () => ({ status: 500, headers }));
    await slack.say('rita', 'incidents', 'look');
    const message = slack.messages('incidents')[0];
    if (!message) throw new Error('nothing was said');
    await slack.react('omar', message, 'eyes');
    await slack.settled();
    expect(app.received.map((one) => one.headers['x-slack-retry-num'])).toEqual([undefined, '1', '2', '3']);
    expect(app.received[3]?.headers['x-slack-retry-reason']).toBe('http_error');
    expect(new Set(app.received.map((one) => at(one.payload, 'event_id'))).size).toBe(1);
    headers = { 'x-slack-no-retry': '1' };
    await slack.react('omar', message, 'tada');
    await slack.settled();
    expect(app.received).toHaveLength(5);
  });

  it("include the bot's own posts when messages are subscribed", async () => {
    const slack = await startWorkspace({ events: ['message.channels'] });
    const app = await startApp(slack);
    await call(slack, 'chat.postMessage', { channel: 'C0INCIDENTS', text: 'mine', ...quiet });
    await slack.settled();
    expect(at(app.received[0]?.payload, 'event')).toMatchObject({
      type: 'message',
      bot_id: slack.botId,
      channel_type: 'channel',
    });
  });
});
