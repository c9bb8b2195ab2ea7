// The transport of the pretend Web API: tokens, scopes, encodings, unknown methods, rate limits, recorded calls.
import { describe, expect, it } from 'vitest';
import { methods } from '../../../../src/simulator/slack/method-registry.ts';
import { methodTable } from '../../../../src/simulator/slack/method-table.ts';
import { call, callRaw, details, quiet, startWorkspace } from './fixture.ts';

describe('the method table', () => {
  it('lists exactly the methods that answer', async () => {
    const slack = await startWorkspace({ rateLimits: 'generous' });
    expect(Object.keys(methods).sort()).toEqual(Object.keys(methodTable).sort());
    for (const method of Object.keys(methodTable)) {
      expect((await call(slack, method)).error, method).not.toBe('unknown_method');
    }
  });

  it('names an unknown method in the answer', async () => {
    const slack = await startWorkspace();
    expect(await call(slack, 'chat.shout')).toEqual({ ok: false, error: 'unknown_method', req_method: 'chat.shout' });
  });
});

describe('tokens and scopes', () => {
  it.each([
    ['', 'not_authed'],
    ['xoxb-somebody-else', 'invalid_auth'],
    ['xoxb-revoked', 'token_revoked'],
    ['xoxb-expired', 'token_expired'],
    ['xoxb-inactive', 'account_inactive'],
    ['xoxp-user', 'not_allowed_token_type'],
    ['xapp-level', 'not_allowed_token_type'],
  ])('token "%s" is answered with %s', async (token, error) => {
    const slack = await startWorkspace();
    const response = await callRaw(slack, 'auth.test', {}, token);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ ok: false, error });
  });

  it('tells needed and provided scopes, in the body and in headers', async () => {
    const slack = await startWorkspace({ scopes: ['chat:write'] });
    const response = await callRaw(slack, 'pins.add', { channel: 'C0INCIDENTS', timestamp: '1.000000' });
    expect(await response.json()).toMatchObject({
      ok: false,
      error: 'missing_scope',
      needed: 'pins:write',
      provided: 'chat:write',
    });
    expect(response.headers.get('x-oauth-scopes')).toBe('chat:write');
    expect(response.headers.get('x-accepted-oauth-scopes')).toBe('pins:write');
  });

  it('asks for the scope of the kind of channel: a private channel needs groups:write', async () => {
    const slack = await startWorkspace();
    const answer = await call(slack, 'conversations.create', { name: 'secret', is_private: true });
    expect(answer).toMatchObject({ error: 'missing_scope', needed: 'groups:write' });
  });
});

