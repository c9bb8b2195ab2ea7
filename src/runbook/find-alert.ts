// Finds the procedure that answers an alert.

import { type Alert, type AlertRule, type MutedAlert, matches } from '../core/alert.ts';
import type { Library, Procedure } from '../core/runbook.ts';

export type AlertAnswer =
  | { readonly kind: 'answered'; readonly procedure: Procedure; readonly opens: AlertRule['opens'] }
  | { readonly kind: 'muted'; readonly by: MutedAlert }
  | { readonly kind: 'unmatched' };

/** Muted wins. Of several rules the one that asks for more labels wins, and among equals the first. */
export function findAlertRule(library: Library, alert: Alert): AlertAnswer {
  const by = library.muted.find((muted) => matches(muted, alert));
  if (by !== undefined) return { kind: 'muted', by };
  const [best] = library.procedures
    .flatMap((procedure) => procedure.alerts.map((rule) => ({ procedure, rule })))
    .filter(({ rule }) => matches(rule, alert))
    .toSorted((a, b) => Object.keys(b.rule.labels).length - Object.keys(a.rule.labels).length);
  if (best === undefined) return { kind: 'unmatched' };
  return { kind: 'answered', procedure: best.procedure, opens: best.rule.opens };
}
