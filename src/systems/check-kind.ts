// Turns the checks and action parameters of one system into the `System` that the engine knows.

import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { CheckCall, Finding } from '../core/observation.ts';
import type { CheckKind, Clock, Log, System } from '../core/ports.ts';
import { type ActionRecipe, actionKind } from './action-kind.ts';
import { timedOut } from './failure.ts';
import { findingOf, type Statement, unmeasured } from './statement.ts';

/** How long a check may still tidy up and answer what it has after its budget has ended. */
const graceMs = 150;

/** A check before it knows its system: what it needs from there is `Deps`. */
export interface CheckRecipe<Deps> {
  problems(params: unknown): readonly { readonly path: string; readonly message: string }[];
  state(deps: Deps, call: CheckCall): Promise<Statement>;
}

export function defineCheck<Deps, Schema extends z.ZodType>(
  schema: Schema,
  state: (deps: Deps, call: CheckCall, params: z.output<Schema>) => Promise<Statement>,
): CheckRecipe<Deps> {
  return {
    problems: (params) => problemsOf(schema, params),
    state: async (deps, call) => state(deps, call, schema.parse(call.params ?? {})),
  };
}

interface SystemParts<Deps> {
  readonly name: string;
  /** Undefined when the system is not in the config. */
  readonly deps: Deps | undefined;
  readonly checks: Readonly<Record<string, CheckRecipe<Deps>>>;
  readonly actions: Readonly<Record<string, ActionRecipe<Deps>>>;
  readonly clock: Clock;
  readonly log: Log;
  /** Loads what the first question would wait for. */
  prepare?(): Promise<unknown>;
  close?(): void;
}

export function systemOf<Deps>(parts: SystemParts<Deps>): System {
  const checks = Object.entries(parts.checks).map(([kind, recipe]) => [kind, checkKind(parts, kind, recipe)] as const);
  const actions = Object.entries(parts.actions).map(
    ([kind, recipe]) => [kind, actionKind(parts, kind, recipe)] as const,
  );
  return {
    name: parts.name,
    configured: parts.deps !== undefined,
    checks: Object.fromEntries(checks),
    actions: Object.fromEntries(actions),
    async prepare() {
      if (parts.deps !== undefined) await parts.prepare?.();
    },
    async close() {
      parts.close?.();
    },
  };
}

function problemsOf(schema: z.ZodType, params: unknown) {
  const parsed = schema.safeParse(params ?? {});
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
}

function checkKind<Deps>(parts: SystemParts<Deps>, kind: string, recipe: CheckRecipe<Deps>): CheckKind {
  const { name, deps, clock, log } = parts;
  return {
    problems: recipe.problems,
    async run(call: CheckCall): Promise<Finding> {
      const began = performance.now();
      const statement =
        deps === undefined ? notConfigured(name) : await withinBudget(name, kind, call, log, recipe.state(deps, call));
      return findingOf(call, statement, clock.now(), performance.now() - began);
    },
  };
}

function notConfigured(name: string): Statement {
  const detail = `${name} was not asked: it is not in the config`;
  return unmeasured(
    { reason: 'not_configured', detail, remedy: `Add systems.${name} to the config.` },
    { source: { system: name } },
  );
}

/** The statement, or an unknown when the check outlives its budget or breaks. Never rejects. */
async function withinBudget(
  name: string,
  kind: string,
  call: CheckCall,
  log: Log,
  stating: Promise<Statement>,
): Promise<Statement> {
  const source = { system: name };
  const began = performance.now();
  const answered = new AbortController();
  const late = async (): Promise<Statement> => {
    await aborted(call.signal, answered.signal);
    await sleep(graceMs, undefined, { signal: answered.signal });
    return unmeasured(timedOut({ system: name, request: kind }, performance.now() - began), { source });
  };
  try {
    return await Promise.race([stating, late()]);
  } catch (error) {
    // The message may hold what a server or a driver put there: the log masks secrets, the observation shows none of it.
    const where = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error({ check: call.check, kind: `${name}.${kind}`, error: where }, 'a check broke');
    const what = error instanceof Error ? error.name : 'an error';
    return unmeasured(
      {
        reason: 'failed',
        detail: `${name}: the check ${kind} broke (${what})`,
        remedy: 'Report this: it is a fault of the bot; the log has the details.',
      },
      { source },
    );
  } finally {
    answered.abort();
  }
}

function aborted(signal: AbortSignal, givenUp: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: givenUp });
  });
}
