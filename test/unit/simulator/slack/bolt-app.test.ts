// The pretend workspace with a real Bolt app: command, modal, submission, and a stale signature.
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startWorkspace } from './fixture.ts';

describe('a real Bolt app', () => {
  it('answers a command, opens a modal, and refuses an old timestamp', async () => {
    const slack = await startWorkspace();
    const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, port: 0, logLevel: LogLevel.ERROR });
    const app = new App({
      token: slack.botToken,
      receiver,
      clientOptions: { slackApiUrl: `${slack.url}/api/` },
      logLevel: LogLevel.ERROR,
    });
    app.command('/acgs', async ({ ack, body, client }) => {
      const title = { type: 'plain_text', text: 'Declare' } as const;
      const element = { type: 'plain_text_input', action_id: 'text' } as const;
      const blocks = [{ type: 'input', block_id: 'note', label: title, element } as const];
      const view = { type: 'modal', title, submit: title, callback_id: 'declare', blocks } as const;
      await client.views.open({ trigger_id: body.trigger_id, view });
      await ack('opened');
    });
    app.view('declare', ({ ack, view }) =>
      ack({ response_action: 'errors', errors: { note: `too short: ${view.state.values.note?.text?.value}` } }),
    );
    const server = (await app.start(0)) as { address(): { port: number } };
    onTestFinished(async () => void (await app.stop()));
    slack.deliverTo(`http://127.0.0.1:${server.address().port}/slack/events`);

    expect(await slack.command('rita', 'incidents', 'declare')).toMatchObject({
      status: 200,
      outcome: 'ok',
      body: 'opened',
    });
    const view = slack.openView('rita');
    expect(view?.title).toBe('Declare');
    expect(await slack.submit('rita', view?.id ?? '', { note: 'hm' })).toMatchObject({
      errors: { note: 'too short: hm' },
    });
    expect(slack.openView('rita')?.errors).toEqual({ note: 'too short: hm' });

    slack.faults.clockSkew(-301);
    expect((await slack.command('rita', 'incidents', 'declare')).status).toBe(401);
  });
});
