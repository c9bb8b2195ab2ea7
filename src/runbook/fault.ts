// What is wrong with a runbook file: where it stands, what is wrong, and what to write instead.

export interface RunbookFault {
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** Dotted place in the file, for example `phases.verify.0.checks.1`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

/** A way to a value in a YAML document: keys of mappings and indexes of lists. */
export type Path = readonly (string | number)[];

/** The systems as a runbook sees them: which kinds of checks and actions exist, and whether their parameters are right. */
export interface Catalog {
  /** Problems of the parameters, `[]` when they are fine; `path` is dotted and starts inside `params`. */
  problems(
    system: string,
    kind: string,
    use: 'check' | 'action',
    params: unknown,
  ): readonly { readonly path: string; readonly message: string }[] | 'no-such-system' | 'no-such-kind';
}

/** Faults in reading order, so that a person walks each file once from top to bottom. */
export function inReadingOrder(faults: readonly RunbookFault[]): readonly RunbookFault[] {
  return faults.toSorted(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}
