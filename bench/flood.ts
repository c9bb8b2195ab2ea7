// How long Slack waits for each of two hundred acknowledgements at once while Prometheus hangs.

import { type Asked, type Benchmark, type Results, type StoreKind, storesHere } from './benchmark.ts';
import { send } from './commands.ts';
import { type CompanyThread, startCompanyThread } from './company-thread.ts';
import { absoluteOf, type Figures } from './pairs.ts';
import { makeFolder, placeFor, startBot } from './processes.ts';
import { quantile } from './statistics.ts';

const atOnce = 200;
const words = ['health', 'incident latency', 'incident list', 'status', 'oncall', 'help', 'ack', 'timeline add seen'];
/** Longer than a check waits for Prometheus: after it nothing of a flood is left. */
const quietMs = 8_000;
const quietOnOtherDaysMs = 2_000;

export const flood: Benchmark = {
  name: 'flood',
  about: `acknowledgement of ${atOnce} commands at once while Prometheus hangs; a pair is one flood`,
  pairs: 5,
  async run(asked) {
    const company = await startCompanyThread({ rateLimits: 'generous' });
    try {
      const results: Results['absolutes'][] = [];
      for (const kind of storesHere(asked)) results.push(await onStore(company, kind, asked));
      return { rows: [], absolutes: results.flat() } satisfies Results;
    } finally {
      await company.stop();
    }
  },
};

async function onStore(company: CompanyThread, kind: StoreKind, asked: Asked): Promise<Results['absolutes']> {
  const folder = makeFolder();
  // The published limits would spread the answers of one flood over minutes, and the next one would meet them.
  const bot = await startBot(company, folder, await placeFor(kind, folder, 'ours', asked.freshDatabase), {
    limits: 100,
  });
  const type = (text: string, name: string) => send(company, bot.url, text, `${kind} ${name} ${performance.now()}`);
  const quiet = (forMs: number) => company.quiet(asked.quick ? 200 : forMs);

  /** The bot has been at work, Prometheus answers, and no incident is open: the flood opens one. */
  const asOnOtherDays = async (): Promise<void> => {
    await company.heal('prometheus:hang');
    for (const text of words) await type(text, 'other days');
    await quiet(quietOnOtherDaysMs);
    await type('resolve between two floods', 'other days');
    await quiet(quietOnOtherDaysMs);
  };
  const oneFlood = async (): Promise<Figures> => {
    await asOnOtherDays();
    await company.inject('prometheus:hang');
    const tookMs = await Promise.all(
      Array.from({ length: atOnce }, (_, number) => type(words[number % words.length] ?? '', `flood ${number}`)),
    );
    await quiet(quietMs);
    return { p50: quantile(tookMs, 0.5), p99: quantile(tookMs, 0.99), max: Math.max(...tookMs) };
  };

  try {
    const floods: Figures[] = [];
    for (let number = 0; number < asked.pairs; number += 1) floods.push(await oneFlood());
    const figures = (name: string) => floods.map((one) => one[name] ?? Number.NaN);
    const named = { benchmark: 'flood', unit: 'ms' };
    const what = `${kind}, ${atOnce} at once`;
    return [
      absoluteOf(figures('p50'), { ...named, what: `${what}, p50` }),
      absoluteOf(figures('p99'), { ...named, what: `${what}, p99`, aim: { atMost: 1_000 } }),
      absoluteOf(figures('max'), { ...named, what: `${what}, slowest`, aim: { atMost: 3_000 } }),
    ];
  } finally {
    await company.heal('prometheus:hang');
    await bot.stop();
    folder.remove();
  }
}
