// What `acgs runbooks lint` prints, and the exit code that goes with it.

import type { Library } from '../core/runbook.ts';

/** A fault as the loader reports it; the terminal does not enter the runbook's room for the name alone. */
interface LintFault {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

export type LintResult =
  | { readonly ok: true; readonly library: Library }
  | { readonly ok: false; readonly faults: readonly LintFault[] };

/** `file:line:column: message`, as editors and CI understand it; the way out below. Exit code 1 when there is any fault. */
export function lintReport(result: LintResult): { readonly text: string; readonly exitCode: 0 | 1 } {
  if (result.ok) {
    const { procedures, reviews } = result.library;
    const called = [...procedures, ...reviews].map(({ name, checks }) => `  ${name}: ${count(checks.length, 'check')}`);
    const head = `${count(procedures.length, 'procedure')}, ${count(reviews.length, 'review')}: no faults.`;
    return { text: [head, ...called, ''].join('\n'), exitCode: 0 };
  }
  const lines = result.faults.flatMap(({ file, line, column, path, message, remedy }) => [
    `${file}:${line}:${column}: ${message}`,
    ...(path === '' ? [] : [`    at ${path}`]),
    `    ${remedy}`,
  ]);
  const files = new Set(result.faults.map(({ file }) => file)).size;
  const foot = `${count(result.faults.length, 'fault')} in ${count(files, 'file')}; nothing was loaded.`;
  return { text: [...lines, foot, ''].join('\n'), exitCode: 1 };
}

function count(amount: number, thing: string): string {
  return `${amount} ${thing}${amount === 1 ? '' : 's'}`;
}
