// How long the machine kept the bots and the test waiting for a processor: a late answer in such a time says nothing about the bot.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Breath {
  /** Ms in which one of them was ready to run and not let run, between two times (epoch ms). */
  heldUpMs(from: number, to: number): number;
  stop(): void;
}

const breathEveryMs = 200;

/** `bots`: the processes that run now, beside our own. Linux alone tells; elsewhere nothing is ever excused. */
export function watchBreath(bots: () => readonly (number | undefined)[] = () => []): Breath {
  const samples: { readonly at: number; readonly waitedMs: number }[] = [];
  const last = new Map<number, number>();
  const timer = setInterval(() => {
    let waitedMs = 0;
    for (const pid of [process.pid, ...bots()]) {
      const waited = pid === undefined ? undefined : queuedMs(pid);
      if (pid === undefined || waited === undefined) continue;
      waitedMs += waited - (last.get(pid) ?? waited);
      last.set(pid, waited);
    }
    samples.push({ at: Date.now(), waitedMs });
  }, breathEveryMs);
  return {
    heldUpMs: (from, to) =>
      samples
        .filter(({ at }) => at >= from && at <= to + 2 * breathEveryMs)
        .reduce((sum, { waitedMs }) => sum + waitedMs, 0),
    stop: () => clearInterval(timer),
  };
}

/** Slack gives up after 3 s (https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response). */
export const ackWithinMs = 3_000;

/** The machine kept them waiting for a third of what Slack grants: an acknowledgement that came late in this time is no measurement. */
export function wasHeldUp(breath: Breath, from: number, to: number): boolean {
  return breath.heldUpMs(from, to) >= ackWithinMs / 3;
}

/** Whether it did while `work` was under way. What happened is known two breaths after. */
export async function heldUpDuring(
  work: () => Promise<void>,
  bots?: Parameters<typeof watchBreath>[0],
): Promise<boolean> {
  const breath = watchBreath(bots);
  const begunAt = Date.now();
  await work();
  await sleep(2 * breathEveryMs);
  breath.stop();
  return wasHeldUp(breath, begunAt, Date.now());
}

/** Time on the run queue: https://docs.kernel.org/scheduler/sched-stats.html, the second number. */
function queuedMs(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return undefined;
  }
}
