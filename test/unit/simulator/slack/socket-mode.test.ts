// Socket Mode of the pretend workspace, frame by frame, as Slack documents it.
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { PretendSlack } from '../../../../src/simulator/slack/workspace.ts';
import { until } from '../../../support/slack-stage.ts';
import { at, callRaw, startWorkspace } from './fixture.ts';

interface Frame {
  readonly type?: string;
  readonly envelope_id?: string;
  readonly [name: string]: unknown;
}

/** A client that keeps what it got and answers nothing by itself but pings. */
interface Client {
  readonly frames: Frame[];
  readonly socket: WebSocket;
  ack(frame: Frame | undefined, payload?: object): void;
}

const open = async (slack: PretendSlack, token = slack.appToken) =>
  (await callRaw(slack, 'apps.connections.open', {}, token)).json() as Promise<Frame & { readonly url: string }>;

async function connect(slack: PretendSlack): Promise<Client> {
  const { url } = await open(slack);
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  const frames: Frame[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame));
  await until('the first frame', () => frames.length > 0);
  return {
    frames,
    socket,
    ack: (frame, payload = {}) => socket.send(JSON.stringify({ envelope_id: frame?.envelope_id, payload })),
  };
}

const envelope = (client: Client) => until('an envelope', () => client.frames.find((frame) => frame.envelope_id));
const reasons = (client: Client) => client.frames.filter((one) => one.type === 'disconnect').map((one) => one.reason);

describe('apps.connections.open', () => {
  it('takes the app-level token with its scope, and no other', async () => {
    const slack = await startWorkspace({ socketMode: {} });
    expect(await open(slack)).toMatchObject({ ok: true, url: expect.stringMatching(/^ws:.*\/link\/\?ticket=/) });
    expect(await open(slack, slack.botToken)).toMatchObject({ ok: false, error: 'not_allowed_token_type' });
    expect(await open(slack, 'xapp-other')).toMatchObject({ ok: false, error: 'invalid_auth' });
    const scopeless = await startWorkspace({ socketMode: {}, appScopes: [] });
    expect(await open(scopeless)).toMatchObject({ error: 'missing_scope', needed: 'connections:write', provided: '' });
  });

  it('gives a ticket for one connection', async () => {
    const slack = await startWorkspace({ socketMode: {} });
    const { url } = await open(slack);
    const first = new WebSocket(url);
    await once(first, 'open');
    const [error] = await once(new WebSocket(url), 'error');
    expect(String(error)).toContain('401');
    first.terminate();
  });
});

