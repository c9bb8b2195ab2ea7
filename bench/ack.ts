// How long Slack waits for our acknowledgement, against an empty Bolt app that stores one row first.

import { setTimeout as sleep } from 'node:timers/promises';
import { scrape } from '../test/support/exposition.ts';
import { type Asked, type Benchmark, type Results, type StoreKind, storesHere } from './benchmark.ts';
import { atRate, mixed, reads, send } from './commands.ts';
import { type CompanyThread, startCompanyThread } from './company-thread.ts';
import { type Figures, inPairs, type Row, rowOf } from './pairs.ts';
import { makeFolder, placeFor, type Side, startBareApp, startBot } from './processes.ts';
import { quantile } from './statistics.ts';

const perSecond = 50;
const seconds = 10;

/** `busy`: a health check and a declaration every second besides, which is more than any company does. */
const loads = [
  { load: 'reads', text: reads },
  { load: 'busy', text: mixed },
] as const;

export const ack: Benchmark = {
  name: 'ack',
  about: `${perSecond} commands a second; ours also works on them, the bare app stores a row and acknowledges`,
  pairs: 7,
  async run(asked) {
    const company = await startCompanyThread({ rateLimits: 'slack' });
    try {
      const rows: Row[] = [];
      for (const kind of storesHere(asked)) rows.push(...(await onStore(company, kind, asked)));
      return { rows, absolutes: [] } satisfies Results;
    } finally {
      await company.stop();
    }
  },
};

async function onStore(company: CompanyThread, kind: StoreKind, asked: Asked): Promise<readonly Row[]> {
  const folder = makeFolder();
  const bot = await startBot(company, folder, await placeFor(kind, folder, 'ours', asked.freshDatabase));
  const bare = await startBareApp(company, {
    asks: 'nothing',
    place: await placeFor(kind, folder, 'bare', asked.freshDatabase),
  });
  try {
    const count = asked.quick ? 25 : perSecond * seconds;
    const measured = (side: Side, name: string, text: (number: number) => string) => async (): Promise<Figures> => {
      const run = `${name} ${performance.now()}`;
      const tookMs = await atRate(perSecond, count, (number) =>
        send(company, side.url, text(number), `${run} ${number}`),
      );
      await company.quiet(asked.quick ? 200 : 1_500);
      // What is still worked off must not stand in the way of whoever is measured next.
      if (side === bot) await workedOff(bot.url);
      return { p50: quantile(tookMs, 0.5), p99: quantile(tookMs, 0.99) };
    };
    // Connections, caches and compiled code are there in both before the first pair.
    await measured(bot, 'warm-up', mixed)();
    await measured(bare, 'warm-up', mixed)();
    const rows: Row[] = [];
    for (const { load, text } of loads) {
      const pairs = await inPairs(
        asked.pairs,
        measured(bot, `ours ${load}`, text),
        measured(bare, `bare ${load}`, text),
      );
      const about = { benchmark: 'ack', unit: 'ms' } as const;
      rows.push(
        rowOf(pairs, 'p50', { ...about, what: `${kind}, ${load}, p50`, aim: { atMost: 1.2 } }),
        rowOf(pairs, 'p99', { ...about, what: `${kind}, ${load}, p99`, aim: { atMost: 1.5 } }),
      );
    }
    return rows;
  } finally {
    await Promise.all([bot.stop(), bare.stop()]);
    folder.remove();
  }
}

/** Until every command that was acknowledged has had its effect. */
async function workedOff(url: string): Promise<void> {
  while ((await scrape(url)).value('acgs_chatops_queue_waiting', { queue: 'inbox' }) !== 0) await sleep(200);
}
