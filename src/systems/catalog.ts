// What the systems can do, for whoever checks a runbook before it runs.

import type { System } from '../core/ports.ts';

type Problems = readonly { readonly path: string; readonly message: string }[];

/** Answers for systems that are not configured, too: a runbook is right or wrong whatever is connected. */
export function catalogOf(systems: readonly System[]): {
  problems(
    system: string,
    kind: string,
    use: 'check' | 'action',
    params: unknown,
  ): Problems | 'no-such-system' | 'no-such-kind';
} {
  return {
    problems(name, kind, use, params) {
      const system = systems.find((one) => one.name === name);
      if (system === undefined) return 'no-such-system';
      const kinds = use === 'check' ? system.checks : system.actions;
      return Object.hasOwn(kinds, kind) ? (kinds[kind]?.problems(params) ?? 'no-such-kind') : 'no-such-kind';
    },
  };
}