describe('a connection', () => {
  it('begins with hello, which counts it and says how long it will live', async () => {
    const slack = await startWorkspace({ socketMode: {} });
    await connect(slack);
    const { frames } = await connect(slack);
    expect(frames[0]).toMatchObject({
      type: 'hello',
      num_connections: 2,
      connection_info: { app_id: slack.appId },
      debug_info: { approximate_connection_time: 3600 },
    });
  });

  it('is one of ten at most; the eleventh is told so and closed', async () => {
    const slack = await startWorkspace({ socketMode: {} });
    for (let n = 0; n < 10; n += 1) await connect(slack);
    const eleventh = await connect(slack);
    expect(eleventh.frames).toMatchObject([{ type: 'disconnect', reason: 'too_many_websockets' }]);
    await until('the close', () => eleventh.socket.readyState === WebSocket.CLOSED);
    expect(slack.socketMode.connections()).toHaveLength(10);
  });

  it('is refreshed with a warning before, and closed after', async () => {
    const slack = await startWorkspace({ socketMode: { lifeMs: 400, warningMs: 150, closeAfterMs: 100 } });
    const client = await connect(slack);
    await until('the warning', () => reasons(client).length === 1);
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
    await until('the close', () => client.socket.readyState === WebSocket.CLOSED);
    expect(reasons(client)).toEqual(['warning', 'refresh_requested']);
    await until('a gap', () => slack.socketMode.gaps().length === 1);
  });

  it('answers pings, and is dropped when its own are not answered', async () => {
    const slack = await startWorkspace({ socketMode: { pingEveryMs: 100 } });
    const client = await connect(slack);
    client.socket.ping();
    await once(client.socket, 'pong');
    const { url } = await open(slack);
    const silent = new WebSocket(url, { autoPong: false });
    onTestFinished(() => silent.terminate());
    await once(silent, 'close');
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('that stalls answers nothing and stays up', async () => {
    const slack = await startWorkspace({ socketMode: {} });
    const { socket } = await connect(slack);
    slack.socketMode.connections()[0]?.stall();
    let answered = false;
    socket.on('pong', () => {
      answered = true;
    });
    socket.ping();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answered).toBe(false);
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('is told when Socket Mode is switched off, and so is one that comes later', async () => {
    const slack = await startWorkspace({ socketMode: { closeAfterMs: 50 } });
    const client = await connect(slack);
    slack.socketMode.turn(false);
    await until('the close', () => client.socket.readyState === WebSocket.CLOSED);
    expect(reasons(client)).toEqual(['link_disabled']);
    expect(reasons(await connect(slack))).toEqual(['link_disabled']);
  });
});

describe('an envelope', () => {
  it('carries a command as JSON, and its acknowledgement may carry what to show', async () => {
    const slack = await startWorkspace({ socketMode: {} });
    const client = await connect(slack);
    const delivery = slack.command('rita', '#incidents', 'help');
    const sent = await envelope(client);
    expect(sent).toMatchObject({ type: 'slash_commands', accepts_response_payload: true });
    expect(sent).not.toHaveProperty('retry_attempt');
    expect(sent.payload).toMatchObject({ command: '/acgs', text: 'help', user_id: 'U0RITA' });
    client.ack(sent, { text: 'here you are' });
    expect(await delivery).toMatchObject({ outcome: 'ok', status: 200, body: '{"text":"here you are"}' });
    expect(slack.ephemerals('rita')[0]?.text).toBe('here you are');
  });

  it('goes over one of the connections, and over each of them in time', async () => {
    const slack = await startWorkspace({ socketMode: {} });
    const clients = [await connect(slack), await connect(slack)];
    for (const client of clients) client.socket.on('message', () => client.ack(client.frames.at(-1)));
    for (let n = 0; n < 30; n += 1) await slack.command('rita', '#incidents', `${n}`);
    const counts = clients.map((client) => client.frames.length - 1);
    expect(counts.reduce((sum, one) => sum + one)).toBe(30);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(slack.findings).toEqual([]);
  });

  it('that nobody acknowledges within 3 s is a timeout for the person', { timeout: 10_000 }, async () => {
    const slack = await startWorkspace({ socketMode: {} });
    await connect(slack);
    expect(await slack.command('rita', '#incidents', 'help')).toMatchObject({
      outcome: 'operation_timeout',
      status: 0,
    });
  });

  it('without any connection fails at once, and nothing goes over HTTP', async () => {
    const slack = await startWorkspace({ socketMode: {}, requestUrl: 'http://127.0.0.1:1/' });
    // No 3 s are waited; a millisecond can pass while it is found out.
    const failed = await slack.command('rita', '#incidents', 'help');
    expect(failed).toMatchObject({ outcome: 'dispatch_failed' });
    expect(failed.ackMs).toBeLessThan(1_000);
  });

  it('with an event is sent again over another connection when the first one breaks', async () => {
    const slack = await startWorkspace({ socketMode: {}, eventRetryDelaysMs: [0, 0, 0], events: ['app_mention'] });
    const clients = [await connect(slack), await connect(slack)];
    void slack.say('rita', '#incidents', `<@${slack.botUserId}> hello`);
    const got = () => clients.flatMap((client, n) => client.frames.filter((one) => one.envelope_id).map(() => n));
    const [first] = await until('the event', () => (got().length === 1 ? got() : undefined));
    const frame = clients[first ?? 0]?.frames.find((one) => one.envelope_id);
    expect(frame).toMatchObject({ accepts_response_payload: false, retry_attempt: 0 });
    slack.socketMode.connections()[first ?? 0]?.cut();
    const other = clients[1 - (first ?? 0)];
    const again = await until('the event again', () => other?.frames.find((one) => one.envelope_id));
    expect(again).toMatchObject({ retry_attempt: 1, retry_reason: 'timeout' });
    expect(at(again, 'payload', 'event_id')).toBe(at(frame, 'payload', 'event_id'));
    other?.ack(again);
    await slack.settled();
    expect(slack.findings).toEqual([]);
  });

  it('can come over all connections at once, as one that was delivered twice', async () => {
    const slack = await startWorkspace({ socketMode: {} });
    const clients = [await connect(slack), await connect(slack)];
    slack.socketMode.suffer({ doubled: true });
    const delivery = slack.command('rita', '#incidents', 'help');
    const [one, two] = await Promise.all(clients.map(envelope));
    expect(one?.envelope_id).toBe(two?.envelope_id);
    clients[0]?.ack(one);
    clients[1]?.ack(two);
    expect((await delivery).outcome).toBe('ok');
    expect(slack.findings).toEqual([]);
  });

  it('acknowledged wrongly is a finding', async () => {
    const slack = await startWorkspace({ socketMode: {}, events: ['app_mention'] });
    const client = await connect(slack);
    void slack.say('rita', '#incidents', `<@${slack.botUserId}> hello`);
    const event = await envelope(client);
    client.ack(event, { text: 'not for events' });
    client.ack(event);
    client.ack({ envelope_id: 'made-up' });
    await until('three findings', () => slack.findings.length === 3);
    expect(slack.findings.join('\n')).toMatch(/with a payload[\s\S]*twice[\s\S]*no envelope of ours/);
  });
});
