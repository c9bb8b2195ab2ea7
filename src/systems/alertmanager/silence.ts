// `alertmanager.silence`: keeps alerts from paging until a given time. It harms nothing and cures nothing.

import { z } from 'zod';
import type { Preview } from '../../core/action/port.ts';
import { spellAlert } from '../../core/alert.ts';
import { parseDuration, spellDuration } from '../../core/duration.ts';
import { done } from '../../core/fault.ts';
import { clockTime } from '../../core/spell.ts';
import { defineAction } from '../action-kind.ts';
import { oneLine } from '../failure.ts';
import { cannotShow, tooEarlyToTell, writeDeadline, writeEnd } from '../writing.ts';
import {
  type AlertmanagerDeps,
  creator,
  type FiringAlert,
  markOf,
  readAlerts,
  type Silence,
  silencesOf,
} from './api.ts';
import { matchersOf, matchersParam, spellMatcher } from './matchers.ts';

/** A silence that outlives the incident by days is forgotten, and hides the next one. */
const longestMs = 86_400_000;
const alertsShown = 15;

const params = z.strictObject({
  matchers: matchersParam,
  /** A silence has an end. */
  for: z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) > 0, { error: 'Write a duration like 30m or 2h.', abort: true })
    .refine((text) => (parseDuration(text) ?? 0) <= longestMs, 'A silence lasts a day at most: write 24h or less.'),
});

type Params = z.output<typeof params>;

const made = z.object({ silenceID: z.string().min(1) });

export const silence = defineAction(params, {
  async preview(deps: AlertmanagerDeps, about, { action, signal }) {
    const alerts = await readAlerts(deps, matchersOf(about.matchers), signal);
    return alerts.ok ? done(previewOf(deps, about, action, alerts.value)) : cannotShow('alertmanager', alerts.failure);
  },

  async perform({ http, clock }, about, { action, signal }) {
    const now = clock.now();
    const endsAt = now + lengthOf(about);
    const body = {
      matchers: matchersOf(about.matchers),
      startsAt: new Date(now).toISOString(),
      endsAt: new Date(endsAt).toISOString(),
      createdBy: creator,
      comment: `Asked for in an incident of ACGS ChatOps ${markOf(action)}`,
    };
    const answer = await http.write({ method: 'POST', path: '/api/v2/silences', body }, writeDeadline(signal));
    if (!answer.ok) return writeEnd(answer);
    const parsed = made.safeParse(answer.value);
    if (!parsed.success) return { kind: 'unknown', summary: 'the answer to the silence does not name one' };
    return {
      kind: 'succeeded',
      summary: `silence ${oneLine(parsed.data.silenceID, 40)} until ${clockTime(endsAt)} UTC`,
    };
  },

  async look(deps, _about, { action, signal, claimedAt }) {
    const found = await silencesOf(deps, action, signal);
    if (!found.ok) return { kind: 'unclear', summary: found.failure.detail };
    const [one] = found.value;
    if (one !== undefined) return { kind: 'applied', summary: spellSilence(one) };
    const summary = 'there is no silence of this action';
    return tooEarlyToTell(claimedAt, deps.clock.now())
      ? { kind: 'unclear', summary: `${summary}; the request may still be on its way` }
      : { kind: 'not-applied', summary };
  },

  async verify(deps, about, { action, signal }) {
    const found = await silencesOf(deps, action, signal);
    if (!found.ok) return { kind: 'pending', summary: found.failure.detail };
    const active = found.value.find(({ status }) => status.state === 'active');
    if (active === undefined) {
      const [one] = found.value;
      return { kind: 'pending', summary: one === undefined ? 'the silence is not there' : spellSilence(one) };
    }
    const alerts = await readAlerts(deps, matchersOf(about.matchers), signal);
    const covered = alerts.ok ? `, over ${countOf(alerts.value.length)}` : '';
    return { kind: 'converged', summary: `${spellSilence(active)}${covered}` };
  },
});

export function spellSilence({ id, status, endsAt }: Silence): string {
  const end = `${clockTime(endsAt)} UTC`;
  const state = { active: `is active until ${end}`, pending: 'has not begun', expired: `ended at ${end}` }[
    status.state
  ];
  return `silence ${oneLine(id, 40)} ${state}`;
}

function lengthOf(about: Params): number {
  return parseDuration(about.for) ?? 0;
}

function countOf(alerts: number): string {
  return alerts === 1 ? '1 alert that fires' : `${alerts} alerts that fire`;
}

function previewOf(
  { clock, target }: AlertmanagerDeps,
  about: Params,
  action: string,
  alerts: readonly FiringAlert[],
): Preview {
  const matchers = matchersOf(about.matchers).map(spellMatcher).join(' and ');
  const end = `${clockTime(clock.now() + lengthOf(about))} UTC`;
  const length = spellDuration(lengthOf(about));
  const critical = alerts.filter(({ labels }) => labels.severity === 'critical').length;
  return {
    target,
    typed: `SILENCE ${target.replace('alertmanager ', '')}`,
    call: `POST /api/v2/silences ${matchers} for ${length}`,
    summary: `Silences ${matchers} for ${length}, until ${end}: ${countOf(alerts.length)} now. It can be ended at any time.`,
    risk: 'safe',
    protectedPresent: false,
    facts: [
      { name: 'alertmanager', value: target },
      { name: 'matchers', value: matchers },
    ],
    undo: { system: 'alertmanager', kind: 'expire-silence', params: { action }, title: 'End the silence' },
    rows: alerts.slice(0, alertsShown).map(({ labels, status }) => ({
      label: oneLine(spellAlert({ name: labels.alertname ?? '(no name)', labels }), 120),
      ...(status.state === 'suppressed' ? { note: 'silenced or inhibited already' } : {}),
    })),
    notes: [
      `Nobody is paged for what it covers until ${end}, and the bot is not told of it. The recovery watch goes on.`,
      ...(critical > 0 ? [`${critical} of the alerts that fire now ${critical === 1 ? 'is' : 'are'} critical.`] : []),
      ...(alerts.length > alertsShown ? [`${alerts.length - alertsShown} more alerts are not shown.`] : []),
      ...(alerts.length === 0 ? ['No alert that fires now is covered by it.'] : []),
    ],
  };
}
