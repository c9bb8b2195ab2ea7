// Resident memory after thousands of commands, against an empty Bolt app after the same, and whether it still grows.

import { type Asked, type Benchmark, type Results, type StoreKind, storesHere } from './benchmark.ts';
import { mixed, send, sideBySide } from './commands.ts';
import { type CompanyThread, startCompanyThread } from './company-thread.ts';
import { absoluteOf, type Figures, inPairs, rowOf } from './pairs.ts';
import { makeFolder, placeFor, type Side, startBareApp, startBot } from './processes.ts';

const half = 5_000;
const atOnce = 4;

export const memory: Benchmark = {
  name: 'memory',
  about: `resident memory after ${2 * half} commands, and its growth over the second half`,
  pairs: 3,
  async run(asked) {
    const company = await startCompanyThread({ rateLimits: 'generous' });
    try {
      const results: Results[] = [];
      for (const kind of storesHere(asked)) results.push(await onStore(company, kind, asked));
      return {
        rows: results.flatMap(({ rows }) => rows),
        absolutes: results.flatMap(({ absolutes }) => absolutes),
      };
    } finally {
      await company.stop();
    }
  },
};

async function onStore(company: CompanyThread, kind: StoreKind, asked: Asked): Promise<Results> {
  const count = asked.quick ? 60 : half;
  const measured = (startSide: (name: string) => Promise<{ side: Side; end: () => Promise<void> }>) => {
    return async (): Promise<Figures> => {
      const name = `memory ${performance.now()}`;
      const { side, end } = await startSide(name);
      try {
        const figures: Record<string, number> = { started: side.rssMb() };
        for (const [part, figure] of ['half', 'full'].entries()) {
          await sideBySide(atOnce, count, (number) =>
            send(company, side.url, mixed(number), `${name} ${part} ${number}`),
          );
          await company.quiet(asked.quick ? 200 : 5_000);
          figures[figure] = side.rssMb();
        }
        return { ...figures, growth: (figures.full ?? 0) / (figures.half ?? 0) };
      } finally {
        await end();
      }
    };
  };
  const ours = measured(async (name) => {
    const folder = makeFolder();
    // The published limits would hold two hundred health checks up for twenty minutes.
    const side = await startBot(company, folder, await placeFor(kind, folder, name, asked.freshDatabase), {
      limits: 100,
    });
    return { side, end: () => side.stop().finally(() => folder.remove()) };
  });
  const bare = measured(async (name) => {
    const folder = makeFolder();
    const side = await startBareApp(company, {
      asks: 'nothing',
      place: await placeFor(kind, folder, `${name} bare`, asked.freshDatabase),
    });
    return { side, end: () => side.stop().finally(() => folder.remove()) };
  });
  const pairs = await inPairs(kind === 'embedded' ? 1 : asked.pairs, ours, bare);
  const named = { benchmark: 'memory', unit: 'MB' };
  const growth = pairs.map((pair) => pair.ours.growth ?? Number.NaN);
  return {
    rows: [
      rowOf(pairs, 'full', {
        ...named,
        what: `${kind}, after ${2 * count} commands`,
        ...(kind === 'postgres' ? { aim: { atMost: 1.3 } } : {}),
      }),
      rowOf(pairs, 'started', { ...named, what: `${kind}, when ready` }),
    ],
    absolutes: [
      absoluteOf(growth, {
        benchmark: 'memory',
        unit: '×',
        what: `${kind}, ours at ${2 * count} over ours at ${count}`,
        aim: { atMost: 1.05 },
      }),
    ],
  };
}
