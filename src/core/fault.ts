// Whose problem a failure is, and what they should do next.

import type { Actor } from './actor.ts';

/**
 * `operator` has the configuration wrong, `author` the runbook, `person` asked for something that is not possible now,
 * `system` is a dependency that did not answer, `bug` is ours.
 */
export interface Fault {
  readonly whose: 'operator' | 'author' | 'person' | 'system' | 'bug';
  /** Stable word for tests and logs, for example `already-acknowledged`. */
  readonly code: string;
  /** One sentence a tired person understands. */
  readonly message: string;
  /** Who did before what was asked now, and when (epoch ms); a face adds it to the sentence. `by` is absent when it was the asker. */
  readonly earlier?: { readonly by?: Actor; readonly at: number };
  /** An action that is over and may be asked for anew: a face offers that. */
  readonly again?: { readonly action: string; readonly title: string };
  /** What to do next, one sentence. */
  readonly remedy?: string;
}

/** An expected refusal is a value, not an exception. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

export function done<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refused(fault: Fault): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault };
}
