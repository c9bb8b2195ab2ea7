// Signed deliveries to the app: commands, clicks, their deadline, replies and replays.
import { describe, expect, it } from 'vitest';
import { signatureOf } from '../../../../src/simulator/slack/signing.ts';
import { actions, at, button, call, quiet, section, startApp, startWorkspace } from './fixture.ts';

it("signs as in Slack's documented example", () => {
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  expect(signatureOf('8f742231b10e8888abcd99yyyzzz85a5', 1531420618, body)).toBe(
    'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  );
});

describe('a command', () => {
  it('arrives signed, with the bare form type, and with references escaped', async () => {
    const slack = await startWorkspace();
    const app = await startApp(slack);
    const delivery = await slack.command('rita', 'incidents', 'incident latency <b> & @omar in #general');
    expect(delivery).toMatchObject({ status: 200, outcome: 'ok' });
    const [request] = app.received;
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    const form = new URLSearchParams(request?.body);
    expect(form.get('text')).toBe('incident latency &lt;b&gt; &amp; <@U0OMAR|omar> in <#C0GENERAL|general>');
    expect(Object.fromEntries(form)).toMatchObject({ command: '/acgs', user_id: 'U0RITA', channel_id: 'C0INCIDENTS' });
    const timestamp = Number(request?.headers['x-slack-request-timestamp']);
    expect(request?.headers['x-slack-signature']).toBe(
      signatureOf(slack.signingSecret, timestamp, request?.body ?? ''),
    );
  });

  it('shows the ack to the person alone, as text or as JSON', async () => {
    const slack = await startWorkspace();
    let body: unknown = 'plain words';
    await startApp(slack, () => ({ body }));
    await slack.command('rita', 'incidents', 'help');
    body = { text: 'with blocks', blocks: [section('hello')] };
    await slack.command('rita', 'incidents', 'help');
    expect(slack.ephemerals('rita').map((message) => message.text)).toEqual(['plain words', 'with blocks']);
    expect(slack.ephemerals('omar')).toEqual([]);
    expect(slack.messages('incidents')).toEqual([]);
  });

  it('tells when Slack cannot show the ack', async () => {
    const slack = await startWorkspace();
    await startApp(slack, () => ({ body: { text: 'x', blocks: [{ type: 'wizard' }] } }));
    expect((await slack.command('rita', 'incidents', 'help')).problem).toBe('invalid_blocks');
    expect(slack.findings).toEqual(['ack of /acgs: Slack cannot show it (invalid_blocks)']);
  });

  it('ends in operation_timeout after 3 s, and in dispatch_failed for a refusal or a dead app', async () => {
    const slack = await startWorkspace();
    let reply = { status: 500, afterMs: 0 };
    await startApp(slack, () => reply);
    expect((await slack.command('rita', 'incidents', 'x')).outcome).toBe('dispatch_failed');
    reply = { status: 200, afterMs: 3300 };
    const late = await slack.command('rita', 'incidents', 'x');
    expect(late.outcome).toBe('operation_timeout');
    expect(late.ackMs).toBeGreaterThanOrEqual(2990);
    slack.deliverTo('http://127.0.0.1:9/slack/events');
    expect((await slack.command('rita', 'incidents', 'x')).outcome).toBe('dispatch_failed');
  });

  it('can be replayed byte for byte, and the replay shows nothing', async () => {
    const slack = await startWorkspace();
    const app = await startApp(slack, () => ({ body: 'hello' }));
    const first = await slack.command('rita', 'incidents', 'x');
    await first.replay();
    expect(app.received[1]?.body).toBe(app.received[0]?.body);
    expect(app.received[1]?.headers['x-slack-signature']).toBe(app.received[0]?.headers['x-slack-signature']);
    expect(slack.ephemerals('rita')).toHaveLength(1);
  });

  it('is refused to people who are not in the channel', async () => {
    const slack = await startWorkspace();
    await startApp(slack);
    await expect(slack.command('guest', 'general', 'x')).rejects.toThrow('guest is not in #general');
  });
});

describe('a click', () => {
  it('carries the drawn element, the message, the state and a response URL', async () => {
    const slack = await startWorkspace();
    const app = await startApp(slack);
    const overflow = {
      type: 'overflow',
      action_id: 'more',
      options: [{ text: { type: 'plain_text', text: 'Resolve' }, value: 'resolve' }],
    };
    const blocks = [section('card'), actions(button('ack', 'Acknowledge', 'INC-1'), overflow)];
    await call(slack, 'chat.postMessage', { channel: 'C0INCIDENTS', text: 'card', blocks, ...quiet });
    const card = slack.messages('incidents')[0];
    if (!card) throw new Error('the card was not posted');
    await slack.click('rita', card, 'ack');
    await slack.click('rita', card, 'more', { option: 'resolve' });
    expect(app.received[0]?.payload).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0RITA' },
      container: { type: 'message', message_ts: card.ts, is_ephemeral: false },
      message: { ts: card.ts, bot_id: slack.botId },
      actions: [{ type: 'button', action_id: 'ack', block_id: 'buttons', value: 'INC-1' }],
    });
    expect(at(app.received[0]?.payload, 'response_url')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/actions\//);
    expect(at(app.received[1]?.payload, 'actions', 0)).toMatchObject({
      type: 'overflow',
      selected_option: { value: 'resolve' },
    });
  });

  it('is impossible on a button that is not drawn, unless the client is stale', async () => {
    const slack = await startWorkspace();
    const app = await startApp(slack);
    const posted = await call(slack, 'chat.postMessage', {
      channel: 'C0INCIDENTS',
      text: 'card',
      blocks: [actions(button('ack', 'Acknowledge'))],
      ...quiet,
    });
    const [before] = slack.messages('incidents');
    if (!before) throw new Error('the card was not posted');
    await call(slack, 'chat.update', { channel: 'C0INCIDENTS', ts: posted.ts, text: 'resolved', parse: 'none' });
    await expect(slack.click('rita', before, 'ack')).rejects.toThrow('no element "ack" is drawn');
    await slack.click('rita', before, 'ack', { stale: before, forge: { action: { value: 'INC-666' } } });
    expect(at(app.received[0]?.payload, 'actions', 0, 'value')).toBe('INC-666');
  });
});
