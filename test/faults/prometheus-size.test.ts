// Answers that are too large: cut, said, and never held in memory as a whole.

import { execFile } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Observation } from '../../src/core/observation.ts';

const run = promisify(execFile);
const mostMb = 100;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Measured {
  readonly observation: Observation;
  readonly lines: number;
  readonly grownMb: number;
  readonly tookMs: number;
}

/** Asks in a process of its own, whose memory holds nothing else. */
async function memoryOf(answer: (url: URL, response: ServerResponse) => void): Promise<Measured> {
  const server = createServer((request, response) =>
    answer(new URL(request.url ?? '/', 'http://prometheus'), response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { stdout } = await run(process.execPath, [
    join(import.meta.dirname, '../support/memory-of-check.ts'),
    url,
    'cpu',
  ]);
  return JSON.parse(stdout) as Measured;
}

const seriesCount = 10_000;
const at = Date.now() / 1_000;
const labelsOf = (index: number) => ({
  __name__: 'cpu',
  instance: `node-${index}`,
  path: `/customers/${index}/orders`,
});

/** Written once: building 10 MB of text takes longer than a chart may. */
const tables = {
  vector: many('vector', (index) => ({ value: [at, String(index / 100)] })),
  matrix: many('matrix', () => ({ values: Array.from({ length: 41 }, (_, step) => [at - 60 * step, '1.234567']) })),
};

function many(resultType: string, samplesOf: (index: number) => object): string {
  const result = Array.from({ length: seriesCount }, (_, index) => ({ metric: labelsOf(index), ...samplesOf(index) }));
  return JSON.stringify({ status: 'success', data: { resultType, result } });
}

/** The newest sample is fresh; everything else has ten thousand series. */
function manySeries(url: URL, response: ServerResponse): void {
  response.setHeader('content-type', 'application/json');
  const now = Date.now() / 1_000;
  const fresh = [{ metric: {}, value: [now, String(now)] }];
  if (url.searchParams.get('query')?.includes('timestamp(') === true)
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result: fresh } }));
  else response.end(url.pathname === '/api/v1/query' ? tables.vector : tables.matrix);
}

/** Writes 300 MB of JSON as fast as it is taken, until nobody takes it. */
function endless(stream: NodeJS.WritableStream & { readonly destroyed?: boolean }): void {
  const piece = `{"metric":{"instance":"${'x'.repeat(1_000)}"},"value":[1,"1"]},`.repeat(1_000);
  let left = 300;
  stream.write('{"status":"success","data":{"resultType":"vector","result":[');
  const more = () => {
    while (left > 0 && stream.destroyed !== true) {
      left -= 1;
      if (!stream.write(piece)) {
        stream.once('drain', more);
        return;
      }
    }
    stream.end(']}}');
  };
  more();
}

describe('F71: too much', () => {
  it('F71: 10,000 series are judged by the worst, of which fifty are shown, and the chart is left out and said', async () => {
    const { observation, lines, grownMb } = await memoryOf(manySeries);
    expect(observation.measurement?.value).toBe((seriesCount - 1) / 100);
    expect(observation.verdict).toBe('critical');
    expect(observation.rows).toHaveLength(50);
    expect(observation.rowsCut).toBe(seriesCount - 50);
    expect(observation.rows[0]?.label).toContain(`node-${seriesCount - 1}`);
    expect(observation.notes.join()).toContain(
      'no chart: prometheus: GET /api/v1/query_range was answered with more than 8 MB',
    );
    expect(lines).toBe(0);
    expect(grownMb).toBeLessThan(mostMb);
  });

  it.each([
    ['of which nobody told the length', (response: ServerResponse) => endless(response)],
    [
      'that is 300 kB on the wire and unpacks itself',
      (response: ServerResponse) => {
        response.setHeader('content-encoding', 'gzip');
        const gzip = createGzip();
        gzip.pipe(response).on('close', () => gzip.destroy());
        endless(gzip);
      },
    ],
  ])('F71: an answer of 300 MB %s is dropped at 8 MB', async (_, answer) => {
    const { observation, grownMb, tookMs } = await memoryOf((__, response) => answer(response));
    expect(observation.unknown?.reason).toBe('truncated');
    expect(observation.unknown?.detail).toContain('more than 8 MB');
    expect(observation.unknown?.remedy).toContain('fewer series');
    expect(grownMb).toBeLessThan(mostMb);
    expect(tookMs).toBeLessThan(30_000);
  });
});
