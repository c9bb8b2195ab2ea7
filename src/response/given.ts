// What the use cases are given by the composition root; nothing here is imported as a singleton.

import type { ActionPolicy } from '../core/action/decide.ts';
import type { ActionKind } from '../core/action/port.ts';
import type { Gate, Rights } from '../core/action/ports.ts';
import type { Finding } from '../core/observation.ts';
import type { Clock, Ids, Log, Store } from '../core/ports.ts';
import type { CheckDefinition, Library } from '../core/runbook.ts';

/** One level of the escalation ladder. `people` are ids of the face (Slack users or user groups). */
export interface Level {
  readonly level: string;
  readonly name: string;
  /** Time after declaration without acknowledgement, ms. */
  readonly pageAtMs: number;
  readonly people: readonly string[];
}

/** Asks one check within its budget. Never rejects: a failure is an unknown observation. */
export type Ask = (definition: CheckDefinition) => Promise<Finding>;

/** What actions need beside the store. */
export interface ActionMeans {
  kindOf(system: string, kind: string): ActionKind | undefined;
  readonly rights: Rights;
  /** Absent where nobody outside has a say. */
  readonly gate?: Gate;
  readonly policy: ActionPolicy;
  /** How long the undo button stays; afterwards the same change is asked for as what it is by itself. */
  readonly undoWithinMs: number;
  /** True once this process is to end: a long action then stops at its next safe point, and is told as stopped. */
  readonly ending: () => boolean;
}

export interface Given {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly library: Library;
  readonly ladder: readonly Level[];
  readonly ask: Ask;
  readonly actions: ActionMeans;
}
