// The words of the runbook language: what each kind of file may say, as zod schemas.
// A schema's own message is two lines: what is wrong, then what to write instead.

import { z } from 'zod';
import { parseDuration } from '../core/duration.ts';
import type { Unit } from '../core/observation.ts';
import type { phaseNames } from '../core/runbook.ts';

const units = [
  'ms',
  's',
  '%',
  'rps',
  'count',
  'bytes',
  'ratio',
  'per-second',
  'none',
] as const satisfies readonly Unit[];

/** A check that says nothing about its time budget gets this one. */
const defaultBudgetMs = 5_000;

/** A mapping that refuses unknown keys; its message is the list of the keys it knows, for the suggestion. */
function mapping<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  });
}

const text = z.string().trim().min(1, 'This text is empty.\nWrite at least one word.');

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'A name has small letters, digits and hyphens only.\nWrite it like `cache-hit-rate`.');

const durationMessage = 'This is not a duration.\nWrite a number with its unit: 500ms, 30s, 5m, 1h30m.';
const duration = z
  .string({ error: (issue) => (issue.input === undefined ? undefined : durationMessage) })
  .transform((written, context) => {
    const ms = parseDuration(written);
    if (ms !== undefined && ms > 0) return ms;
    context.addIssue({ code: 'custom', message: durationMessage });
    return z.NEVER;
  });

const uses = z
  .string()
  .regex(/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/, 'This is not `system.kind`.\nWrite it like `prometheus.latency`.');

const parameters = z.record(z.string(), z.unknown());

const limit = mapping({
  level: z.enum(['warning', 'critical']),
  above: z.number().optional(),
  below: z.number().optional(),
  source: text,
}).refine((written) => (written.above === undefined) !== (written.below === undefined), {
  error: 'A limit has one direction.\nWrite either `above` or `below`, with a number.',
  when: (payload) => typeof payload.value === 'object' && payload.value !== null,
});

const query = mapping({
  title: text,
  uses,
  with: parameters.default({}),
  unit: z.enum(units),
  limits: z.array(limit).default([]),
  missing: text.optional(),
  budget: duration.default(defaultBudgetMs),
});

/** `- p99` is short for `- query: p99`. */
const checkUse = z.preprocess(
  (written) => (typeof written === 'string' ? { query: written } : written),
  mapping({
    query: name,
    id: name.optional(),
    title: text.optional(),
    with: parameters.optional(),
    limits: z.array(limit).optional(),
    missing: text.optional(),
    budget: duration.optional(),
  }),
);

const action = mapping({
  id: name,
  title: text,
  helps: name.optional(),
  risk: z.enum(['safe', 'risky', 'destructive']),
  uses,
  with: parameters.default({}),
  safer: name.optional(),
  caution: text.optional(),
});

/** `- some text` is short for `- text: some text`. */
const saying = z.preprocess(
  (written) => (typeof written === 'string' ? { text: written } : written),
  mapping({ text, helps: name.optional() }),
);

const step = mapping({
  step: z.preprocess((written) => (typeof written === 'number' ? String(written) : written), text),
  checks: z.array(checkUse).default([]),
  actions: z.array(action).default([]),
  says: z.array(saying).default([]),
}).refine((written) => [written.checks, written.actions, written.says].some((part) => (part?.length ?? 0) > 0), {
  error: 'This step neither checks, offers nor says anything.\nSay in `says` what a person has to do here.',
  when: (payload) => typeof payload.value === 'object' && payload.value !== null,
});

const steps = z.array(step).default([]);

const condition = mapping({ when: text, says: text });

const hypothesis = mapping({
  title: text,
  needs: z.array(name).default([]),
  for: z.array(condition).min(1, 'Nothing can ever support this hypothesis.\nWrite at least one condition.'),
  against: z.array(condition).default([]),
});

const label = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'This is not the name of a label.\nWrite it as Prometheus does, like `severity`.');

/** A text, a list of texts, or whether the label is there at all. No patterns: one may run for hours. */
const labelMatch = z.union([text, z.array(text).min(1), z.boolean()], {
  error:
    'This says nothing about a label.\nWrite its value, a list of values, true (it is there) or false (it is not).',
});

const alertMatch = { alert: text, labels: z.record(label, labelMatch).default({}) };

/** `- CriticalP99Latency` is short for `- alert: CriticalP99Latency`. */
const alertRule = z.preprocess(
  (written) => (typeof written === 'string' ? { alert: written } : written),
  mapping({ ...alertMatch, opens: z.enum(['shadow', 'yes']).default('shadow') }),
);

const recovery = mapping({
  check: checkUse,
  fast: checkUse.optional(),
  traffic: mapping({
    check: checkUse,
    atLeast: z.number().positive('This proves nothing.\nWrite a number above 0.'),
  }).optional(),
  every: duration,
  samples: z.int().min(1, 'Recovery needs at least one healthy sample.\nWrite 1 or more.'),
  hold: duration,
});

const queriesFile = mapping({ kind: z.literal('queries'), queries: z.record(name, query) });

const procedureFile = mapping({
  kind: z.literal('procedure'),
  name,
  title: text,
  aliases: z.array(name).default([]),
  scope: text,
  severity: z.enum(['critical', 'warning']),
  respondWithin: duration,
  alsoTell: z.array(text).default([]),
  alerts: z.array(alertRule).default([]),
  headline: name,
  phases: mapping({
    acknowledge: steps,
    verify: steps,
    investigate: steps,
    mitigate: steps,
    'post-mortem': steps,
  } satisfies Record<(typeof phaseNames)[number], typeof steps>),
  hypotheses: z.record(name, hypothesis).default({}),
  recovery,
});

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of day is written as hours and minutes, UTC.\nFor example "09:00".');

const review = mapping({
  title: text,
  /** When it is posted every day without being asked for. */
  daily: timeOfDay.optional(),
  checks: z.array(checkUse).min(1, 'A review without checks shows nothing.\nName at least one query.'),
});

const reviewsFile = mapping({ kind: z.literal('reviews'), reviews: z.record(name, review) });

const alertsFile = mapping({
  kind: z.literal('alerts'),
  mute: z.array(mapping({ ...alertMatch, because: text })),
});

/** The kinds of files, by the word after `kind:`. */
export const fileKinds = {
  queries: queriesFile,
  procedure: procedureFile,
  reviews: reviewsFile,
  alerts: alertsFile,
} as const;

export type QueryText = z.output<typeof query>;
export type CheckUseText = z.output<typeof checkUse>;
export type LimitText = z.output<typeof limit>;
export type StepText = z.output<typeof step>;
export type HypothesisText = z.output<typeof hypothesis>;
export type QueriesText = z.output<typeof queriesFile>;
export type ProcedureText = z.output<typeof procedureFile>;
export type ReviewsText = z.output<typeof reviewsFile>;
export type AlertsText = z.output<typeof alertsFile>;
export type AlertText = Pick<z.output<typeof alertRule>, 'alert' | 'labels'>;
