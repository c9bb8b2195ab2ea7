// What goes over the wire to the systems, and what of it people see: encoding, credentials, certificates, proxies, links.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type TestSystems, testSystems } from '../../support/system-checks.ts';

const emptyVector = JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } });
const running: (Server | TestSystems)[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) {
    if (!('listen' in one)) await one.close();
    else {
      one.closeAllConnections();
      await new Promise((resolve) => one.close(resolve));
    }
  }
});

async function listen(server: Server): Promise<number> {
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A server that takes down what it is asked and answers with the given text. */
async function recorder(body = emptyVector) {
  const asked: IncomingMessage[] = [];
  const port = await listen(
    createHttpServer((request, response) => {
      asked.push(request);
      response.end(body);
    }),
  );
  return { asked, port };
}

function systemsFor(prometheus: object): TestSystems {
  const systems = testSystems({ prometheus });
  running.push(systems);
  return systems;
}

const value = (promql: string) => ({ promql, reduce: 'max', metric: 'x' });

it('sends every character of a query as it was written', async () => {
  const { asked, port } = await recorder();
  const promql = '(a{x=~"5..|é&#%"} + b) / c[5m:] == 1 ? "+"';
  await systemsFor({ url: `http://127.0.0.1:${port}` }).ask('prometheus.value', value(promql));
  const queries = asked.map((request) => new URL(request.url ?? '', 'http://x').searchParams.get('query'));
  expect(queries).toContain(promql);
});

it('uses user and password of the address, and shows neither in links', async () => {
  const { asked, port } = await recorder();
  const systems = systemsFor({ url: `http://ops:p%40ss-word@127.0.0.1:${port}/prometheus/` });
  const { observation } = await systems.ask('prometheus.value', value('up'));
  expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ops:p@ss-word').toString('base64')}`);
  expect(asked[0]?.url).toMatch(/^\/prometheus\/api\/v1\/query\?/);
  expect(observation.source.link).toMatch(new RegExp(`^http://127.0.0.1:${port}/prometheus/graph\\?`));
  expect(JSON.stringify(observation)).not.toMatch(/p@ss-word|p%40ss-word|ops:/);
});

it('links to where people open it, when that is another address', async () => {
  const { port } = await recorder();
  const systems = systemsFor({ url: `http://127.0.0.1:${port}`, publicUrl: 'https://prometheus.example.com/' });
  const { observation } = await systems.ask('prometheus.value', value('up'));
  expect(observation.source.link).toMatch(/^https:\/\/prometheus\.example\.com\/graph\?/);
});

it('goes through a configured proxy', async () => {
  const { asked, port } = await recorder();
  const systems = systemsFor({ url: 'http://prometheus.invalid:9090', proxy: `http://127.0.0.1:${port}` });
  const { observation } = await systems.ask('prometheus.value', value('up'));
  expect(observation.unknown?.reason).toBe('no_data');
  expect(asked[0]?.url).toMatch(/^http:\/\/prometheus\.invalid:9090\/api\/v1\/query/);
});

it('shows the warnings of Prometheus', async () => {
  const at = Date.now() / 1_000;
  const result = [{ metric: {}, value: [at, '1'] }];
  const { port } = await recorder(
    JSON.stringify({ status: 'success', warnings: ['store is half there'], data: { resultType: 'vector', result } }),
  );
  const { observation } = await systemsFor({ url: `http://127.0.0.1:${port}` }).ask('prometheus.rate', { metric: 'x' });
  expect(observation.notes.join()).toContain('store is half there');
});

it('says when the file of the certificate authority cannot be read, and does not break', async () => {
  const systems = systemsFor({ url: 'https://127.0.0.1:1', caFile: '/nowhere/ca.pem' });
  const { observation } = await systems.ask('prometheus.value', value('up'));
  expect(observation.unknown).toMatchObject({
    reason: 'failed',
    detail: 'prometheus: systems.prometheus.caFile cannot be read',
  });
});

it('F18: keeps hostile labels on one line and cuts them', async () => {
  const at = Date.now() / 1_000;
  const label = `<!channel>\n\u202e${'x'.repeat(10_000)}`;
  const { port } = await recorder(
    JSON.stringify({
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: { instance: label }, value: [at, String(at)] }] },
    }),
  );
  const { observation } = await systemsFor({ url: `http://127.0.0.1:${port}` }).ask('prometheus.value', {
    ...value('up'),
    labels: ['instance'],
  });
  expect(observation.rows[0]?.label).toMatch(/^<!channel> x+…$/);
  expect(observation.rows[0]?.label.length).toBe(120);
});

const noOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs openssl';
  }
})();

describe.skipIf(noOpenssl !== undefined)(`over TLS${noOpenssl === undefined ? '' : ` (${noOpenssl})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'systems-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  beforeAll(() => {
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject],
      {
        stdio: 'ignore',
      },
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function secureServer(): Promise<number> {
    const options = { key: readFileSync(key), cert: readFileSync(cert) };
    return listen(createHttpsServer(options, (_request, response) => response.end(emptyVector)) as unknown as Server);
  }

  it('trusts nobody it was not told to trust, and says what to set', async () => {
    const systems = systemsFor({ url: `https://127.0.0.1:${await secureServer()}` });
    const { observation } = await systems.ask('prometheus.value', value('up'));
    expect(observation.unknown?.reason).toBe('unreachable');
    expect(observation.unknown?.detail).toContain('certificate is not trusted');
    expect(observation.unknown?.remedy).toContain('systems.prometheus.caFile');
  });

  it('trusts the configured certificate authority', async () => {
    const systems = systemsFor({ url: `https://127.0.0.1:${await secureServer()}`, caFile: cert });
    const { observation } = await systems.ask('prometheus.value', value('up'));
    expect(observation.unknown?.reason).toBe('no_data');
  });
});
