// Keeps the bot alive as an operator's supervisor would: starts it, notes every end of it, and starts it again.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Life } from './bot-process.ts';
import type { Stage } from './stage.ts';

/** A time when the bot was away, and why. */
export interface Gap {
  readonly why: 'first start' | 'SIGKILL' | 'SIGTERM' | 'ended by itself';
  /** Where the blow fell. */
  readonly moment: string;
  /** Epoch ms. */
  readonly from: number;
  readonly readyAt: number;
  /** From the start of the process to `ready`, ms. */
  readonly startMs: number;
}

/** An orderly end, asked for by SIGTERM. */
export interface Stop {
  readonly code: number | NodeJS.Signals;
  readonly tookMs: number;
}

export interface Keeper {
  readonly gaps: readonly Gap[];
  readonly stops: readonly Stop[];
  /** Ends that nobody asked for. */
  readonly crashes: readonly string[];
  /** Of the life there is. */
  pid(): number | undefined;
  /** Where the bot listens now. */
  url(): string;
  /** Ends this life at once, now: by the time this returns the signal is sent. */
  kill(moment: string): void;
  /** SIGTERM, and waits for the end. */
  terminate(moment: string): Promise<Stop>;
  /** Resolves when the process is gone. */
  gone(): Promise<void>;
  /** A start that is cut off after so many ms. */
  falseStart(afterMs: number): Promise<void>;
  /** Starts it, again and again where it ends instead of getting ready, and directs Slack to it. */
  start(): Promise<void>;
}

const againAfterMs = 300;
/** A bot that needs longer than this for all its tries is not coming back. */
const backWithinMs = 90_000;

/** `mayFail`: whether the bot may end by itself just now, because its database is away. */
export function keepBot(stage: Stage, mayFail: () => boolean): Keeper {
  const gaps: Gap[] = [];
  const stops: Stop[] = [];
  const crashes: string[] = [];
  let life: Life | undefined;
  let away: { why: Gap['why']; moment: string; from: number } = {
    why: 'first start',
    moment: 'first start',
    from: Date.now(),
  };
  let url = '';

  const begin = (): Life => {
    const mine = stage.spawn();
    life = mine;
    void mine.ended.then((code) => {
      if (life !== mine) return;
      life = undefined;
      away = { why: 'ended by itself', moment: 'by itself', from: Date.now() };
      if (!mayFail()) crashes.push(`the bot ended by itself (${code})`);
    });
    return mine;
  };

  const end = (why: 'SIGKILL' | 'SIGTERM', moment: string): Life | undefined => {
    const mine = life;
    life = undefined;
    if (mine !== undefined) away = { why, moment, from: Date.now() };
    mine?.kill(why);
    ending = mine?.ended;
    return mine;
  };
  let ending: Promise<unknown> | undefined;

  return {
    gaps,
    stops,
    crashes,
    pid: () => life?.pid,
    url: () => url,
    kill: (moment) => void end('SIGKILL', moment),
    async terminate(moment) {
      const from = performance.now();
      const code = await (end('SIGTERM', moment)?.ended ?? Promise.resolve(0));
      const stop = { code, tookMs: Math.round(performance.now() - from) };
      stops.push(stop);
      return stop;
    },
    async gone() {
      await ending;
    },
    async falseStart(afterMs) {
      const mine = stage.spawn();
      await Promise.race([sleep(afterMs), mine.ended]);
      mine.kill('SIGKILL');
      await mine.ended;
    },
    async start() {
      const deadline = Date.now() + backWithinMs;
      for (;;) {
        const from = performance.now();
        const mine = begin();
        const ready = await stage.connect(mine);
        if (ready !== undefined) {
          url = ready;
          gaps.push({ ...away, readyAt: Date.now(), startMs: Math.round(performance.now() - from) });
          return;
        }
        if (Date.now() > deadline) throw new Error('the bot does not come back');
        await sleep(againAfterMs);
      }
    },
  };
}
