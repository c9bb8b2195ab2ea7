// When each fault was in force, and how strongly it is felt at any moment.
import type { FaultId } from './faults.ts';

/** 'cache-emptied' is no fault: it is what clearing the cache does to a company that lives from it. */
export type EpisodeCause = FaultId | 'cache-emptied';

interface Episode {
  readonly cause: EpisodeCause;
  fromMs: number;
  toMs: number | undefined;
}

const riseMs = 5_000;
const usualFallMs = 20_000;
const fallMs: Partial<Record<EpisodeCause, number>> = { 'cache-cold': 60_000, 'cache-emptied': 60_000 };

export interface Episodes {
  /** Starts an episode; an open one of the same cause is only moved back, never doubled. */
  begin(cause: EpisodeCause, fromMs: number): void;
  /** A thing of one moment: it is never open, only felt (and counted) from then on. */
  strike(cause: EpisodeCause, atMs: number): void;
  end(cause: EpisodeCause, toMs: number): void;
  /** The start of the open episode, if there is one. */
  openSince(cause: EpisodeCause): number | undefined;
  /** 0–1: rises in 5 s, falls back after the end in 20 s (caches: a minute). */
  strength(cause: EpisodeCause, atMs: number): number;
  /** True while it is in force, without rise and fall. */
  inForce(cause: EpisodeCause, atMs: number): boolean;
  /** How many episodes began in [fromMs, toMs). */
  begunWithin(cause: EpisodeCause, fromMs: number, toMs: number): number;
}

/** @param fallsWithinMs every effect is gone that soon after its cause; absent: 20 s, caches a minute */
export function createEpisodes(fallsWithinMs?: number): Episodes {
  const byCause = new Map<EpisodeCause, Episode[]>();
  const of = (cause: EpisodeCause) => byCause.get(cause) ?? [];
  const open = (cause: EpisodeCause) => of(cause).find((episode) => episode.toMs === undefined);
  const add = (episode: Episode) => byCause.set(episode.cause, [...of(episode.cause), episode]);

  return {
    begin(cause, fromMs) {
      const running = open(cause);
      if (running) running.fromMs = Math.min(running.fromMs, fromMs);
      else add({ cause, fromMs, toMs: undefined });
    },
    strike(cause, atMs) {
      add({ cause, fromMs: atMs, toMs: atMs });
    },
    end(cause, toMs) {
      const running = open(cause);
      if (running) running.toMs = Math.max(running.fromMs, toMs);
    },
    openSince: (cause) => open(cause)?.fromMs,
    strength(cause, atMs) {
      let strongest = 0;
      for (const episode of of(cause)) {
        if (atMs <= episode.fromMs) continue;
        const risen = episode.toMs === episode.fromMs ? 1 : Math.min(1, (atMs - episode.fromMs) / riseMs);
        const since = episode.toMs === undefined ? 0 : Math.max(0, atMs - episode.toMs);
        strongest = Math.max(
          strongest,
          risen * Math.max(0, 1 - since / (fallsWithinMs ?? fallMs[cause] ?? usualFallMs)),
        );
      }
      return strongest;
    },
    inForce: (cause, atMs) =>
      of(cause).some((episode) => atMs >= episode.fromMs && (episode.toMs === undefined || atMs < episode.toMs)),
    begunWithin: (cause, fromMs, toMs) =>
      of(cause).filter((episode) => episode.fromMs >= fromMs && episode.fromMs < toMs).length,
  };
}
