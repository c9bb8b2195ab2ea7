// From the text of one file to checked runbook words, or to all of its faults.

import type { z } from 'zod';
import { nearest } from '../core/command.ts';
import { type RunbookDocument, readDocument } from './document.ts';
import type { Path, RunbookFault } from './fault.ts';
import { type AlertsText, fileKinds, type ProcedureText, type QueriesText, type ReviewsText } from './grammar.ts';

/** One file. `text` is absent when its grammar is wrong; the faults then say why. */
export type RunbookFile =
  | { readonly kind: 'queries'; readonly document: RunbookDocument; readonly text?: QueriesText }
  | { readonly kind: 'procedure'; readonly document: RunbookDocument; readonly text?: ProcedureText }
  | { readonly kind: 'reviews'; readonly document: RunbookDocument; readonly text?: ReviewsText }
  | { readonly kind: 'alerts'; readonly document: RunbookDocument; readonly text?: AlertsText };

/** `file` is undefined when not even its kind could be read. */
export function readRunbookFile(
  name: string,
  text: string,
): { readonly file?: RunbookFile; readonly faults: readonly RunbookFault[] } {
  const read = readDocument(name, text);
  if (!read.ok) return { faults: read.faults };
  const { document } = read;
  const kind = isMapping(document.value) ? document.value.kind : undefined;
  switch (kind) {
    case 'queries': {
      const checked = check(fileKinds.queries, document);
      return { file: { kind, document, ...checked.text }, faults: checked.faults };
    }
    case 'procedure': {
      const checked = check(fileKinds.procedure, document);
      return { file: { kind, document, ...checked.text }, faults: checked.faults };
    }
    case 'reviews': {
      const checked = check(fileKinds.reviews, document);
      return { file: { kind, document, ...checked.text }, faults: checked.faults };
    }
    case 'alerts': {
      const checked = check(fileKinds.alerts, document);
      return { file: { kind, document, ...checked.text }, faults: checked.faults };
    }
    default: {
      const guess = typeof kind === 'string' ? nearest(kind, Object.keys(fileKinds)) : undefined;
      const message =
        kind === undefined ? 'The file does not say its kind.' : `\`${String(kind)}\` is no kind of file.`;
      const remedy =
        guess === undefined
          ? `Write \`kind:\` with one of ${oneOf(Object.keys(fileKinds))}.`
          : `Write \`kind: ${guess}\`.`;
      return { faults: [document.faultAt(['kind'], message, remedy)] };
    }
  }
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function check<T>(
  schema: z.ZodType<T>,
  document: RunbookDocument,
): { readonly text: { readonly text?: T }; readonly faults: readonly RunbookFault[] } {
  const result = schema.safeParse(document.value, { error: explain });
  if (result.success) return { text: { text: result.data }, faults: [] };
  return { text: {}, faults: result.error.issues.flatMap((issue) => faultsOf(issue, document)) };
}

function faultsOf(issue: z.core.$ZodIssue, document: RunbookDocument): readonly RunbookFault[] {
  const path: Path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ');
    return issue.keys.map((key) => {
      const guess = nearest(key, known);
      const remedy = guess === undefined ? `Known here: ${oneOf(known)}.` : `Did you mean \`${guess}\`?`;
      return document.faultAt([...path, key], `Unknown key \`${key}\`.`, remedy, { onKey: true });
    });
  }
  const [message = '', remedy = ''] = (
    issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message
  ).split('\n');
  return [document.faultAt(path, message, remedy, { onKey: issue.code === 'invalid_key' })];
}

/** Words for what zod finds where the schema has none of its own: message, line break, remedy. */
function explain(issue: z.core.$ZodRawIssue): string {
  const last = issue.path?.at(-1);
  const missing = issue.input === undefined;
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map(String);
    if (missing) return `\`${String(last)}\` is missing.\nWrite one of ${oneOf(allowed)}.`;
    const guess = typeof issue.input === 'string' ? nearest(issue.input, allowed) : undefined;
    const remedy = guess === undefined ? `Write one of ${oneOf(allowed)}.` : `Did you mean \`${guess}\`?`;
    return `${spell(issue.input)} is not allowed here.\n${remedy}`;
  }
  if (issue.code === 'invalid_type') {
    const expected = shapes[issue.expected] ?? issue.expected;
    if (missing) return `\`${String(last)}\` is missing.\nAdd it, with ${expected}.`;
    const hint = issue.expected === 'string' ? 'Put the text in quotes.' : `Write ${expected}.`;
    return `This must be ${expected}, not ${spell(issue.input)}.\n${hint}`;
  }
  return 'This is not allowed here.\nSee docs/runbook-language.md.';
}

const shapes: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function spell(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : `\`${String(value)}\``;
}

function oneOf(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}
