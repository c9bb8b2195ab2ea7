// Takes in what Alertmanager tells: joins alerts to the open incident of their runbook, opens one where the runbook says so, or notes
// that it would have. A repeat changes nothing, and the end of an alert is never read as recovery.

import type { Actor } from '../core/actor.ts';
import type { Alert } from '../core/alert.ts';
import { decide } from '../core/decide.ts';
import type { AlertEvent } from '../core/event.ts';
import type { Incident } from '../core/incident.ts';
import type { Transaction } from '../core/ports.ts';
import { anyFiring, wasToldIn } from '../core/received-alerts.ts';
import type { Procedure } from '../core/runbook.ts';
import { type AlertAnswer, findAlertRule } from '../runbook/index.ts';
import { openIncident, openNew } from './declare.ts';
import type { Given } from './given.ts';
import { record, settle } from './record.ts';

/**
 * What became of one alert: `shadow` would have opened an incident, `repeated` was known already, `ended` is a resolved alert of an open
 * incident, `late` one that belongs to none, `cut` is one more than an incident or a day keeps.
 */
export const alertOutcomes = [
  'opened',
  'joined',
  'ended',
  'shadow',
  'repeated',
  'late',
  'cut',
  'muted',
  'unmatched',
] as const;
export type AlertOutcome = (typeof alertOutcomes)[number];
export type AlertCounts = Readonly<Partial<Record<AlertOutcome, number>>>;

const alertmanager: Actor = { kind: 'system', name: 'Alertmanager' };

/** A day on which more than this happens is noise that nobody reads to the end. */
const keptInADay = 200;

/** In one transaction with the settling of the delivery; done twice, it changes nothing. */
export async function receiveAlerts(given: Given, alerts: readonly Alert[], delivery: string): Promise<AlertCounts> {
  return given.store.transact(async (tx) => {
    const outcomes: AlertOutcome[] = [];
    const judged = alerts.map((alert) => ({ alert, answer: findAlertRule(given.library, alert) }));
    const answered = judged.flatMap(({ alert, answer }) => (answer.kind === 'answered' ? [{ ...answer, alert }] : []));
    outcomes.push(...judged.flatMap(({ answer }) => (answer.kind === 'muted' ? ['muted' as const] : [])));
    for (const [procedure, group] of Map.groupBy(answered, (one) => one.procedure)) {
      outcomes.push(...(await takeIn(given, tx, procedure, group)));
    }
    const strangers = judged.flatMap(({ alert, answer }) => (answer.kind === 'unmatched' ? [alert] : []));
    outcomes.push(...(await noteUnmatched(given, tx, strangers)));
    const counts = countsOf(outcomes);
    await settle(tx, { delivery }, JSON.stringify(counts));
    return counts;
  });
}

type Answered = Extract<AlertAnswer, { kind: 'answered' }> & { readonly alert: Alert };

async function takeIn(
  given: Given,
  tx: Transaction,
  procedure: Procedure,
  group: readonly Answered[],
): Promise<readonly AlertOutcome[]> {
  const open = await openIncident(tx, procedure);
  const alerts = group.map(({ alert }) => alert);
  if (open !== undefined) return join(given, tx, open, alerts);
  const [latest] = await tx.incidents({ runbook: procedure.name, scope: procedure.scope, limit: 1 });
  const ended = alerts.filter(({ status }) => status === 'resolved').map((): AlertOutcome => 'late');
  const firing = group.filter(({ alert }) => alert.status === 'firing');
  // A person closed the incident while this alert went on firing: its repeats are no news.
  const fresh = firing.filter(({ alert }) => !wasToldIn(latest, alert));
  const told = firing.slice(fresh.length).map((): AlertOutcome => 'repeated');
  if (fresh.every(({ opens }) => opens === 'shadow')) {
    const event = ({ alert }: Answered): AlertEvent => ({
      type: 'would-have-opened',
      runbook: procedure.name,
      scope: procedure.scope,
      alert,
    });
    return [...ended, ...told, ...(await noteOnce(given, tx, fresh.map(event), 'shadow'))];
  }
  const incident = await openNew(given, tx, procedure, { actor: alertmanager, separate: false });
  const [first, ...others] = await join(
    given,
    tx,
    incident,
    fresh.map(({ alert }) => alert),
  );
  return [...ended, ...told, ...(first === undefined ? [] : ['opened' as const]), ...others];
}

