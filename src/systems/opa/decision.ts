// What an answer of OPA's data API means: yes, no, or nothing that could be taken for a decision.

import { z } from 'zod';
import { type Answer, answered, failed, oneLine } from '../failure.ts';

export interface Decision {
  readonly allow: boolean;
  readonly reasons: readonly string[];
}

/** OPA leaves `result` out where the document is not defined, which is neither a yes nor an error of its own. */
const dataAnswer = z.looseObject({ result: z.unknown().optional() });

/** A rule that says more than yes or no. Sets arrive as lists. */
const explained = z.looseObject({
  allow: z.boolean(),
  reason: z.string().optional(),
  reasons: z.array(z.string()).optional(),
});

const reasonsShown = 3;
const reasonLimit = 160;

/** `result`, or undefined where the document is not defined; a failure when this is no answer of OPA. */
export function readResult(path: string, body: unknown): Answer<unknown> {
  const parsed = dataAnswer.safeParse(body);
  if (parsed.success) return answered(parsed.data.result);
  return failed(
    'malformed',
    `opa: /v1/data/${path} was answered in a form that is not its API`,
    'Check that systems.opa.url leads to OPA itself and not to a proxy or a page before it.',
  );
}

/** Only `true` is a yes, or an object whose `allow` is. */
export function readDecision(path: string, body: unknown): Answer<Decision> {
  const read = readResult(path, body);
  if (!read.ok) return read;
  const result = read.value;
  if (typeof result === 'boolean') return answered({ allow: result, reasons: [] });
  if (result === undefined)
    return failed(
      'no_data',
      `opa: data.${path.replaceAll('/', '.')} is not defined there: no policy decides it`,
      'Load the policy into OPA, or correct systems.opa.decision.',
    );
  const parsed = explained.safeParse(result);
  if (!parsed.success)
    return failed(
      'malformed',
      `opa: data.${path.replaceAll('/', '.')} is neither true nor false, nor an object with allow`,
      'Correct systems.opa.decision, or the rule behind it.',
    );
  const { allow, reason, reasons = [] } = parsed.data;
  const all = [...(reason === undefined ? [] : [reason]), ...reasons].map((one) => oneLine(one, reasonLimit));
  const cut = all.length - reasonsShown;
  return answered({ allow, reasons: cut > 0 ? [...all.slice(0, reasonsShown), `and ${cut} more`] : all });
}
