// What a system offers to change: one kind of action as the pipeline calls it.

import type { Outcome } from '../fault.ts';
import type { Shown } from './action.ts';

export interface ActionCall {
  /** Id of the action: a system that keeps a note of who changed it can be asked for it later. */
  readonly action: string;
  /** Validated when the runbook was loaded, or made by `Shown.undo`. */
  readonly params: unknown;
  /** Aborts at the end of the time that this step may take. */
  readonly signal: AbortSignal;
}

/** One line of the table that a person reads before deciding. Labels are untrusted text. */
export interface PreviewRow {
  readonly label: string;
  readonly amount?: string;
  readonly note?: string;
  /** Data that is no cache: said in words beside it. */
  readonly protected?: boolean;
}

export interface Preview extends Shown {
  readonly rows: readonly PreviewRow[];
  /** What a careful reader must know: an autoscaler that will fight it, a search that was cut. */
  readonly notes: readonly string[];
}

export interface PerformCall extends ActionCall {
  /** As it was read when the action was claimed. */
  readonly shown: Shown;
  /** Tells how far it is; cheap to call often. */
  readonly progress: (done: number, total: number | undefined, what: string) => void;
  /** True once a person asked to stop, or the process is to end: a long action ends at its next safe point. */
  readonly stopAsked: () => boolean;
}

export type Performed =
  /** `summary` says in one line what changed, with numbers. */
  | {
      readonly kind: 'succeeded';
      readonly summary: string;
      /** It was stopped before its end, by a person or with the process: the summary says how much was done. */
      readonly stopped?: true;
    }
  /** It surely had no effect. */
  | { readonly kind: 'failed'; readonly summary: string }
  /** It may have had its effect: the answer was lost. */
  | { readonly kind: 'unknown'; readonly summary: string };

export interface LookCall extends ActionCall {
  readonly shown: Shown;
  /** When it was claimed, epoch ms. */
  readonly claimedAt: number;
}

export type Looked =
  | { readonly kind: 'applied'; readonly summary: string }
  | { readonly kind: 'not-applied'; readonly summary: string }
  /** The world cannot tell: a person must. */
  | { readonly kind: 'unclear'; readonly summary: string };

export type Verified =
  | { readonly kind: 'converged'; readonly summary: string }
  | { readonly kind: 'pending'; readonly summary: string };

export interface ActionKind {
  /** False when its system is not configured, or not for changes. */
  readonly configured: boolean;
  /** Problems of the parameters as a runbook author wrote them; `[]` when they are fine. `path` is dotted. */
  problems(params: unknown): readonly { readonly path: string; readonly message: string }[];
  /** Reads only. A refusal when the action is not possible or has nothing to do. Never rejects. */
  preview(call: ActionCall): Promise<Outcome<Preview>>;
  /** Has the effect at most once: no retry inside, nothing queued. Never rejects. */
  perform(call: PerformCall): Promise<Performed>;
  /** Reads only: did an action whose process died take effect? Never rejects. */
  look(call: LookCall): Promise<Looked>;
  /** Reads only: has the world followed? Absent where success says all there is. Never rejects. */
  verify?(call: LookCall): Promise<Verified>;
}
