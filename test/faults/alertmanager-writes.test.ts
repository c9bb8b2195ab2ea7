// A silence when Alertmanager refuses, breaks or loses its answer: at most one, and the outcome is not guessed.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AlertmanagerFace, startAlertmanagerFace } from '../../src/simulator/faces/alertmanager.ts';
import { createWorld, type World } from '../../src/simulator/world/world.ts';
import { type StagedKind, staged } from '../support/staged-kind.ts';
import { type TestSystems, testSystems } from '../support/system-checks.ts';
import { type ProxyFaults, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const password = 'planted-password-5f3a';
const params = { matchers: { alertname: 'HighP99Latency' }, for: '30m' };

describe('a silence', () => {
  let world: World;
  let face: AlertmanagerFace;
  let proxy: TcpProxy;
  let systems: TestSystems;
  let kind: StagedKind;
  beforeEach(async () => {
    world = createWorld({ historyDays: 0.01 });
    face = await startAlertmanagerFace({ world });
    proxy = await startTcpProxy(Number(new URL(face.url).port));
    systems = testSystems({ alertmanager: { url: `http://ops:${password}@${proxy.address}` } });
    kind = staged(systems.system('alertmanager').actions.silence, params, 'one');
  });
  afterEach(async () => {
    await systems.close();
    await proxy.stop();
    await face.stop();
  });

  const leaks = (said: unknown) => [JSON.stringify(said), ...systems.logged].join().includes(password);
  const silences = async () => (await (await fetch(`${face.url}/api/v2/silences`)).json()) as unknown[];

  it('shows nothing of its credentials', async () => {
    const shown = await kind.shown();
    expect(shown.target).toBe(`alertmanager ${proxy.address}`);
    expect(leaks([shown, await kind.perform(shown), await kind.look(shown), await kind.verify(shown)])).toBe(false);
  });

  it.each(['http401', 'http429', 'http500', 'html', 'garbage', 'down'] as const)(
    'F78: %s before anybody is asked is a refusal of the preview',
    async (fault) => {
      world.inject(`alertmanager:${fault}`);
      const refused = await kind.preview();
      expect(refused).toMatchObject({ ok: false, fault: { message: expect.stringMatching(/^alertmanager: GET /) } });
      expect(leaks(refused)).toBe(false);
      expect(face.writes).toEqual([]);
    },
  );

  it.each<readonly [string, 'failed' | 'unknown']>([
    ['http401', 'failed'],
    ['http429', 'failed'],
    ['http500', 'unknown'],
    ['html', 'unknown'],
    ['garbage', 'unknown'],
    ['hang', 'unknown'],
  ])('F78: %s at the run: %s', async (fault, expected) => {
    const shown = await kind.shown();
    world.inject(`alertmanager:${fault as 'http401'}`);
    const performed = await kind.perform(shown, 1_500);
    expect(performed.kind).toBe(expected);
    expect(leaks(performed)).toBe(false);
    world.heal(`alertmanager:${fault as 'http401'}`);
    expect(face.writes).toEqual([]);
  });

  it.each<readonly [number, 'failed' | 'unknown']>([
    [400, 'failed'],
    [403, 'failed'],
    [404, 'failed'],
    [409, 'failed'],
    [408, 'unknown'],
    [502, 'unknown'],
    [302, 'failed'],
  ])('F78: an answer %d to the POST: %s, after one request', async (status, expected) => {
    const shown = await kind.shown();
    let asked = 0;
    const other = createServer((request, response) => {
      asked += 1;
      request.resume();
      response.writeHead(status, { location: '/elsewhere' }).end(`"no: ${request.headers.authorization}"`);
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const url = `http://ops:${password}@127.0.0.1:${(other.address() as AddressInfo).port}`;
    const elsewhere = testSystems({ alertmanager: { url } });
    const performed = await staged(elsewhere.system('alertmanager').actions.silence, params).perform(shown);
    expect([performed.kind, asked]).toEqual([expected, 1]);
    expect(performed.summary).toContain(String(status));
    expect(performed.summary).not.toContain(Buffer.from(`ops:${password}`).toString('base64'));
    await elsewhere.close();
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  });

  it('F78: its answer is lost: sent once, unknown, and a look finds the silence by its action', async () => {
    const shown = await kind.shown();
    await proxy.set({ loseAnswerTo: 'POST /' });
    const performed = await kind.perform(shown);
    expect(performed).toMatchObject({ kind: 'unknown', summary: expect.stringContaining('the connection was cut') });
    await proxy.set({});
    expect(proxy.toServer.text.match(/POST \//g)).toHaveLength(1);
    expect(await silences()).toHaveLength(1);
    expect((await kind.look(shown)).kind).toBe('applied');
  });

  it('F78: the answer to its end is lost: unknown, and a look finds it ended', async () => {
    await kind.perform(await kind.shown());
    const undo = staged(systems.system('alertmanager').actions['expire-silence'], { action: 'one' }, 'two');
    const shown = await undo.shown();
    await proxy.set({ loseAnswerTo: 'DELETE /' });
    expect((await undo.perform(shown)).kind).toBe('unknown');
    await proxy.set({});
    expect(proxy.toServer.text.match(/DELETE \//g)).toHaveLength(1);
    expect((await undo.look(shown)).kind).toBe('applied');
  });

  it.each<readonly [string, ProxyFaults, 'failed' | 'unknown']>([
    ['refuses connections', { connections: 'refuse' }, 'failed'],
    ['accepts and never answers', { connections: 'hang' }, 'unknown'],
    ['is half open', { toServer: { pause: true } }, 'unknown'],
  ])('F78: it %s: nothing is sent again when it is back', async (_, faults, expected) => {
    const shown = await kind.shown();
    await proxy.set(faults);
    proxy.cut();
    expect((await kind.perform(shown, 1_500)).kind).toBe(expected);
    await proxy.set({});
    expect(face.writes).toHaveLength(0);
  });

  it('a connection that was kept for reading and is dead by now does not cost a silence its certainty', async () => {
    const shown = await kind.shown();
    proxy.cut();
    expect((await kind.perform(shown)).kind).toBe('succeeded');
    expect(await silences()).toHaveLength(1);
  });
});
