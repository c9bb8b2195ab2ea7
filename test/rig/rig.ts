// The rig: people at work, a bot that is killed under their hands, and a judgement of what is left of what was acknowledged.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Chance, chanceOf } from './chance.ts';
import { judgeActions } from './judge-actions.ts';
import { judgeAcks, judgeDeliveries, judgeDurability } from './judge-deliveries.ts';
import { judgeChains, judgeRecord, unsettled } from './judge-record.ts';
import { judgeSlack } from './judge-slack.ts';
import { type Keeper, keepBot } from './keeper.ts';
import { nextMoment, waitAndStrike } from './killer.ts';
import { type Ledger, openLedger } from './ledger.ts';
import type { EngineName } from './memories.ts';
import { bringPeople, type People } from './people.ts';
import { glance, readRecord, type SeenRecord } from './record-seen.ts';
import { watchRooms } from './rooms.ts';
import { raiseStage, type Stage } from './stage.ts';
import { watchBreath } from './starvation.ts';
import { type Summary, summary } from './summary.ts';

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
/** From the last act of people until nothing is under way any more. */
const restWithinMs = 180_000;
const declaredWithinMs = 60_000;
const stopWithinMs = 10_000;

export async function runRig(options: RigOptions): Promise<Verdict> {
  const { engine, incidents: declarations, seed, say = () => undefined } = options;
  const chance = chanceOf(seed);
  const ledger = openLedger();
  const stage = await raiseStage(engine);
  let databaseIsAway = false;
  const keeper = keepBot(stage, () => databaseIsAway);
  const breath = watchBreath(() => keeper.pid());
  const problems: string[] = [];
  try {
    await keeper.start();
    const rooms = watchRooms(stage.slack);
    const people = bringPeople({ slack: stage.slack, rooms, ledger, chance: chance.strand('people'), declarations });
    const endWeather = startWeather(stage, chance.strand('weather'));
    const endWatching = watchAnswers(ledger);

    const blows = shuffled(chance.strand('blows'), options);
    for (const [index, blow] of blows.entries()) {
      await declared(people, (declarations * (index + 1)) / (blows.length + options.outages + 1));
      await strike(stage, keeper, chance.strand(`blow ${index}`), blow);
      problems.push(...(await lookAtRemains(stage, ledger, keeper)));
      await keeper.start();
      const { moment, startMs } = keeper.gaps.at(-1) ?? { moment: '', startMs: 0 };
      say(`${index + 1}/${blows.length} ${blow} ${moment}, ready after ${startMs} ms, ${people.declared()} declared`);
    }
    for (let index = 0; index < options.outages; index += 1) {
      const done = blows.length + index + 1;
      await declared(people, (declarations * done) / (blows.length + options.outages + 1));
      const awayMs = index === 0 ? longOutageMs : chance.between(200, 1_500);
      databaseIsAway = true;
      await stage.memory.outage?.(awayMs);
      databaseIsAway = false;
      say(`outage ${index + 1}/${options.outages} of ${awayMs} ms, ${people.declared()} declared`);
      await sleep(chance.between(3_000, 8_000));
    }
    await declared(people, declarations);
    await people.goHome();
    await endWeather();

    const { seen, stoppedAt } = await comeToRest(stage, keeper, say);
    endWatching();
    const acks = judgeAcks(ledger, keeper.gaps, breath);
    const actions = judgeActions(seen, stage.redisWrites.count());
    const slackView = judgeSlack(stage.slack, seen, ledger, stage.log());
    problems.push(
      ...keeper.crashes,
      ...judgeStops(keeper),
      ...acks.problems,
      ...judgeDeliveries(ledger, stage.slack, seen),
      ...judgeRecord(seen, stoppedAt),
      ...actions.problems,
      ...slackView.problems,
      ...judgeLog(stage.log()),
    );
    return {
      ...summary(options, ledger, keeper, seen, {
        ...slackView,
        unmeasuredAcks: acks.unmeasured,
        actions: actions.figures,
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

async function strike(stage: Stage, keeper: Keeper, chance: Chance, blow: Blow): Promise<void> {
  const moment = nextMoment(chance);
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

/** Where too few declarations get through, time passes instead. */
async function declared(people: People, wanted: number): Promise<void> {
  const end = Date.now() + declaredWithinMs;
  while (people.declared() < Math.floor(wanted) && Date.now() < end) await sleep(50);
}

/** Systems fall ill and recover, so that checks say all that they can say. */
function startWeather(stage: Stage, chance: Chance): () => Promise<void> {
  const ills = [
    'cache-cold',
    'cpu-exhausted',
    'prometheus:hang',
    'redis:down',
    'redis:cut',
    'dashboard:http500',
  ] as const;
  let over = false;
  const run = async (): Promise<void> => {
    while (!over) {
      const ill = chance.pick(ills);
      stage.systems.inject(ill);
      await sleep(chance.between(500, 4_000));
      stage.systems.heal(ill);
      await sleep(chance.between(500, 3_000));
    }
  };
  const running = run();
  return () => {
    over = true;
    return running;
  };
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

/** Lets the bot finish, stops it and looks; starts it once more while something is under way. */
async function comeToRest(
  stage: Stage,
  keeper: Keeper,
  say: (line: string) => void,
): Promise<{ readonly seen: SeenRecord; readonly stoppedAt: number }> {
  const deadline = Date.now() + restWithinMs;
  for (;;) {
    await emptyQueues(keeper, deadline);
    await keeper.terminate('at rest');
    const stoppedAt = Date.now();
    const seen = await stage.memory.look((engine) => readRecord(engine, stage));
    const left = unsettled(seen, stoppedAt);
    if (left.length === 0 || Date.now() > deadline) return { seen, stoppedAt };
    say(`not at rest: ${left.slice(0, 3).join('; ')}${left.length > 3 ? ` and ${left.length - 3} more` : ''}`);
    await keeper.start();
    await sleep(4_000);
  }
}

/** Until the bot says three times in a row that nothing waits. */
async function emptyQueues(keeper: Keeper, deadline: number): Promise<void> {
  for (let seenEmpty = 0; seenEmpty < 3 && Date.now() < deadline; ) {
    const waiting = await waitingIn(keeper.url());
    seenEmpty = waiting === 0 ? seenEmpty + 1 : 0;
    await sleep(400);
  }
}

/** Rows that are due, over all queues; undefined when the bot does not say just now. */
async function waitingIn(url: string): Promise<number | undefined> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  if (answer?.ok !== true) return undefined;
  const text = await answer.text();
  const waiting = [...text.matchAll(/^acgs_chatops_queue_waiting\{queue="(?:inbox|outbox|jobs)"\} (\d+)$/gm)];
  // Right after a start the store may not have been asked yet: no data is not zero.
  if (waiting.length < 3) return undefined;
  return waiting.reduce((sum, [, rows]) => sum + Number(rows), 0);
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
