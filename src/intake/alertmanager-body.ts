// The body of Alertmanager's webhook, version 4, from untrusted JSON to the alerts that it tells of.
// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config

import { z } from 'zod';
import type { Alert } from '../core/alert.ts';
import { maskedAndCut } from '../core/secret.ts';

const nameLimit = 120;
const labelLimit = 200;
const summaryLimit = 300;
const labelsKept = 20;

const texts = z.record(z.string(), z.string());
const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const alertSchema = z
  .object({
    status: z.enum(['firing', 'resolved']),
    labels: texts,
    annotations: texts.default({}),
    startsAt: time,
    endsAt: time.optional(),
    fingerprint: z.string().regex(/^[0-9a-f]{1,64}$/, 'not a fingerprint'),
  })
  .transform(({ status, labels, annotations, startsAt, endsAt, fingerprint }): Alert => {
    const kept = Object.entries(labels).slice(0, labelsKept);
    return {
      fingerprint,
      name: maskedAndCut(labels.alertname ?? 'alert without a name', nameLimit),
      status,
      labels: Object.fromEntries(
        kept.map(([label, value]) => [label.slice(0, nameLimit), maskedAndCut(value, labelLimit)]),
      ),
      ...(annotations.summary === undefined ? {} : { summary: maskedAndCut(annotations.summary, summaryLimit) }),
      startsAt,
      // A firing alert has the year 1 here.
      ...(status === 'resolved' && endsAt !== undefined ? { endsAt } : {}),
    };
  });

const bodySchema = z.object({
  version: z.literal('4'),
  alerts: z.array(alertSchema),
  /** How many alerts Alertmanager left out because of `max_alerts`. */
  truncatedAlerts: z.int().min(0).default(0),
});

export interface AlertmanagerBody {
  readonly alerts: readonly Alert[];
  readonly truncated: number;
}

/** The alerts, masked and cut to what people can read; or where the body is wrong, in words for its sender. */
export function readBody(
  bytes: Uint8Array,
): { readonly ok: true; readonly body: AlertmanagerBody } | { readonly ok: false; readonly why: string } {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { ok: false, why: 'the body is not JSON in UTF-8' };
  }
  const read = bodySchema.safeParse(json);
  if (read.success) return { ok: true, body: { alerts: read.data.alerts, truncated: read.data.truncatedAlerts } };
  const [issue] = read.error.issues;
  return { ok: false, why: `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'not understood'}` };
}

/** What the inbox gives back after a restart: stored by us, checked again because it comes from outside of the program. */
export const storedAlerts = z.array(
  z.object({
    fingerprint: z.string(),
    name: z.string(),
    status: z.enum(['firing', 'resolved']),
    labels: texts,
    summary: z.string().optional(),
    startsAt: z.number(),
    endsAt: z.number().optional(),
  }),
);