async function join(
  given: Given,
  tx: Transaction,
  incident: Incident,
  alerts: readonly Alert[],
): Promise<readonly AlertOutcome[]> {
  const outcome = decide(incident, { kind: 'receive-alerts', alerts }, alertmanager);
  const events = outcome.ok ? outcome.value : [];
  const after = await record(given, tx, incident, events, alertmanager);
  const received = events.flatMap((event) => (event.type === 'alert-received' ? [event.alert] : []));
  const ended = received.filter(({ status }) => status === 'resolved');
  if (ended.length > 0 && !anyFiring(after)) await sayAllEnded(tx, after);
  return alerts.map((alert) => {
    if (received.includes(alert)) return alert.status === 'firing' ? 'joined' : 'ended';
    if (alert.status === 'resolved') return 'late';
    return after.alerts?.[alert.fingerprint] === undefined ? 'cut' : 'repeated';
  });
}

/** Total silence ends an alert like health does, so only what the watch saw is said of recovery. */
async function sayAllEnded(tx: Transaction, incident: Incident): Promise<void> {
  const { state, summary } = incident.recovery ?? {};
  const watch =
    state === 'recovered'
      ? `the watch has seen the recovery: ${summary}`
      : state === 'signal-lost'
        ? `SIGNAL LOST, so this is no recovery: ${summary}`
        : `the watch has not seen a recovery${summary === undefined ? '' : `: ${summary}`}`;
  await tx.send({
    lane: `${incident.id}:evidence`,
    supersedes: 'alerts ended',
    notice: {
      kind: 'say',
      incident: incident.id,
      where: 'thread',
      text: `All alerts of ${incident.id} have ended · ${watch}`,
    },
  });
}

async function noteUnmatched(
  given: Given,
  tx: Transaction,
  alerts: readonly Alert[],
): Promise<readonly AlertOutcome[]> {
  const firing = alerts.filter(({ status }) => status === 'firing');
  const noted = await noteOnce(
    given,
    tx,
    firing.map((alert): AlertEvent => ({ type: 'alert-unmatched', alert })),
    'unmatched',
  );
  // Nobody answers them, so each counts as unmatched, noted or not.
  return [
    ...noted.map((): AlertOutcome => 'unmatched'),
    ...alerts.slice(firing.length).map((): AlertOutcome => 'late'),
  ];
}

/** The stream of what happened without an incident on a day (UTC). */
export function alertsOfDay(at: number): string {
  return `alerts-${new Date(at).toISOString().slice(0, 10)}`;
}

/** Once a day for each firing of a shadow rule, and for each name that no runbook answers. */
async function noteOnce(
  given: Given,
  tx: Transaction,
  events: readonly AlertEvent[],
  noted: 'shadow' | 'unmatched',
): Promise<readonly AlertOutcome[]> {
  if (events.length === 0) return [];
  const at = given.clock.now();
  const stream = alertsOfDay(at);
  const past = await tx.events(stream);
  const known = new Set(past.map(({ event }) => keyOf(event as AlertEvent)));
  const news: AlertEvent[] = [];
  const outcomes = events.map((event): AlertOutcome => {
    const key = keyOf(event);
    if (known.has(key)) return 'repeated';
    if (known.size >= keptInADay) return 'cut';
    known.add(key);
    news.push(event);
    return noted;
  });
  if (news.length > 0) {
    await tx.append(
      stream,
      past.length,
      news.map((event) => ({ at, actor: alertmanager, event })),
    );
    for (const event of news) {
      given.log.info({ alert: event.alert.name, type: event.type }, 'an alert opened no incident');
    }
  }
  return outcomes;
}

function keyOf(event: AlertEvent): string {
  return event.type === 'alert-unmatched'
    ? `unmatched ${event.alert.name}`
    : `${event.runbook} ${event.alert.fingerprint} ${event.alert.startsAt}`;
}

function countsOf(outcomes: readonly AlertOutcome[]): AlertCounts {
  const counts: Partial<Record<AlertOutcome, number>> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
