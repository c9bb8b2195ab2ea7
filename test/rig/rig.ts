// The rig: people at work, a bot that is killed under their hands, and a judgement of what is left of what was acknowledged.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Chance, chanceOf } from './chance.ts';
import { judgeActions } from './judge-actions.ts';
import { judgeAcks, judgeDeliveries, judgeDurability } from './judge-deliveries.ts';
import { judgeChains, judgeRecord } from './judge-record.ts';
import { judgeSlack } from './judge-slack.ts';
import { type Keeper, keepBot } from './keeper.ts';
import { nextMoment, waitAndStrike } from './killer.ts';
import { type Ledger, openLedger } from './ledger.ts';
import type { EngineName } from './memories.ts';
import { bringPeople, type People } from './people.ts';
import { glance } from './record-seen.ts';
import { comeToRest } from './rest.ts';
import { watchRooms } from './rooms.ts';
import { ladderEndMs, raiseStage, type Stage } from './stage.ts';
import { watchBreath } from './starvation.ts';
import { type Summary, summary } from './summary.ts';
import { startWeather } from './weather.ts';

export interface RigOptions {
  readonly engine: EngineName;
  /** Times the bot is ended by SIGKILL. */
  readonly kills: number;
  /** Times it is ended by SIGTERM meanwhile. */
  readonly stops: number;
  /** Times the database is taken away, after the kills; PostgreSQL only. */
  readonly outages: number;
  /** Declarations that are accepted before people go home. */
  readonly incidents: number;
  /** Instead of them so many actions that are asked for, each decision twice; default 0. */
  readonly actions?: number;
  /** How many people are at work at the same time, at most 24. */
  readonly people: number;
  /** After how many of the kills the remains are looked at, before anybody has mended anything; the end judges the same once more. */
  readonly looks: number;
  readonly seed: number;
  readonly say?: (line: string) => void;
  /** Where the bot's log is left when something is wrong. */
  readonly traces?: string;
}

export interface Verdict extends Summary {
  readonly problems: readonly string[];
}

/** The first outage of a run; the rest are restarts. */
const longOutageMs = 10_000;
const progressWithinMs = 20_000;
const stopWithinMs = 10_000;

export async function runRig(options: RigOptions): Promise<Verdict> {
  const { engine, incidents: declarations, actions = 0, seed, say = () => undefined } = options;
  const chance = chanceOf(seed);
  const ledger = openLedger();
  const stage = await raiseStage(engine, { forActions: actions > 0 });
  let databaseIsAway = false;
  let databaseBackAt = 0;
  const keeper = keepBot(stage, () => databaseIsAway);
  const breath = watchBreath(() => [keeper.pid()]);
  const problems: string[] = [];
  try {
    await keeper.start();
    const rooms = watchRooms(stage.slack);
    const people = bringPeople({
      ...{ slack: stage.slack, rooms, ledger, chance: chance.strand('people') },
      ...{ people: options.people, declarations, actions },
    });
    const endWeather = startWeather(stage.systems, chance.strand('weather'), { fair: actions > 0 });
    const endWatching = watchAnswers(ledger);

    const blows = shuffled(chance.strand('blows'), options);
    const parts = blows.length + options.outages + 1;
    const done = (): string => `${Math.round(people.progress() * 100)} % done`;
    for (const [index, blow] of blows.entries()) {
      await progress(people, index + 1, parts);
      await strike(stage, keeper, chance.strand(`blow ${index}`), { blow, aboutActions: actions > 0 });
      if (isLookedAt(index, blows.length, options.looks)) {
        problems.push(...(await lookAtRemains(stage, ledger, keeper)));
      }
      await keeper.start();
      const { moment, startMs } = keeper.gaps.at(-1) ?? { moment: '', startMs: 0 };
      say(`${index + 1}/${blows.length} ${blow} ${moment}, ready after ${startMs} ms, ${done()}`);
    }
    for (let index = 0; index < options.outages; index += 1) {
      await progress(people, blows.length + index + 1, parts);
      const awayMs = index === 0 ? longOutageMs : chance.between(200, 1_500);
      databaseIsAway = true;
      await stage.memory.outage?.(awayMs);
      databaseIsAway = false;
      databaseBackAt = Date.now();
      say(`outage ${index + 1}/${options.outages} of ${awayMs} ms, ${done()}`);
      await sleep(chance.between(2_000, 5_000));
    }
    await progress(people, parts, parts);
    await people.goHome();
    await endWeather();
    await sleep(Math.max(0, lastDeclaredAt(ledger) + ladderEndMs - Date.now()));

    const { seen, lastLife } = await comeToRest(stage, keeper, { databaseBackAt, say });
    endWatching();
    const acks = judgeAcks(ledger, keeper.gaps, breath);
    const judged = judgeActions(seen, { writes: stage.redisWrites.all, ledger, gaps: keeper.gaps });
    const slackView = judgeSlack(stage.slack, seen, ledger, stage.log());
    problems.push(
      ...keeper.crashes,
      ...judgeStops(keeper),
      ...acks.problems,
      ...judgeDeliveries(ledger, stage.slack, seen),
      ...judgeRecord(seen, lastLife),
      ...judged.problems,
      ...slackView.problems,
      ...judgeLog(stage.log()),
    );
    return {
      ...summary(options, ledger, keeper, seen, {
        ...slackView,
        unmeasuredAcks: acks.unmeasured,
        actions: judged.figures,
      }),
      problems: [...new Set(problems)],
    };
  } finally {
    keeper.kill('the end');
    await keeper.gone();
    breath.stop();
    await stage.stop(problems.length > 0 ? options.traces : undefined);
  }
}

