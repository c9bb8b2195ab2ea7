// `redis.latency`: timed PINGs, one after the other, as the bot's own machine sees them.

import { z } from 'zod';
import { spellValue } from '../../core/spell.ts';
import { holdAgainst } from '../../core/verdict.ts';
import { defineCheck } from '../check-kind.ts';
import type { Failure } from '../failure.ts';
import { type Statement, sayValue, unmeasured } from '../statement.ts';
import { watchOwnLateness } from './own-lateness.ts';
import { addressOf, type RedisDeps, withRedis } from './session.ts';

/** With fewer answers there is no P99 to speak of. */
const samplesAtLeast = 20;

/** A PING counts when the bot was late by no more than this, or by this share of what the PING took. */
const toleratedMs = 1;
const toleratedShare = 0.2;

/** Gives up after so many spoilt PINGs for each wanted one. */
const spoiltAtMost = 3;

const params = z.strictObject({ samples: z.int().min(samplesAtLeast).max(1_000).default(100) });

export const latency = defineCheck(params, async (deps: RedisDeps, call, { samples }): Promise<Statement> => {
  const source = { system: 'redis', query: `${samples} × PING on ${addressOf(deps)}` };
  const tookMs: number[] = [];
  let spoilt = 0;
  let began = 0;
  const lateness = watchOwnLateness();
  const answer = await withRedis(deps, 'PING', call.signal, async (redis) => {
    // The first one pays for the connection and is not counted.
    await redis.ping();
    while (tookMs.length < samples && spoilt < samples * spoiltAtMost) {
      lateness.sinceLastMs();
      began = performance.now();
      await redis.ping();
      const took = performance.now() - began;
      if (isSpoilt(took, lateness.sinceLastMs())) spoilt += 1;
      else tookMs.push(took);
    }
  }).finally(lateness.stop);
  const waited = performance.now() - began;
  if (!answer.ok && (answer.failure.reason !== 'timeout' || tookMs.length + spoilt < samplesAtLeast))
    return unmeasured(answer.failure, { source });
  if (tookMs.length < samplesAtLeast) return unmeasured(tooBusy(tookMs.length, samples), { source });
  // A Redis that answered and then stopped is as slow as the PING that it left without an answer.
  const stalled = !answer.ok && waited > Math.max(...tookMs) && !isSpoilt(waited, lateness.sinceLastMs());
  if (stalled) tookMs.push(waited);

  const sorted = tookMs.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const scale = call.unit === 's' ? 0.001 : 1;
  const unit = call.unit === 's' ? 's' : 'ms';
  const [p50, p99, max] = [at(0.5) * scale, at(0.99) * scale, at(1) * scale];
  const readings = holdAgainst(p99, call.limits);
  return {
    kind: 'measured',
    source,
    measurement: { value: p99, unit },
    readings,
    summary: `P99 ${sayValue(p99, unit, readings)}, P50 ${spellValue(p50, unit)}, max ${spellValue(max, unit)}, ${sorted.length} PINGs`,
    notes: [
      ...(sorted.length < samples ? [`only ${sorted.length} of ${samples} PINGs could be timed`] : []),
      ...(stalled ? [`the last PING had no answer after ${spellValue(waited, 'ms')}`] : []),
      ...(spoilt > 0 ? [`${spoilt} PINGs are not counted: the bot itself was busy while they ran`] : []),
    ],
    facts: { p50, p99, max, samples: sorted.length },
  };
});

function isSpoilt(tookMs: number, lateMs: number): boolean {
  return lateMs > Math.max(toleratedMs, tookMs * toleratedShare);
}

function tooBusy(counted: number, samples: number): Failure {
  return {
    reason: 'truncated',
    detail: `the bot itself was too busy to time Redis: only ${counted} of ${samples} PINGs count`,
    remedy: 'Run the checks again; if it stays so, give the bot more CPU.',
  };
}
