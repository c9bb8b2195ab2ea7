// A chart service that is down, slow or answers nonsense: its numbers come in words and small bars, and nothing waits for it.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { configFile } from '../../src/config.ts';
import { bearWitness } from '../support/invariants.ts';
import { allText, type Story, startStory, until, untilIn } from '../support/story.ts';
import { type ProxyFaults, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let story: Story;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  await story?.stop();
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server in the place of QuickChart that takes everything and draws nothing. */
async function startNothing(): Promise<number> {
  const server = createServer((_, response) => response.writeHead(200).end('<title>Log in</title>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function proxied(faults: ProxyFaults): Promise<TcpProxy> {
  const proxy = await startTcpProxy(await startNothing());
  closing.push(proxy.stop);
  await proxy.set(faults);
  return proxy;
}

const cases: readonly (readonly [name: string, faults: ProxyFaults])[] = [
  ['F80: is down', { connections: 'refuse' }],
  ['F80: never answers', { connections: 'hang' }],
  ['F80: trickles', { toClient: { trickleMs: 500 } }],
  ['F80: answers with a login page', {}],
];

describe('during an incident the chart service', () => {
  test.each(cases)(
    '%s',
    async (_, faults) => {
      const proxy = await proxied(faults);
      story = await startStory({
        budget: '30s',
        configure: (config) => ({ ...config, charts: { renderer: 'quickchart', url: `http://${proxy.address}` } }),
      });
      // What is measured is the fault, and not the first command of a process that has just started.
      await story.slack.command('lena', '#incidents', 'incident list');
      const witness = bearWitness({ store: story.store, slack: story.slack, lines: story.complaints });
      story.world.inject('cache-cold', { agoSeconds: 600 });
      await story.slack.command('rita', '#incidents', 'incident latency');
      await until('the evidence', async () => /Evidence of INC-1/.test(await story.threadText()));

      await untilIn(story.slack, await story.incidentChannel());

      // While charts are being asked for, the card is redrawn as fast as ever.
      const began = performance.now();
      await story.slack.click('rita', await story.card(), 'acgs.acknowledge');
      await until('the acknowledgement on the card', async () => /Acknowledged rita/.test((await story.card()).text));
      expect(performance.now() - began).toBeLessThan(4_000);

      const bars = await until('bars instead of a picture', async () => {
        const { channel, ts } = await story.card();
        return story.slack.thread(channel, ts).find((message) => /[▁▂▃▄▅▆▇█]{5}/.test(allText(message)));
      });
      expect(allText(bars)).toMatch(/P99 latency passed 5 ms at \d\d:\d\d UTC/);
      expect(allText(bars)).toMatch(/highest 1\d\.\d ms/);
      expect(story.slack.files().filter((file) => file.name.endsWith('.png'))).toEqual([]);
      await witness.assertAll();
    },
    180_000,
  );
});

test('F80: without an address of its own the chart service is refused by the configuration, so the public one is never a default', () => {
  const slack = { channel: 'C0INCIDENTS' };
  const parsed = configFile.safeParse({ slack, charts: { renderer: 'quickchart' } });
  expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(['charts.url']);
  expect(configFile.parse({ slack }).charts).toEqual({ renderer: 'local' });
});
