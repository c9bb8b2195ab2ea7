// Finds the procedure that a person named.

import { nearest } from '../core/command.ts';
import type { Library, Procedure } from '../core/runbook.ts';

/** By name or alias, in any case of letters; otherwise the word they may have meant. */
export function findProcedure(library: Library, word: string): Procedure | { readonly suggestion?: string } {
  const wanted = word.toLowerCase();
  const words = library.procedures.map((procedure) => ({ procedure, called: [procedure.name, ...procedure.aliases] }));
  const found = words.find(({ called }) => called.includes(wanted));
  if (found !== undefined) return found.procedure;
  const suggestion = nearest(
    wanted,
    words.flatMap(({ called }) => called),
  );
  return suggestion === undefined ? {} : { suggestion };
}