describe('arguments', () => {
  it('names every missing required argument', async () => {
    const slack = await startWorkspace();
    const answer = await call(slack, 'chat.update', { text: 'x' });
    expect(answer.error).toBe('invalid_arguments');
    expect(details(answer)).toEqual(['[ERROR] missing required field: channel', '[ERROR] missing required field: ts']);
  });

  it('takes JSON with a warning when the charset is missing, and refuses JSON where Slack does', async () => {
    const slack = await startWorkspace();
    const post = (method: string, body: string, type = 'application/json') =>
      fetch(`${slack.url}/api/${method}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': type },
        body,
      }).then((response) => response.json());
    expect(await post('auth.test', '{"a":1}')).toMatchObject({ ok: true, warning: 'missing_charset' });
    expect(await post('auth.test', 'a=1', 'application/x-www-form-urlencoded; charset=utf-8')).toMatchObject({
      warning: 'superfluous_charset',
    });
    expect(await post('auth.test', '{', 'application/json; charset=utf-8')).toMatchObject({ error: 'invalid_json' });
    expect(await post('auth.test', '[]')).toMatchObject({ error: 'json_not_object' });
    expect(await post('auth.test', 'x', 'text/plain')).toMatchObject({ error: 'invalid_post_type' });
    expect(await post('files.getUploadURLExternal', '{"length":1,"filename":"a"}')).toMatchObject({
      error: 'invalid_arguments',
    });
  });

  it('answers GET with query arguments for reading methods only', async () => {
    const slack = await startWorkspace();
    const get = (path: string) =>
      fetch(`${slack.url}/api/${path}`, { headers: { authorization: `Bearer ${slack.botToken}` } }).then((r) =>
        r.json(),
      );
    expect(await get('users.info?user=U0RITA')).toMatchObject({ ok: true, user: { name: 'rita' } });
    expect(await get('chat.postMessage?channel=C0INCIDENTS&text=x')).toMatchObject({ error: 'missing_post_type' });
  });

  it('tolerates team_id and records any other unknown argument as a finding', async () => {
    const slack = await startWorkspace();
    const answer = await call(slack, 'chat.postMessage', {
      channel: 'C0INCIDENTS',
      text: 'hello',
      team_id: 'T1',
      thred_ts: '1',
      ...quiet,
    });
    expect(answer.ok).toBe(true);
    expect(slack.findings).toEqual(['chat.postMessage: unknown argument thred_ts; Slack ignores it silently']);
  });
});

describe('rate limits', () => {
  it('answers the 21st call of a tier 2 method in a minute with 429 and Retry-After, then recovers', async () => {
    let now = Date.parse('2026-11-20T02:14:00Z');
    const slack = await startWorkspace({ now: () => now });
    const setTopic = () => callRaw(slack, 'conversations.setTopic', { channel: 'C0INCIDENTS', topic: 't' });
    for (let each = 0; each < 20; each += 1) expect((await setTopic()).status).toBe(200);
    const refused = await setTopic();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(await refused.json()).toEqual({ ok: false, error: 'ratelimited' });
    expect(slack.findings).toContain("conversations.setTopic: called faster than Slack's rate limit allows");
    now += 60_001;
    expect((await setTopic()).status).toBe(200);
  });

  it('allows one post a second per channel after a short burst, and other channels go on', async () => {
    let now = Date.parse('2026-11-20T02:14:00Z');
    const slack = await startWorkspace({ now: () => now });
    const post = (channel: string) => callRaw(slack, 'chat.postMessage', { channel, text: 'x', ...quiet });
    for (let each = 0; each < 3; each += 1) expect((await post('C0INCIDENTS')).status).toBe(200);
    expect((await post('C0INCIDENTS')).status).toBe(429);
    expect((await post('C0GENERAL')).status).toBe(200);
    now += 1000;
    expect((await post('C0INCIDENTS')).status).toBe(200);
  });

  it('does not limit when asked to be generous', async () => {
    const slack = await startWorkspace({ rateLimits: 'generous' });
    for (let each = 0; each < 25; each += 1) expect((await call(slack, 'users.list')).ok).toBe(true);
  });
});

describe('injected faults', () => {
  it('applies the effect of an ambiguous error and of a reset after commit, and nothing otherwise', async () => {
    const slack = await startWorkspace({ rateLimits: 'generous' });
    const post = (text: string) => call(slack, 'chat.postMessage', { channel: 'C0INCIDENTS', text, ...quiet });
    slack.faults.fail('chat.postMessage', { kind: 'error', error: 'fatal_error', applied: true });
    expect(await post('one')).toEqual({ ok: false, error: 'fatal_error' });
    slack.faults.fail('chat.postMessage', { kind: 'reset', applied: true });
    await expect(post('two')).rejects.toThrow();
    slack.faults.fail('chat.postMessage', { kind: 'reset', applied: false });
    await expect(post('three')).rejects.toThrow();
    expect(slack.messages('incidents').map((message) => message.text)).toEqual(['one', 'two']);
    expect(slack.calls('chat.postMessage').map((one) => one.error)).toEqual([
      'fatal_error',
      'fault: reset',
      'fault: reset',
    ]);
  });

  it('answers 429 and HTTP errors as told, as often as told', async () => {
    const slack = await startWorkspace();
    slack.faults.fail('*', { kind: 'ratelimited', retryAfter: 7 });
    slack.faults.fail('auth.test', { kind: 'http', status: 503, body: '<html>' }, 2);
    const first = await callRaw(slack, 'auth.test', {});
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '7']);
    expect((await callRaw(slack, 'auth.test', {})).status).toBe(503);
    expect((await callRaw(slack, 'auth.test', {})).status).toBe(503);
    expect((await callRaw(slack, 'auth.test', {})).status).toBe(200);
  });

  it('resets every connection while down', async () => {
    const slack = await startWorkspace();
    slack.faults.down(true);
    await expect(call(slack, 'auth.test')).rejects.toThrow();
    slack.faults.down(false);
    expect((await call(slack, 'auth.test')).ok).toBe(true);
  });

  it('hangs without an answer, and still stops', async () => {
    const slack = await startWorkspace();
    slack.faults.fail('auth.test', { kind: 'hang' });
    const signal = AbortSignal.timeout(150);
    await expect(fetch(`${slack.url}/api/auth.test`, { method: 'POST', signal })).rejects.toThrow('timeout');
  });
});

it('answers every method whatever its arguments are, and never drops the connection', async () => {
  const slack = await startWorkspace({ rateLimits: 'generous' });
  const values = ['', 'x', 'C0INCIDENTS', 'U0RITA', '1.000000', 7, -1, [], {}, [null], [{ type: null }], true];
  for (const [method, contract] of Object.entries(methodTable)) {
    for (const value of values) {
      const names = [...contract.required, ...contract.optional];
      const args = { channel: 'C0INCIDENTS', ...Object.fromEntries(names.map((name) => [name, value])) };
      const answer = await fetch(`${slack.url}/api/${method}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(args),
      });
      expect(await answer.json(), `${method} with ${JSON.stringify(value)}`).toHaveProperty('ok');
    }
  }
});

it("lets a page answer the paths that are not Slack's", async () => {
  const slack = await startWorkspace();
  slack.mount((request, response) => {
    if (request.url !== '/page') return false;
    response.end('a page');
    return true;
  });
  expect(await (await fetch(`${slack.url}/page`)).text()).toBe('a page');
  expect((await fetch(`${slack.url}/other`)).status).toBe(404);
});

it('records every call with parsed arguments and its outcome', async () => {
  const slack = await startWorkspace();
  await call(slack, 'chat.postMessage', { channel: 'C0NOWHERE', text: 'x', blocks: [{ type: 'divider' }] });
  expect(slack.calls()).toMatchObject([
    { method: 'chat.postMessage', ok: false, error: 'channel_not_found', args: { blocks: [{ type: 'divider' }] } },
  ]);
});
