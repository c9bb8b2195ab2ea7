// Keeps one connection to Slack, for ever: the next one is open before the last one is let go, and what breaks is opened again.
//
//   connecting ──hello──▶ open ──an end is announced, or it is time──▶ open (the next one connects) ──hello──▶ open
//       ▲                  └──it breaks──▶ connecting
//       └──pause── waiting (Slack or the way to it has trouble) · refused (an operator must act; tried again slowly)

import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Log } from '../../core/ports.ts';
import { failureOf } from '../failures.ts';
import { type Connection, NoHello } from './connection.ts';

export interface LineStatus {
  readonly state: 'connecting' | 'open' | 'waiting' | 'refused';
  /** Why the state is what it is: what Slack said last, or what broke. */
  readonly detail: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface Line {
  start(): void;
  status(): LineStatus;
  /** Hangs up when what is in hand is acknowledged. */
  stop(): Promise<void>;
}

export interface Trouble {
  readonly kind: 'waiting' | 'refused';
  readonly why: string;
  /** Slack said how long to wait. */
  readonly afterMs?: number;
}

const firstPauseMs = 500;
/** With the half that chance takes off, Slack is found again less than 5 s after it is back. */
const longestPauseMs = 4_000;
const refusedPauseMs = 60_000;
/** A connection that broke is opened again after up to so long: not by all replicas in the same moment. */
const promptlyMs = 250;
/** One that ends sooner counts as a failure to open, or a Slack that greets and hangs up would be called without a pause. */
const steadyAfterMs = 1_000;
/** Slack closes what it announced to close; what it did not announce we close after so long. */
const lingerMs = 15_000;

export function createLine(given: {
  readonly name: string;
  readonly open: (stopping: AbortSignal) => Promise<Connection>;
  /** Says after how many ms the connection is to be renewed although Slack does not ask for it. */
  readonly onOpen: (connection: Connection) => number;
  readonly onTrouble: (trouble: Trouble) => void;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly clock: Clock;
  readonly log: Log;
}): Line {
  const { name, chance, clock, log } = given;
  const stopping = new AbortController();
  let current: Connection | undefined;
  const parting = new Set<Connection>();
  let kept: Promise<void> | undefined;
  let status: LineStatus = { state: 'connecting', detail: 'not started yet', since: isoNow() };

  function isoNow(): string {
    return new Date(clock.now()).toISOString();
  }

  const become = (state: LineStatus['state'], detail: string): void => {
    const since = status.state === state ? status.since : isoNow();
    status = { state, detail, since };
  };

  const pause = async (ms: number): Promise<void> => {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  };

  const tryToOpen = async (): Promise<Connection | Trouble> => {
    try {
      return await given.open(stopping.signal);
    } catch (error) {
      return troubleOf(error);
    }
  };

  /** Resolves with the reason when the next connection is to be opened. */
  const lasting = async (connection: Connection, renewAfterMs: number): Promise<string> => {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, stopping.signal]);
    const ownTime = sleep(renewAfterMs, 'it was time', { signal }).catch(() => 'stopping');
    const why = await Promise.race([connection.ending, ownTime]);
    over.abort();
    return why;
  };

  /** Slack may still send something over it, which is taken like anything else. */
  const letGo = async (connection: Connection): Promise<void> => {
    // Slack grants ten to the whole app: the one before goes now.
    const earlier = [...parting];
    parting.add(connection);
    await Promise.all(earlier.map((one) => one.close()));
    await Promise.race([connection.closed, pause(lingerMs)]);
    await connection.close();
    parting.delete(connection);
  };

  const keep = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const next = await tryToOpen();
      if (stopping.signal.aborted) {
        if ('ending' in next) await next.close();
        return;
      }
      if ('kind' in next) {
        failures += 1;
        if (current?.isOpen() !== true) become(next.kind, next.why);
        given.onTrouble(next);
        await pause(pauseAfter(next, failures, chance()));
        continue;
      }
      const begun = performance.now();
      if (current !== undefined) void letGo(current);
      current = next;
      become('open', 'Slack said hello');
      log.info({ line: name }, 'a connection to Slack is open');
      void next.closed.then(() => {
        if (current === next) become('connecting', status.detail);
      });

      const why = await lasting(next, given.onOpen(next));
      if (stopping.signal.aborted) return;
      failures = performance.now() - begun < steadyAfterMs ? failures + 1 : 0;
      if (next.isOpen()) {
        become('open', why);
        log.info({ line: name, why }, 'a connection to Slack is renewed');
      } else {
        become('connecting', why);
        log.warn({ line: name, why }, 'a connection to Slack broke; opening another');
      }
      await pause(failures === 0 ? chance() * promptlyMs : backoffMs(failures, chance()));
    }
  };

  return {
    start() {
      kept ??= keep();
    },
    status: () => status,
    async stop() {
      stopping.abort();
      await kept;
      await Promise.all([current, ...parting].map((one) => one?.close()));
    },
  };
}

/** Half of it is chance, so that replicas that lost Slack together do not come back together. */
function backoffMs(failures: number, chance: number): number {
  const full = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
  return full / 2 + (full / 2) * chance;
}

function pauseAfter(trouble: Trouble, failures: number, chance: number): number {
  if (trouble.afterMs !== undefined) return trouble.afterMs + promptlyMs * chance;
  return trouble.kind === 'refused' ? refusedPauseMs * (1 + chance / 4) : backoffMs(failures, chance);
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof NoHello) {
    if (error.message !== 'link_disabled') return { kind: 'waiting', why: error.message };
    return { kind: 'refused', why: 'Socket Mode is switched off in the settings of the Slack app (link_disabled)' };
  }
  const failure = failureOf(error);
  switch (failure.kind) {
    case 'wait':
      return { kind: 'waiting', why: failure.why, afterMs: failure.afterMs };
    case 'locked-out':
    case 'refused':
      return { kind: 'refused', why: failure.why };
    case 'unreached':
    case 'ambiguous':
      return { kind: 'waiting', why: failure.why };
  }
}
