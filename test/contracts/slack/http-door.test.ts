// The HTTP door: signatures, times, forged and unreadable requests, and a Slack that is away at the start.

import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type SlackStage, startSlackStage, until } from '../../support/slack-stage.ts';

let stage: SlackStage;
afterEach(async () => stage.stop());

const form = 'application/x-www-form-urlencoded';

/** A signed command as Slack would send it; every part can be wrong. */
async function post(
  over: { type?: string; seconds?: number; secret?: string; signature?: string; path?: string; body?: string } = {},
) {
  const trigger = `1.2.${Math.random().toString(16).slice(2)}`;
  const body =
    over.body ??
    new URLSearchParams({
      command: '/acgs',
      text: 'help',
      user_id: 'U0RITA',
      team_id: stage.slack.teamId,
      channel_id: 'C0INCIDENTS',
      trigger_id: trigger,
    }).toString();
  const at = Math.floor(Date.now() / 1_000) + (over.seconds ?? 0);
  const base = `v0:${at}:${body}`;
  const signature = `v0=${createHmac('sha256', over.secret ?? stage.slack.signingSecret)
    .update(base)
    .digest('hex')}`;
  return fetch(over.path === undefined ? stage.url : new URL(over.path, stage.url), {
    method: 'POST',
    body,
    headers: {
      'content-type': over.type ?? form,
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': over.signature ?? signature,
    },
  });
}

describe('a request', () => {
  it('F13: is taken inside the window of five minutes and refused outside of it, early and late alike', async () => {
    stage = await startSlackStage();
    const statuses: number[] = [];
    for (const seconds of [-240, 240, -360, 360, 86_400]) statuses.push((await post({ seconds })).status);
    expect(statuses).toEqual([200, 200, 401, 401, 401]);
    await until('the two commands', () => stage.desk.asked.length === 2);
  });

  it('F14: is refused when it is forged, unsigned, for another path, or not readable', async () => {
    stage = await startSlackStage();
    expect((await post({ secret: 'guess' })).status).toBe(401);
    expect((await post({ signature: 'v0=00' })).status).toBe(401);
    expect((await fetch(stage.url, { method: 'POST', body: 'a=b' })).status).toBe(401);
    expect((await post({ path: '/other' })).status).toBe(404);
    expect((await post({ body: 'payload={"type":' })).status).toBe(400);
    expect((await post({ body: 'command=%2Facgs&text=help' })).status).toBe(500);
    expect(stage.desk.asked).toEqual([]);
  });

  it('may carry a charset, which proxies add', async () => {
    stage = await startSlackStage();
    expect((await post({ type: `${form}; charset=utf-8` })).status).toBe(200);
    await until('the command', () => stage.desk.asked.length === 1);
  });
});

describe('a start', () => {
  it('starts while Slack is away, connects when it is back, and answers commands meanwhile', async () => {
    stage = await startSlackStage({ start: false });
    stage.slack.faults.down(true);
    await stage.face.start();
    await until('the complaint', () => stage.complaints.some((line) => line.includes('auth.test')));
    expect(stage.face.status().connected).toBe(false);
    expect((await post()).status).toBe(200);
    await until('the command', () => stage.desk.asked.length === 1);
    stage.slack.faults.down(false);
    await until('the connection', () => stage.face.status().connected);
    await until('the answer', () => stage.slack.ephemerals('rita').length === 1);
  });
});
