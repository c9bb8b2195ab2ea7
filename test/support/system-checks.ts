// Runs single checks of the systems, as the engine would, and builds the limits and calls they need.

import type { CheckCall, Finding, Unit } from '../../src/core/observation.ts';
import type { Log, System } from '../../src/core/ports.ts';
import type { Limit } from '../../src/core/verdict.ts';
import { createSystems, systemsConfig } from '../../src/systems/index.ts';

export const constitutionalHash = 'cdd01ef066bc6cf2';

export function above(bound: number, level: Limit['level'] = 'critical'): Limit {
  return { level, breachedWhen: 'above', bound, source: 'test' };
}

export function below(bound: number, level: Limit['level'] = 'critical'): Limit {
  return { level, breachedWhen: 'below', bound, source: 'test' };
}

export interface Asking {
  readonly unit?: Unit;
  readonly limits?: readonly Limit[];
  readonly missing?: string;
  readonly budgetMs?: number;
  readonly signal?: AbortSignal;
}

export interface TestSystems {
  system(name: string): System;
  /** Runs `system.kind`, for example `prometheus.latency`. */
  ask(uses: string, params: unknown, asking?: Asking): Promise<Finding>;
  /** Everything that was logged, as text. */
  readonly logged: readonly string[];
  close(): Promise<void>;
}

/** Systems from a `systems:` block as a person would write it. */
export function testSystems(
  block: unknown,
  labels: { readonly service: string; readonly status: string } = { service: 'service', status: 'status' },
): TestSystems {
  const logged: string[] = [];
  const { systems, close } = createSystems(systemsConfig.parse(block), {
    clock: { now: () => Date.now() },
    log: recordingLog(logged),
    labels,
    constitutionalHash,
  });
  const system = (name: string): System => {
    const found = systems.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no system ${name}`);
    return found;
  };
  return {
    system,
    async ask(uses, params, asking = {}) {
      const [name = '', kind = ''] = uses.split('.');
      const check = system(name).checks[kind];
      if (check === undefined) throw new Error(`no check kind ${uses}`);
      const problems = check.problems(params);
      if (problems.length > 0) throw new Error(`${uses}: ${JSON.stringify(problems)}`);
      const call: CheckCall = {
        check: kind,
        title: uses,
        params,
        limits: asking.limits ?? [],
        unit: asking.unit ?? 'count',
        ...(asking.missing === undefined ? {} : { missing: asking.missing }),
        signal: asking.signal ?? AbortSignal.timeout(asking.budgetMs ?? 10_000),
      };
      return check.run(call);
    },
    logged,
    close,
  };
}

function recordingLog(lines: string[]): Log {
  const write = (about: object, message: string) => {
    lines.push(`${message} ${JSON.stringify(about)}`);
  };
  return { debug: write, info: write, warn: write, error: write };
}
