// A chart as data, and the sentence that says the same to somebody who cannot see it.

import type { Series, Unit } from './observation.ts';
import type { Limit } from './verdict.ts';

export interface Chart {
  /** A sentence: `P99 passed 5 ms at 02:14, agent-bus`. */
  readonly title: string;
  readonly unit: Unit;
  readonly series: readonly Series[];
  readonly limits: readonly Limit[];
  /** Moments worth a line: declared, acknowledged, an action, resolved. */
  readonly marks: readonly { readonly at: number; readonly label: string }[];
}

export interface Picture {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}
