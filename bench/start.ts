// How long a start takes until commands are accepted, against the start of an empty Bolt app.

import { type Asked, type Benchmark, type Results, type StoreKind, storesHere } from './benchmark.ts';
import { send } from './commands.ts';
import { type CompanyThread, startCompanyThread } from './company-thread.ts';
import { absoluteOf, type Figures, inPairs, rowOf } from './pairs.ts';
import { type Folder, makeFolder, type Place, placeFor, startBareApp, startBot } from './processes.ts';

const aimMs = { postgres: 1_000, embedded: 2_000 } as const;

export const start: Benchmark = {
  name: 'start',
  about: 'from `node src/main.ts` to ready, on a store that an earlier start made; the bare app has no store',
  pairs: 11,
  async run(asked) {
    const company = await startCompanyThread({ rateLimits: 'slack' });
    const folder = makeFolder();
    try {
      const results: Results[] = [];
      for (const kind of storesHere(asked)) {
        const place = await placeFor(kind, folder, 'ours', asked.freshDatabase);
        results.push(await onPlace(company, folder, place, kind, asked));
      }
      return {
        rows: results.flatMap(({ rows }) => rows),
        absolutes: results.flatMap(({ absolutes }) => absolutes),
      };
    } finally {
      await company.stop();
      folder.remove();
    }
  },
};

async function onPlace(
  company: CompanyThread,
  folder: Folder,
  place: Place,
  kind: StoreKind,
  asked: Asked,
): Promise<Results> {
  let starts = 0;
  const ours = async (): Promise<Figures> => {
    const side = await startBot(company, folder, place);
    starts += 1;
    // What the start left for later must not be paid by the first person who asks.
    const firstAckMs = await send(company, side.url, 'help', `start ${kind} ${starts}`);
    await side.stop();
    return { ready: side.readyMs, cpu: side.readyCpuMs, firstAck: firstAckMs };
  };
  const bare = async (): Promise<Figures> => {
    const side = await startBareApp(company, { asks: 'nothing' });
    await side.stop();
    return { ready: side.readyMs, cpu: side.readyCpuMs };
  };
  // Makes the schema and the compiled code, which an operator's first start has to make, too.
  await ours();
  await bare();
  const pairs = await inPairs(asked.pairs, ours, bare);
  const named = { benchmark: 'start', unit: 'ms' };
  const figures = (name: string) => pairs.map((pair) => pair.ours[name] ?? Number.NaN);
  return {
    rows: [
      rowOf(pairs, 'ready', { ...named, what: `${kind}, until ready` }),
      rowOf(pairs, 'cpu', { ...named, what: `${kind}, processor time until ready` }),
    ],
    absolutes: [
      absoluteOf(figures('ready'), { ...named, what: `${kind}, until ready`, aim: { atMost: aimMs[kind] } }),
      absoluteOf(figures('firstAck'), { ...named, what: `${kind}, first acknowledgement after ready` }),
    ],
  };
}
