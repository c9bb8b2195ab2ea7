// From a command to the whole evidence before the reader's eyes, against a small bot of one's own and against the runbook's commands.

import { startRealRedis, whyNoRedis } from '../test/support/real-redis.ts';
import type { Benchmark, Results } from './benchmark.ts';
import { send } from './commands.ts';
import { bareChannel, type CompanyThread, startCompanyThread } from './company-thread.ts';
import { absoluteOf, type Figures, inPairs, type Row, rowOf } from './pairs.ts';
import { type Folder, makeFolder, placeFor, type Side, startBareApp, startBot } from './processes.ts';
import { healthTitles, latencyTitles } from './questions.ts';
import { runByHand, whyNotByHand } from './runbook-commands.ts';

/** Between two runs: what the last one still posts (charts) is not to stand in the way of the next one. */
const quietMs = 5_000;

export const evidence: Benchmark = {
  name: 'evidence',
  about: 'from the command until every answer is visible, against a bare app that asks the same and posts one message',
  pairs: 9,
  async run(asked) {
    const { company, stop } = await startApart();
    const folder = makeFolder();
    const kind = asked.freshDatabase === undefined ? 'embedded' : 'postgres';
    const bot = await startBot(company, folder, await placeFor(kind, folder, 'ours', asked.freshDatabase));
    const same = await startBareApp(company, { asks: 'the same' });
    const bare = await startBareApp(company, { asks: 'bare' });
    try {
      const rows: Row[] = [];
      const shown = (side: Side, command: string, titles: readonly string[]) => async (): Promise<Figures> => {
        await company.deliverTo(`${side.url}/slack/events`);
        const { shownMs } = await company.shown(command, titles, side === bot ? '#incidents' : bareChannel);
        // Nobody has a dozen incidents open, each of which is watched.
        if (side === bot && command.startsWith('incident'))
          await send(company, side.url, 'resolve measured', `evidence ${performance.now()}`);
        await company.quiet(asked.quick ? 500 : quietMs);
        return { shown: shownMs };
      };
      const named = { benchmark: 'evidence', unit: 'ms' };
      for (const [name, command, titles] of [
        ['incident latency', 'incident latency separately', latencyTitles],
        ['health', 'health', healthTitles],
      ] as const) {
        const ours = shown(bot, command, titles);
        await ours();
        for (const [side, asks, aim] of [
          [same, 'the same queries', { aim: { atMost: 1.5 } }],
          [bare, 'one raw request a check', {}],
        ] as const) {
          const theirs = shown(side, command, titles);
          await theirs();
          const pairs = await inPairs(asked.pairs, ours, theirs);
          rows.push(rowOf(pairs, 'shown', { ...named, what: `/acgs ${name}, ${kind}; bare app: ${asks}`, ...aim }));
        }
      }
      rows.push(
        ...(await againstByHand(company, folder, shown(bot, 'incident latency separately', latencyTitles), asked)),
      );
      const findings = await company.findings();
      for (const finding of findings) asked.say(`  Slack would complain: ${finding}`);
      const complaints = absoluteOf([findings.length], {
        benchmark: 'evidence',
        what: 'complaints of the strict pretend Slack',
        unit: '',
        aim: { atMost: 0 },
      });
      return { rows, absolutes: [complaints] } satisfies Results;
    } finally {
      await Promise.all([bot.stop(), same.stop(), bare.stop()]);
      await stop();
      folder.remove();
    }
  },
};

/** Slack, the systems and Redis (a real one, where there is one) do not wait for each other, as they would not elsewhere. */
async function startApart(): Promise<{ readonly company: CompanyThread; stop(): Promise<void> }> {
  const slack = await startCompanyThread({ rateLimits: 'slack' });
  const { systems, stop } = await startCompanyThread({ rateLimits: 'slack' });
  const redis = whyNoRedis() === undefined ? await startRealRedis() : undefined;
  return {
    company: { ...slack, systems: { ...systems, ...(redis === undefined ? {} : { redis: redis.url }) } },
    stop: async () => void (await Promise.all([slack.stop(), stop(), redis?.stop()])),
  };
}

/** Twice: with the one second that `redis-cli --latency-history -i 1` needs at least, and with quick PINGs in its place. */
async function againstByHand(
  company: CompanyThread,
  folder: Folder,
  ours: () => Promise<Figures>,
  asked: { readonly pairs: number; say(line: string): void },
): Promise<readonly Row[]> {
  const missing = whyNotByHand();
  if (missing !== undefined) {
    asked.say(`  The runbook's commands are not measured: ${missing}.`);
    return [];
  }
  const rows: Row[] = [];
  for (const redis of ['one interval', 'quick pings'] as const) {
    const pairs = await inPairs(asked.pairs, ours, async () => ({
      shown: await runByHand(company.systems, folder.path, redis),
    }));
    const words = redis === 'one interval' ? 'as the runbook says' : 'with 100 quick PINGs for --latency-history';
    rows.push(
      rowOf(pairs, 'shown', {
        benchmark: 'evidence',
        unit: 'ms',
        what: `/acgs incident latency, times faster than steps 2–7 by script, ${words}`,
        faster: true,
        aim: { atLeast: 10 },
      }),
    );
  }
  return rows;
}
