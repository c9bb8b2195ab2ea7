// Lets a QuickChart server of the operator draw the chart; the server is always named in the configuration, there is no default.

import type { Chart, Picture } from '../core/chart.ts';
import type { ChartRenderer } from '../core/ports.ts';
import { chartSize, toChartJs } from './chartjs.ts';
import { before } from './deadline.ts';
import { pictureFrom } from './png.ts';

/**
 * Loaded at the first chart: most draw on this machine. The package describes its CommonJS build; the module that Node loads has the class
 * itself as its default export.
 */
const loadQuickChart = async () => {
  const { default: quickchart } = await import('quickchart-js');
  return quickchart as unknown as typeof quickchart.default;
};

/** A chart of 1,600 × 800 pixels is 50 to 200 kB. */
const maxPngBytes = 4_000_000;

/**
 * quickchart-js builds the request. Sending it is ours: its `toBinary()` has no deadline (a hung server keeps the socket for
 * ever) and follows a redirect with the whole body, so that metrics could reach a host that nobody configured.
 *
 * @param url base address, for example `https://quickchart.internal`; `POST <url>/chart` is asked
 * @param given.deadlineMs for the whole exchange
 */
export function createQuickChartRenderer(url: string, given: { readonly deadlineMs: number }): ChartRenderer {
  const server = new URL(url);
  if (server.protocol !== 'http:' && server.protocol !== 'https:') {
    throw new Error(`charts.url must begin with http:// or https://, not ${server.protocol}`);
  }
  const endpoint = new URL(`${server.pathname.replace(/\/+$/, '')}/chart`, server);
  return {
    render: (chart) => {
      const signal = AbortSignal.timeout(given.deadlineMs);
      return before(signal, ask(endpoint, chart, signal), `${server.host} did not answer in ${given.deadlineMs} ms`);
    },
  };
}

/** What the server is asked to draw, as quickchart-js writes it. Its default is Chart.js 2, hence the version. */
async function requestBody(chart: Chart): Promise<string> {
  const QuickChart = await loadQuickChart();
  const request = new QuickChart()
    .setVersion('4')
    .setFormat('png')
    .setWidth(chartSize.width)
    .setHeight(chartSize.height)
    .setDevicePixelRatio(chartSize.pixelRatio)
    .setBackgroundColor('#FFFFFF')
    .setConfig(JSON.stringify(toChartJs(chart, 'quickchart')));
  return JSON.stringify(request.getPostData());
}

async function ask(endpoint: URL, chart: Chart, signal: AbortSignal): Promise<Picture> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: await requestBody(chart),
    redirect: 'manual',
    signal,
  });
  if (!response.ok) {
    await response.body?.cancel();
    const reason = response.headers.get('x-quickchart-error');
    throw new Error(
      `${endpoint.host} answered ${response.status}${reason === null ? '' : `: ${reason.slice(0, 200)}`}`,
    );
  }
  const picture = pictureFrom(await readAtMost(response, maxPngBytes));
  if (picture === undefined) throw new Error(`${endpoint.host} answered 200 without a PNG; is it a QuickChart server?`);
  return picture;
}

async function readAtMost(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) throw new Error(`the answer is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
