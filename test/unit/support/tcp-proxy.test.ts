// The TCP proxy of the fault tests: each fault does what it says, on open connections too, and ends when it is healed.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';

/** Answers every line with `re:LINE`, and remembers the lines. */
let server: Server;
let heard: string[];
let proxy: TcpProxy;

beforeEach(async () => {
  heard = [];
  server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      for (const line of data.toString().split('\n').filter(Boolean)) {
        heard.push(line);
        socket.write(`re:${line}\n`);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startTcpProxy((server.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.stop();
  await new Promise((resolve) => server.close(resolve));
});

/** A client that collects what it gets. */
async function client(): Promise<{ socket: Socket; got: () => string; ended: Promise<string> }> {
  const socket = connect(proxy.port, '127.0.0.1');
  let got = '';
  socket.on('data', (data) => {
    got += data.toString();
  });
  const ended = new Promise<string>((resolve) => {
    socket.on('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? 'error'));
    socket.on('close', () => resolve('closed'));
  });
  await Promise.race([once(socket, 'connect').catch(() => undefined), ended]);
  return { socket, got: () => got, ended };
}

async function until(what: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!what()) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await sleep(5);
  }
}

/** Longer than loopback ever takes; what has not come by then is held. */
const aWhile = 150;

it('carries both directions to their ends, and counts what passed', async () => {
  const { socket, got, ended } = await client();
  socket.end('hello\n');
  expect(await ended).toBe('closed');
  expect(got()).toBe('re:hello\n');
  expect(proxy.toServer).toEqual({ bytes: 6, text: 'hello\n' });
  expect(proxy.toClient).toEqual({ bytes: 9, text: 're:hello\n' });
  expect(proxy.accepted).toBe(1);
  await until(() => proxy.open === 0);
});

it('refuses new connections, leaves open ones alone, and listens on the same port again', async () => {
  const early = await client();
  await proxy.set({ connections: 'refuse' });
  expect(await (await client()).ended).toBe('ECONNREFUSED');
  early.socket.write('still\n');
  await until(() => early.got() === 're:still\n');
  await proxy.set({});
  const late = await client();
  late.socket.write('back\n');
  await until(() => late.got() === 're:back\n');
});

it('accepts and never answers, and the server never hears of it', async () => {
  await proxy.set({ connections: 'hang' });
  const { socket, got } = await client();
  socket.write('anyone\n');
  await sleep(aWhile);
  await proxy.set({});
  await sleep(aWhile);
  expect([got(), heard]).toEqual(['', []]);
});

it('cuts connections that are one too many', async () => {
  await proxy.set({ atMost: 1 });
  const first = await client();
  await until(() => proxy.open === 1);
  expect(await (await client()).ended).toBe('ECONNRESET');
  first.socket.end();
  await until(() => proxy.open === 0);
  const next = await client();
  next.socket.write('room\n');
  await until(() => next.got() === 're:room\n');
});

it('cuts every open connection at once', async () => {
  const { ended } = await client();
  await until(() => proxy.open === 1);
  proxy.cut();
  expect(await ended).toBe('ECONNRESET');
});

it('cuts after so many bytes of an answer', async () => {
  await proxy.set({ toClient: { cutAfterBytes: 4 } });
  const { socket, ended } = await client();
  socket.write('hello\n');
  expect(await ended).toBe('ECONNRESET');
  expect(proxy.toClient.text).toBe('re:h');
});

it('cuts when a text has passed, even one that came in pieces', async () => {
  await proxy.set({ toServer: { cutAt: 'DROP' } });
  const { socket, ended } = await client();
  socket.write('a D');
  await until(() => proxy.toServer.bytes === 3);
  socket.write('ROP all\n');
  expect(await ended).toBe('ECONNRESET');
  expect(proxy.toServer.text).toBe('a DROP');
});

it('loses the answer of a request that the server did get', async () => {
  await proxy.set({ loseAnswerTo: 'FLUSH' });
  const { socket, got, ended } = await client();
  socket.write('hello\n');
  await until(() => got() === 're:hello\n');
  socket.write('FLUSH\n');
  expect(await ended).toBe('ECONNRESET');
  expect([heard, got()]).toEqual([['hello', 'FLUSH'], 're:hello\n']);
});

it('breaks only the first connections when told so', async () => {
  const early = await client();
  await until(() => proxy.open === 1);
  await proxy.set({ first: 1, loseAnswerTo: 'FLUSH' });
  early.socket.write('FLUSH\n');
  await until(() => early.got() === 're:FLUSH\n');
  const first = await client();
  first.socket.write('FLUSH\n');
  expect(await first.ended).toBe('ECONNRESET');
  const second = await client();
  second.socket.write('FLUSH\n');
  await until(() => second.got() === 're:FLUSH\n');
});

it.each(['toServer', 'toClient'] as const)(
  'holds %s without ending anything, and lets it flow when healed',
  async (direction) => {
    const { socket, got } = await client();
    await proxy.set({ [direction]: { pause: true } });
    socket.write('held\n');
    await sleep(aWhile);
    expect([heard, got()]).toEqual([direction === 'toServer' ? [] : ['held'], '']);
    expect(proxy.open).toBe(1);
    await proxy.set({});
    await until(() => got() === 're:held\n');
  },
);

it('trickles an answer one byte at a time, and flows freely when healed', async () => {
  await proxy.set({ toClient: { trickleMs: 60 } });
  const { socket, got } = await client();
  socket.write('slow\n');
  await until(() => got().length > 0);
  await sleep(aWhile);
  expect(got().length).toBeLessThan(8);
  await proxy.set({});
  await until(() => got() === 're:slow\n');
});

it('delays what it carries', async () => {
  await proxy.set({ toServer: { delayMs: aWhile } });
  const { socket, got } = await client();
  const began = performance.now();
  socket.write('later\n');
  await until(() => got() === 're:later\n');
  expect(performance.now() - began).toBeGreaterThanOrEqual(aWhile - 5);
});

it('corrupts every nth byte', async () => {
  await proxy.set({ toServer: { corruptEvery: 2 } });
  const { socket } = await client();
  socket.write('bbbb\n');
  await until(() => heard.length === 1);
  expect(heard).toEqual(['bcbc']);
});

it('resets its clients when the server behind it is gone', async () => {
  await new Promise((resolve) => server.close(resolve));
  expect(await (await client()).ended).toBe('ECONNRESET');
  server.listen(0, '127.0.0.1');
});
