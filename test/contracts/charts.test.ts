// What every chart renderer promises, and what a QuickChart server can do to us without harm.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCanvas, Image } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChartRenderer } from '../../src/charts/index.ts';
import type { ChartRenderer } from '../../src/core/ports.ts';
import { latencyChart, seriesOf } from '../support/charts.ts';

/** What is drawn matters here, not how busy the machine is. */
const patient = { deadlineMs: 30_000 };
const local = createChartRenderer({ renderer: 'local' }, patient);
const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** A QuickChart server as far as its contract goes: it evaluates `chart` as JavaScript and draws with Chart.js of `version`. */
const asked: Record<string, unknown>[] = [];
async function quickChart(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  asked.push(body);
  const config = new Function(`return ${String(body.chart)}`)() as {
    data: { datasets: { data: { y: number }[] }[] };
  };
  const values = config.data.datasets[0]?.data.map((point) => point.y) ?? [];
  const picture = await local.render({ ...latencyChart(), series: [seriesOf('seen by the server', values)] });
  response.writeHead(200, { 'Content-Type': 'image/png' }).end(picture.png);
}

let quickChartUrl: string;
beforeAll(async () => {
  quickChartUrl = await serve((request, response) => void quickChart(request, response));
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

describe.each<[string, () => ChartRenderer]>([
  ['local', () => local],
  ['quickchart', () => createChartRenderer({ renderer: 'quickchart', url: quickChartUrl }, patient)],
])('the %s renderer', (_, renderer) => {
  test('draws a PNG of 1,600 × 800 pixels and says its size', async () => {
    const picture = await renderer().render(latencyChart());
    const image = new Image();
    image.src = Buffer.from(picture.png);
    expect([picture.width, picture.height]).toEqual([1600, 800]);
    expect([image.width, image.height]).toEqual([1600, 800]);
    expect(inkOf(image)).toBeGreaterThan(10_000);
  });

  test('draws different pictures for different data', async () => {
    const calm = { ...latencyChart(), series: [seriesOf('agent-bus', Array<number>(61).fill(3))] };
    const [one, other] = [await renderer().render(latencyChart()), await renderer().render(calm)];
    expect(digest(one.png)).not.toBe(digest(other.png));
  });

  test('draws a chart without data, without limits and with names that are not Latin', async () => {
    const nothing = { ...latencyChart(), series: [], limits: [], marks: [] };
    const names = { ...latencyChart(), series: [seriesOf('сервис', [1, 2]), seriesOf('υπηρεσία </script>', [2, 1])] };
    for (const chart of [nothing, names]) expect((await renderer().render(chart)).width).toBe(1600);
  });

  test('draws ten charts at once', async () => {
    const pictures = await Promise.all(Array.from({ length: 10 }, () => renderer().render(latencyChart())));
    expect(new Set(pictures.map((picture) => digest(picture.png))).size).toBe(1);
  });
});

describe('the local renderer', () => {
  test('draws letters although the machine may have no fonts: the title changes the picture', async () => {
    const [one, other] = await Promise.all([
      local.render({ ...latencyChart(), title: 'Р99 выше нормы' }),
      local.render({ ...latencyChart(), title: '' }),
    ]);
    expect(digest(one.png)).not.toBe(digest(other.png));
  });

  test('ends its thread when there is nothing to draw, and has a new one for the next chart', async () => {
    const idleMs = 8_000;
    const sparing = createChartRenderer({ renderer: 'local' }, { ...patient, idleMs });
    await sparing.render(latencyChart());
    await new Promise((waited) => setTimeout(waited, idleMs + 200));
    expect((await sparing.render(latencyChart())).width).toBe(1600);
  });

  test('gives up at its deadline', async () => {
    const hurried = createChartRenderer({ renderer: 'local' }, { deadlineMs: 1 });
    await expect(hurried.render(latencyChart())).rejects.toThrow('took too long');
  });
});

describe('the quickchart renderer', () => {
  const askAt = (url: string, deadlineMs = 400) =>
    createChartRenderer({ renderer: 'quickchart', url }, { deadlineMs }).render(latencyChart());

  test('asks for Chart.js 4 in our size, in less than the 100 kB that the server takes', async () => {
    const values = Array.from({ length: 5_000 }, (_, index) => Math.sin(index) * 1e-3 + 12.3456789);
    const chart = { ...latencyChart(), series: Array.from({ length: 8 }, (_, n) => seriesOf(`service ${n}`, values)) };
    await createChartRenderer({ renderer: 'quickchart', url: quickChartUrl }).render(chart);
    const body = asked.at(-1) ?? {};
    expect(body).toMatchObject({ version: '4', width: 800, height: 400, devicePixelRatio: 2, format: 'png' });
    expect(JSON.stringify(body).length).toBeLessThan(100_000);
  });

  test('keeps the path of the configured address', async () => {
    const paths: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      paths.push(`${request.method} ${request.url}`);
      void quickChart(request, response);
    });
    await createChartRenderer({ renderer: 'quickchart', url: `${url}/tools/quickchart/` }).render(latencyChart());
    expect(paths).toEqual(['POST /tools/quickchart/chart']);
  });

  test('F80: gives up on a server that never answers, and does not keep the connection', async () => {
    const url = await serve(() => {});
    const server = servers.at(-1);
    const startedAt = performance.now();
    await expect(askAt(url)).rejects.toThrow('did not answer in 400 ms');
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await expect.poll(() => new Promise((told) => server?.getConnections((_, count) => told(count)))).toBe(0);
  });

  test('F80: gives up on a server that trickles its answer', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'Content-Type': 'image/png' });
      const drip = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(drip));
    });
    await expect(askAt(url)).rejects.toThrow('did not answer in 400 ms');
  });

  test('says what the server said when it fails, even if it sends a picture of its error', async () => {
    const png = (await local.render(latencyChart())).png;
    const url = await serve((_, response) => {
      response.writeHead(500, { 'X-quickchart-error': 'Chart.js cannot draw this', 'Content-Type': 'image/png' });
      response.end(png);
    });
    await expect(askAt(url)).rejects.toThrow('500: Chart.js cannot draw this');
  });

  test('F80: does not take a login page for a chart', async () => {
    const url = await serve((_, response) => response.writeHead(200).end('<html>Sign in</html>'));
    await expect(askAt(url)).rejects.toThrow('without a PNG');
  });

  test('does not swallow an endless answer', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    await expect(askAt(url, 5_000)).rejects.toThrow('larger than');
  });

  test('F80: never follows a redirect: metrics stay with the configured host', async () => {
    let leaked = 0;
    const elsewhere = await serve((_, response) => {
      leaked += 1;
      response.end();
    });
    const url = await serve((_, response) => response.writeHead(307, { Location: `${elsewhere}/chart` }).end());
    await expect(askAt(url)).rejects.toThrow('answered 307');
    expect(leaked).toBe(0);
  });

  test('F80: refuses an address that is missing or not http, so there is no public default', () => {
    for (const url of ['', 'quickchart.internal', 'ftp://quickchart.internal', 'file:///etc/passwd']) {
      expect(() => createChartRenderer({ renderer: 'quickchart', url }), url).toThrow();
    }
  });
});

function digest(png: Uint8Array): string {
  return createHash('sha256').update(png).digest('hex');
}

/** Pixels that are not white. */
function inkOf(image: Image): number {
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let ink = 0;
  for (let at = 0; at < data.length; at += 4)
    if ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0) < 740) ink += 1;
  return ink;
}
