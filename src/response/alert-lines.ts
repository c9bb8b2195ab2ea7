// What became of alerts without an incident in the last day, as the health post names it.

import type { Reads } from '../core/ports.ts';
import { alertsOfDay } from './receive-alerts.ts';
import type { AlertLines } from './views.ts';

const dayMs = 86_400_000;

/** Of the 24 h before `until` (epoch ms), oldest first; an alert that was noted on two days is there once. */
export async function alertLines(reads: Reads, until: number): Promise<AlertLines> {
  const days = [await reads.events(alertsOfDay(until - dayMs)), await reads.events(alertsOfDay(until))];
  const recent = days.flat().filter(({ at }) => at > until - dayMs && at <= until);
  const wouldHaveOpened = new Map<string, { runbook: string; alert: string; at: number }>();
  const unmatched = new Set<string>();
  for (const { event, at } of recent) {
    if (event.type === 'alert-unmatched') unmatched.add(event.alert.name);
    if (event.type !== 'would-have-opened') continue;
    const { runbook, alert } = event;
    const key = `${runbook} ${alert.name}`;
    if (!wouldHaveOpened.has(key)) wouldHaveOpened.set(key, { runbook, alert: alert.name, at });
  }
  return { wouldHaveOpened: [...wouldHaveOpened.values()], unmatched: [...unmatched] };
}