type Blow = 'kill' | 'stop';

function shuffled(chance: Chance, { kills, stops }: RigOptions): readonly Blow[] {
  let [killsLeft, stopsLeft] = [kills, stops];
  const blows: Blow[] = [];
  while (killsLeft + stopsLeft > 0) {
    const isStop = chance.between(1, killsLeft + stopsLeft) <= stopsLeft;
    if (isStop) stopsLeft -= 1;
    else killsLeft -= 1;
    blows.push(isStop ? 'stop' : 'kill');
  }
  return blows;
}

function isLookedAt(index: number, blows: number, looks: number): boolean {
  return index % Math.max(1, Math.floor(blows / Math.max(1, looks))) === 0;
}

function lastDeclaredAt(ledger: Ledger): number {
  return Math.max(0, ...ledger.entries.filter(({ what }) => what === 'declare').map(({ sentAt }) => sentAt));
}

async function strike(
  stage: Stage,
  keeper: Keeper,
  chance: Chance,
  { blow, aboutActions }: { readonly blow: Blow; readonly aboutActions: boolean },
): Promise<void> {
  const moment = nextMoment(chance, aboutActions);
  const signal = blow === 'stop' ? 'SIGTERM' : 'SIGKILL';
  if (moment === 'starting') {
    if (blow === 'stop') await keeper.terminate('whenever');
    else keeper.kill(moment);
    await keeper.gone();
    return keeper.falseStart(chance.between(50, 2_500));
  }
  const stopped = Promise.withResolvers<unknown>();
  await waitAndStrike(moment, stage, chance, () => {
    if (signal === 'SIGKILL') keeper.kill(moment);
    stopped.resolve(signal === 'SIGTERM' ? keeper.terminate(moment) : undefined);
  });
  await stopped.promise;
  await keeper.gone();
}

/** What holds at the moment of a kill already, before anybody has had a chance to mend anything. */
async function lookAtRemains(stage: Stage, ledger: Ledger, keeper: Keeper): Promise<readonly string[]> {
  const since = keeper.gaps.at(-1)?.from ?? 0;
  const seen = await stage.memory.look((engine) => glance(engine, since));
  return [...judgeDurability(ledger, stage.slack, seen), ...judgeChains(seen)];
}

/**
 * Until `part` of all parts is done. Until then people may do no more than that part and the next, so that every blow falls into
 * something. Where too little gets through, time passes instead.
 */
async function progress(people: People, part: number, parts: number): Promise<void> {
  const wanted = part / parts;
  people.allow((part + 1) / parts);
  const end = Date.now() + progressWithinMs;
  while (people.progress() < wanted && Date.now() < end) await sleep(50);
}

/** When an answer arrives is known only by looking. */
function watchAnswers(ledger: Ledger): () => void {
  const timer = setInterval(() => {
    const now = Date.now();
    for (const entry of ledger.entries) {
      if (entry.answeredAt === undefined && entry.delivery.answers() > 0) entry.answeredAt = now;
    }
  }, 200);
  return () => clearInterval(timer);
}

/** F52. */
function judgeStops(keeper: Keeper): readonly string[] {
  return keeper.stops
    .filter(({ code, tookMs }) => code !== 0 || tookMs >= stopWithinMs)
    .map(({ code, tookMs }) => `SIGTERM ended with ${code} after ${tookMs} ms`);
}

/** Lines of the log that say themselves that something is wrong with the bot. */
function judgeLog(log: string): readonly string[] {
  const bad =
    /unhandled rejection|a job failed for the last time|a notice could not be drawn|a delivery failed|a left-over delivery cannot be read/;
  return log.split('\n').filter((line) => bad.test(line));
}
