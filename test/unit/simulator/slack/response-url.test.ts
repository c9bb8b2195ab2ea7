// Response URLs of the pretend workspace: replacing and deleting, five uses, thirty minutes.
import { describe, expect, it } from 'vitest';
import { actions, at, button, call, startApp, startWorkspace } from './fixture.ts';

describe('a response URL', () => {
  async function clicked() {
    let now = Date.parse('2026-11-20T02:14:00Z');
    const slack = await startWorkspace({ now: () => now, rateLimits: 'generous' });
    const app = await startApp(slack);
    await call(slack, 'chat.postEphemeral', {
      channel: 'C0INCIDENTS',
      user: 'U0RITA',
      text: 'sure?',
      blocks: [actions(button('yes', 'Do it'))],
    });
    const [question] = slack.ephemerals('rita');
    if (!question) throw new Error('nothing was asked');
    await slack.click('rita', question, 'yes');
    const payload = app.received[0]?.payload;
    const url = String(at(payload, 'response_url'));
    const respond = (message: object) => fetch(url, { method: 'POST', body: JSON.stringify(message) });
    return { slack, payload, respond, later: (ms: number) => (now += ms) };
  }

  it('replaces and deletes an ephemeral message, which no method can', async () => {
    const { slack, payload, respond } = await clicked();
    expect(at(payload, 'container', 'is_ephemeral')).toBe(true);
    expect(at(payload, 'message')).toBeUndefined();
    expect((await respond({ text: 'done', replace_original: true })).status).toBe(200);
    expect(slack.ephemerals('rita').map((one) => [one.text, one.blocks])).toEqual([['done', undefined]]);
    await respond({ delete_original: true });
    expect(slack.ephemerals('rita')).toEqual([]);
  });

  it('posts ephemeral by default and into the channel on request', async () => {
    const { slack, respond } = await clicked();
    await respond({ text: 'for you' });
    await respond({ text: 'for all', response_type: 'in_channel' });
    expect(slack.ephemerals('rita').at(-1)?.text).toBe('for you');
    expect(slack.messages('incidents').at(-1)?.text).toBe('for all');
  });

  it('works five times', async () => {
    const { respond } = await clicked();
    for (let each = 0; each < 5; each += 1) expect((await respond({ text: 'x' })).status).toBe(200);
    const sixth = await respond({ text: 'x' });
    expect([sixth.status, await sixth.json()]).toEqual([404, { ok: false, error: 'used_url' }]);
  });

  it('works for thirty minutes, and refuses bad blocks', async () => {
    const { respond, later } = await clicked();
    expect(await (await respond({ text: 'x', blocks: [{ type: 'no' }] })).json()).toMatchObject({
      error: 'invalid_blocks',
    });
    later(30 * 60_000 + 1);
    expect(await (await respond({ text: 'x' })).json()).toMatchObject({ error: 'expired_url' });
  });
});
