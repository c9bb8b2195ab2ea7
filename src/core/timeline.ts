// The record told as people read it: one line an event, with its number so that every statement can be checked.

import { actionLine, isActionEvent } from './action/timeline.ts';
import { type Actor, erasedPerson } from './actor.ts';
import { spellAlert } from './alert.ts';
import type { ErasureEvent, IncidentEvent, Recorded } from './event.ts';
import type { Incident } from './incident.ts';
import { verdictWords } from './spell.ts';

export interface TimelineEntry {
  /** Number of the event in its stream, cited as `[#12]`. */
  readonly seq: number;
  /** When it happened, which for a note can be long before it was written. */
  readonly at: number;
  readonly actor: Actor;
  /** Who put the words of the actor on record, where that was somebody's act. */
  readonly pinnedBy?: Actor;
  /** Our own words; what people or systems wrote is in `quote`. */
  readonly text: string;
  /** Untrusted: to be quoted as data. */
  readonly quote?: string;
}

/** All entries by the time things happened. Events that only move the machinery have no line. */
export function timelineOf(events: readonly Recorded[]): readonly TimelineEntry[] {
  const titles = new Map(
    events.flatMap(({ event }) => (event.type === 'action-proposed' ? [[event.action, event.title] as const] : [])),
  );
  return events
    .flatMap((recorded) => {
      const line = lineOf(recorded.event as IncidentEvent | ErasureEvent, titles);
      if (line === undefined) return [];
      return [
        {
          seq: recorded.seq,
          at: line.at ?? recorded.at,
          actor: line.author ?? recorded.actor,
          ...(line.author === undefined ? {} : { pinnedBy: recorded.actor }),
          text: line.text,
          ...(line.quote === undefined ? {} : { quote: line.quote }),
        },
      ];
    })
    .filter(
      (entry, index, all) =>
        entry.text !== all.slice(0, index).findLast((one) => isWeighing(one))?.text || !isWeighing(entry),
    )
    .sort((a, b) => a.at - b.at || a.seq - b.seq);
}

/** The hypotheses are weighed after every answer; only a changed result is news. */
function isWeighing(entry: TimelineEntry): boolean {
  return entry.text.startsWith(weighingPrefix);
}

const weighingPrefix = 'evidence supports: ';

interface Line {
  readonly text: string;
  readonly quote?: string;
  readonly at?: number;
  readonly author?: Actor;
}

function lineOf(event: IncidentEvent | ErasureEvent, titles: ReadonlyMap<string, string>): Line | undefined {
  if (isActionEvent(event)) return actionLine(event, titles.get(event.action) ?? 'an action');
  switch (event.type) {
    case 'declared':
      return { text: `declared: ${event.title}, ${event.scope}`, ...quoted(event.note?.private) };
    case 'declared-again':
      return { text: 'declared again, joined this incident', ...quoted(event.note?.private) };
    case 'alert-received':
      return {
        text: event.alert.status === 'firing' ? 'alert fires' : 'alert ended, which alone is no recovery',
        quote: spellAlert(event.alert),
        at: event.alert.status === 'firing' ? event.alert.startsAt : (event.alert.endsAt ?? event.alert.startsAt),
      };
    case 'alerts-cut':
      return { text: `more than ${event.kept} alerts; the others are only counted` };
    case 'room-opened':
      return { text: `incident channel #${event.name} opened` };
    case 'setup-failed':
      return { text: `set-up step "${event.step}" failed`, quote: event.why };
    case 'escalated':
      return { text: `${event.how} ${event.level}, ${event.name}` };
    case 'escalation-exhausted':
      return { text: 'every level had been called and nobody had acknowledged' };
    case 'acknowledged':
      return { text: 'acknowledged' };
    case 'checks-started':
      return { text: `${event.checks.length} checks started, round ${event.round}` };
    case 'observed': {
      const { observation } = event;
      if (observation.verdict === 'ok') return undefined;
      return { text: `${verdictWords[observation.verdict]}: ${observation.title}`, quote: observation.summary };
    }
    case 'checks-finished':
      return { text: `all checks of round ${event.round} answered` };
    case 'weighed': {
      const supported = event.standings
        .filter((standing) => standing.position === 'supported')
        .map((standing) => standing.title);
      return supported.length === 0 ? undefined : { text: `${weighingPrefix}${supported.join(', ')}` };
    }
    case 'role-claimed':
      return { text: `took the role ${event.role}` };
    case 'noted':
      return event.pinned === undefined
        ? { text: 'noted', at: event.happenedAt, ...quoted(event.text.private) }
        : { text: 'wrote', at: event.happenedAt, author: event.pinned.author, ...quoted(event.text.private) };
    case 'recovery-changed':
      return { text: `recovery watch: ${event.state}`, quote: event.summary };
    case 'resolved':
      return {
        text: event.as === 'false-alarm' ? 'closed as false alarm' : 'resolved',
        ...quoted(event.reason.private),
      };
    case 'reopened':
      return { text: 'reopened', ...quoted(event.reason.private) };
    case 'erased':
      return {
        text: `${event.what === 'words' ? 'erased words of' : "erased a person's id in"} ${event.events.map((seq) => `#${seq}`).join(', ')}`,
      };
    case 'phase-entered':
    case 'report-drafted':
      return undefined;
    default:
      return undefined;
  }
}

function quoted(text: string | null | undefined): { readonly quote?: string } {
  return text === undefined ? {} : { quote: text ?? '(erased)' };
}

/** The part a person had in the incident; reports speak of roles, not of names. */
export function roleOf(incident: Incident, actor: Actor): string {
  if (actor.kind === 'bot') return 'the bot';
  if (actor.kind === 'system') return actor.name;
  // All who were erased look alike: whoever held a role may have been another one.
  if (actor.id === erasedPerson) return 'erased person';
  const held = Object.entries(incident.roles).find(([, holder]) => holder?.kind === 'person' && holder.id === actor.id);
  if (held !== undefined) return held[0];
  return incident.declaredBy.kind === 'person' && incident.declaredBy.id === actor.id ? 'declarer' : 'participant';
}
