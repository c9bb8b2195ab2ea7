// Which alerts a silence covers: labels and values as a runbook writes them, and as Alertmanager takes them.

import { z } from 'zod';

const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'Write the name of a label.');

/** Label to value, or to `=~pattern`; all must match. */
export const matchersParam = z
  .record(labelName, z.string().min(1))
  .refine((matchers) => Object.keys(matchers).length > 0, {
    error: 'Name at least one label: an empty silence silences all.',
    abort: true,
  })
  .refine(
    (matchers) => matchersOf(matchers).every(({ value, isRegex }) => !isRegex || patternOf(value) !== undefined),
    {
      error: 'A pattern is not a regular expression.',
      abort: true,
    },
  )
  .refine((matchers) => matchersOf(matchers).some((one) => !matchesNothing(one)), {
    error: 'At least one label must have a value: these patterns match every alert.',
  });

export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: true;
}

export function matchersOf(written: Readonly<Record<string, string>>): readonly Matcher[] {
  return Object.entries(written).map(([name, value]) => {
    const isRegex = value.startsWith('=~');
    return { name, value: isRegex ? value.slice(2) : value, isRegex, isEqual: true };
  });
}

/** `alertname=~"A|B"`, as Alertmanager writes and reads it. */
export function spellMatcher({ name, value, isRegex }: Matcher): string {
  const quoted = value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  return `${name}${isRegex ? '=~' : '='}"${quoted}"`;
}

function patternOf(value: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${value})$`);
  } catch {
    return undefined;
  }
}

/** A pattern that fits a label that is not there, and so fits every alert. */
function matchesNothing({ value, isRegex }: Matcher): boolean {
  return isRegex && patternOf(value)?.test('') === true;
}
