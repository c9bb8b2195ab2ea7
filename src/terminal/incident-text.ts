// An incident as text: what the card says, what every check says, and how it came to that.

import { type Actor, erasedPerson, nameAtTerminal } from '../core/actor.ts';
import { spellDuration } from '../core/duration.ts';
import { clockTime, timestamp, valueWithLimit, verdictWords } from '../core/spell.ts';
import type { TimelineEntry } from '../core/timeline.ts';
import type { CheckView, IncidentView, PhaseView } from '../response/views.ts';
import { oneLine } from './one-line.ts';

/** More of the timeline is in the report and in the export. */
const entriesShown = 25;

export function incidentText(view: IncidentView, timeline: readonly TimelineEntry[]): string {
  const about = [
    headline(view),
    `${view.id} ${view.title} · declared by ${named(view.declaredBy)} ${timestamp(view.declaredAt)}${said(view.note)}`,
    view.resolved === undefined
      ? ''
      : `Closed by ${named(view.resolved.by)} ${timestamp(view.resolved.at)}${said(view.resolved.reason)}`,
    view.phases.map(phase).join('   '),
    view.progress.done < view.progress.total ? `${view.progress.done} of ${view.progress.total} checks` : '',
    standings(view),
    clock(view),
    view.recovery === undefined ? '' : `Recovery: ${view.recovery.state} · ${oneLine(view.recovery.summary)}`,
    ...view.underWay.map(({ id, title, state }) => `Under way: ${oneLine(title)}, ${state} (${id})`),
    ...view.debts.map(({ title, target, since }) => {
      return `Still in place: ${oneLine(title)} on ${oneLine(target)} since ${timestamp(since)}`;
    }),
    ...Object.entries(view.setupFailures).map(([step, why]) => `Set-up step ${step} failed: ${oneLine(why ?? '')}`),
  ];
  const parts = [about.filter((line) => line !== ''), view.checks.map(checkLine), timelineLines(timeline)];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function said(words: string | undefined): string {
  return words === undefined || words.trim() === '' ? '' : ` · “${oneLine(words)}”`;
}

function phase({ name, state, detail }: PhaseView): string {
  return `${phaseSigns[state]} ${name}${detail === undefined ? '' : ` ${detail}`}`;
}

const phaseSigns = { done: '[x]', current: '[>]', ahead: '[ ]' } as const;

function headline(view: IncidentView): string {
  if (view.resolved === undefined) return `${verdictWords[view.headline.verdict]} · ${oneLine(view.headline.text)}`;
  const how = view.resolved.as === 'false-alarm' ? 'FALSE ALARM' : 'RESOLVED';
  return `${how} after ${spellDuration(Math.max(0, view.resolved.at - view.declaredAt))} · ${view.title} · ${view.scope}`;
}

function standings(view: IncidentView): string {
  const of = (position: string) =>
    view.standings.filter((one) => one.position === position).map(({ title }) => oneLine(title));
  const group = (words: string, titles: readonly string[]) =>
    titles.length === 0 ? [] : [`${words}: ${titles.join(', ')}.`];
  return [
    ...group('Likely', of('supported')),
    ...group('Ruled out', of('ruled-out')),
    ...group('Open', of('open')),
    ...group('Unknown', of('unknown')),
  ].join(' ');
}

function clock(view: IncidentView): string {
  const roles = Object.entries(view.roles).map(([role, actor]) => `${role} ${named(actor)}`);
  const { stopped, next, exhausted } = view.escalation;
  const escalation =
    stopped !== undefined
      ? `acknowledged by ${named(stopped.by)} ${clockTime(stopped.at)} UTC`
      : exhausted
        ? 'every level was called and nobody acknowledged'
        : next === undefined
          ? 'no further level to call'
          : `not acknowledged; ${next.level} ${next.name} at ${clockTime(next.at)} UTC`;
  return [...roles, escalation].join(' · ');
}

function checkLine({ title, observation }: CheckView): string {
  if (observation === undefined) return `  ${'...'.padEnd(9)} ${oneLine(title)}`;
  const found = observation.measurement === undefined ? oneLine(observation.summary) : valueWithLimit(observation);
  return `  ${verdictWords[observation.verdict].padEnd(9)} ${oneLine(title)}: ${found}`;
}

function timelineLines(entries: readonly TimelineEntry[]): readonly string[] {
  const cut = entries.length - entriesShown;
  return [
    ...(cut > 0 ? [`  ${cut} earlier entries`] : []),
    ...entries.slice(-entriesShown).map(({ seq, at, actor, text, quote }) => {
      const quoted = quote === undefined ? '' : `: “${oneLine(quote)}”`;
      return `  ${clockTime(at)} #${seq} ${named(actor)} ${oneLine(text)}${quoted}`;
    }),
  ];
}

/** Slack's ids stay ids: their names are Slack's to tell. */
export function named(actor: Actor): string {
  if (actor.kind === 'bot') return 'the bot';
  if (actor.kind === 'system') return oneLine(actor.name, 60);
  if (actor.id === erasedPerson) return '(erased)';
  const name = nameAtTerminal(actor);
  return oneLine(name === undefined ? actor.id : `${name} at the terminal`, 80);
}
