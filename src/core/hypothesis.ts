// Where a hypothesis stands after the evidence so far.

export interface Standing {
  readonly hypothesis: string;
  readonly title: string;
  readonly position: 'supported' | 'ruled-out' | 'open' | 'unknown';
  /** Sentences with the numbers in them. */
  readonly for: readonly string[];
  readonly against: readonly string[];
  /** Why it is unknown: the checks that gave no answer. */
  readonly missing: readonly string[];
}
