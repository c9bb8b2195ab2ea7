// Asks a system for one check: within its time budget, once for all who ask the same at the same time, never rejecting.

import type { Finding, Observation } from '../core/observation.ts';
import type { Clock, Log, System } from '../core/ports.ts';
import type { CheckDefinition } from '../core/runbook.ts';
import type { Ask } from './given.ts';

/** A check kind answers by itself when its signal aborts; one that does not is given up this much later. */
const graceMs = 500;

export function createAsk(systems: readonly System[], given: { readonly clock: Clock; readonly log: Log }): Ask {
  const inFlight = new Map<string, Promise<Finding>>();
  return async (definition) => {
    const { system, kind, params, limits, unit, budgetMs, missing } = definition;
    const key = JSON.stringify([system, kind, params, limits, unit, budgetMs, missing]);
    const running = inFlight.get(key) ?? askOnce(systems, definition, given);
    inFlight.set(key, running);
    try {
      const finding = await running;
      return { ...finding, observation: { ...finding.observation, check: definition.id, title: definition.title } };
    } finally {
      if (inFlight.get(key) === running) inFlight.delete(key);
    }
  };
}

async function askOnce(
  systems: readonly System[],
  definition: CheckDefinition,
  given: { readonly clock: Clock; readonly log: Log },
): Promise<Finding> {
  const began = performance.now();
  const kind = systems.find((system) => system.name === definition.system)?.checks[definition.kind];
  const givenUp = (reason: 'timeout' | 'failed', detail: string, remedy: string) =>
    noAnswer(definition, { at: given.clock.now(), tookMs: performance.now() - began }, { reason, detail, remedy });
  if (kind === undefined) {
    return givenUp('failed', `no check kind ${definition.system}.${definition.kind}`, 'Run `acgs runbooks lint`.');
  }
  const signal = AbortSignal.timeout(definition.budgetMs);
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      resolve(
        givenUp(
          'timeout',
          `${definition.system} did not answer within ${definition.budgetMs} ms`,
          `Check that ${definition.system} is healthy and reachable from the bot.`,
        ),
      );
    }, definition.budgetMs + graceMs);
  });
  const { id: check, title, params, limits, unit, missing } = definition;
  const call = { check, title, params, limits, unit, signal, ...(missing === undefined ? {} : { missing }) };
  try {
    return await Promise.race([kind.run(call), deadline]);
  } catch (error) {
    given.log.error(
      { check, error: error instanceof Error ? error.stack : String(error) },
      'a check failed inside the bot',
    );
    return givenUp('failed', 'the check failed inside the bot', 'This is a bug of the bot: the log has the details.');
  } finally {
    clearTimeout(timer);
  }
}

function noAnswer(
  definition: CheckDefinition,
  when: { readonly at: number; readonly tookMs: number },
  unknown: NonNullable<Observation['unknown']>,
): Finding {
  return {
    observation: {
      check: definition.id,
      title: definition.title,
      verdict: 'unknown',
      limits: definition.limits.map((limit) => ({ ...limit, outcome: 'undecidable', why: unknown.detail })),
      unknown,
      summary: unknown.detail,
      rows: [],
      notes: [],
      source: { system: definition.system },
      observedAt: when.at,
      tookMs: when.tookMs,
    },
    series: [],
  };
}
