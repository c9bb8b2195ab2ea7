// What the alerts of one delivery change in an open incident: each firing counts once, however often it is told.

import type { Alert } from './alert.ts';
import type { IncidentEvent } from './event.ts';
import type { Incident } from './incident.ts';

/** More different alerts than these say nothing new to a person, and would make every card and report slow. */
export const alertsKept = 50;

/** A repeat, a late word on an earlier firing and the end of an alert that never belonged here change nothing. */
export function receivedAlerts(incident: Incident, alerts: readonly Alert[]): readonly IncidentEvent[] {
  const known = new Map(Object.entries(incident.alerts ?? {}));
  let cut = incident.alertsCut ?? false;
  const events: IncidentEvent[] = [];
  for (const alert of alerts) {
    const before = known.get(alert.fingerprint);
    if (!isNews(before, alert)) continue;
    if (before === undefined && known.size >= alertsKept) {
      if (!cut) events.push({ type: 'alerts-cut', kept: alertsKept });
      cut = true;
      continue;
    }
    known.set(alert.fingerprint, alert);
    events.push({ type: 'alert-received', alert });
  }
  return events;
}

function isNews(before: Alert | undefined, now: Alert): boolean {
  if (now.status === 'firing') return before === undefined || now.startsAt > before.startsAt;
  return before?.status === 'firing' && now.startsAt >= before.startsAt;
}

/** True when this firing was told in this incident, or may have been among those that it no longer kept. */
export function wasToldIn(incident: Incident | undefined, alert: Alert): boolean {
  if (incident === undefined) return false;
  const known = incident.alerts?.[alert.fingerprint];
  if (known !== undefined) return known.startsAt >= alert.startsAt;
  return incident.alertsCut === true && alert.startsAt <= (incident.resolved?.at ?? 0);
}

/** True when alerts of the incident fire now. */
export function anyFiring(incident: Incident): boolean {
  return Object.values(incident.alerts ?? {}).some(({ status }) => status === 'firing');
}
