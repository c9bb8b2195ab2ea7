// How long Slack waits for our acknowledgement, against an empty Bolt app that stores one row first.

import { type Asked, type Benchmark, type Results, type StoreKind, storesHere } from './benchmark.ts';
import { atRate, mixed, send } from './commands.ts';
import { type CompanyThread, startCompanyThread } from './company-thread.ts';
import { type Figures, inPairs, type Row, rowOf } from './pairs.ts';
import { makeFolder, placeFor, type Side, startBareApp, startBot } from './processes.ts';
import { quantile } from './statistics.ts';

const perSecond = 50;
const seconds = 10;

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
    const measured = (side: Side, name: string) => async (): Promise<Figures> => {
      const run = `${name} ${performance.now()}`;
      const tookMs = await atRate(perSecond, count, (number) =>
        send(company, side.url, mixed(number), `${run} ${number}`),
      );
      await company.quiet(asked.quick ? 200 : 1_500);
      return { p50: quantile(tookMs, 0.5), p99: quantile(tookMs, 0.99) };
    };
    // Connections, caches and compiled code are there in both before the first pair.
    await measured(bot, 'warm-up')();
    await measured(bare, 'warm-up')();
    const pairs = await inPairs(asked.pairs, measured(bot, 'ours'), measured(bare, 'bare'));
    return [
      rowOf(pairs, 'p50', { benchmark: 'ack', what: `${kind}, p50`, unit: 'ms', aim: { atMost: 1.2 } }),
      rowOf(pairs, 'p99', { benchmark: 'ack', what: `${kind}, p99`, unit: 'ms', aim: { atMost: 1.5 } }),
    ];
  } finally {
    await Promise.all([bot.stop(), bare.stop()]);
    folder.remove();
  }
}
