// Answers to the one person who asked: text, refusal, help, list, on-call ladder.

import type { KnownBlock, RichTextElement } from '@slack/types';
import type { Answer, DebtLine, IncidentLine, OncallLevel } from '../../core/answer.ts';
import { spellDuration } from '../../core/duration.ts';
import type { Fault } from '../../core/fault.ts';
import { cutTo, firstOf } from '../fit.ts';
import { actionIds } from '../ids.ts';
import { againLabel } from './action-buttons.ts';
import {
  bullets,
  clockTime,
  code,
  day,
  line,
  link,
  type Message,
  type Named,
  plain,
  present,
  rich,
  strong,
  topText,
  utcTime,
  verdictWord,
  words,
} from './rich.ts';

/** Answers that need nothing but themselves; the others need names, or are drawn from an incident's view. */
export type PlainAnswer = Exclude<Answer, { kind: 'incident-show' | 'declared' | 'refusal' | 'too-late' }>;

export function answerMessage(answer: PlainAnswer): Message {
  switch (answer.kind) {
    case 'text':
      return textMessage(answer.text);
    case 'help':
      return helpMessage(answer);
    case 'incident-list':
      return listMessage(answer.incidents, answer.total);
    case 'oncall':
      return oncallMessage(answer.levels);
    case 'debts':
      return debtsMessage(answer.debts);
    case 'review-started':
      return textMessage(`${answer.title}: asking ${answer.checks} checks. The result follows.`);
  }
}

export function textMessage(text: string): Message {
  return { text: topText(text), blocks: present([rich(line(words(text, 2_900)))]) };
}

export function refusalMessage(fault: Fault, named: Named): Message {
  const said = textMessage(refusalText(fault, named));
  if (fault.again === undefined) return said;
  const { action: value, title } = fault.again;
  const again: KnownBlock = {
    type: 'actions',
    elements: [{ type: 'button', action_id: actionIds.move('again'), text: plain(againLabel(title), 75), value }],
  };
  return { ...said, blocks: [...said.blocks, again] };
}

/** What went wrong, who was faster and when, and what to do next, as one text. */
export function refusalText(fault: Fault, named: Named): string {
  const said = fault.earlier === undefined ? fault.message : withEarlier(fault.message, fault.earlier, named);
  return fault.remedy === undefined ? said : `${said} ${fault.remedy}`;
}

/** `INC-1 is already acknowledged, by rita at 02:16 UTC.` */
function withEarlier(message: string, { by, at }: NonNullable<Fault['earlier']>, named: Named): string {
  return `${message.replace(/\.$/, '')}, by ${by === undefined ? 'you' : named(by)} at ${utcTime(at)}.`;
}

function helpLines(commands: Extract<Answer, { kind: 'help' }>['commands']): readonly string[] {
  return commands.map((command) => `${command.usage}: ${command.does}`);
}

/**
 * All that an answer says, without any limit; undefined for one that speaks of an incident, whose thread has the whole, and for one that
 * is never long.
 */
export function wholeAnswer(answer: Answer, named: Named): string | undefined {
  switch (answer.kind) {
    case 'text':
      return answer.text;
    case 'refusal':
      return refusalText(answer.fault, named);
    case 'help':
      return helpLines(answer.commands).join('\n');
    case 'incident-list': {
      const missing = answer.total - answer.incidents.length;
      const more = missing > 0 ? [`and ${missing} older ones: \`/acgs incident show\` shows each`] : [];
      return [...listLines(answer.incidents), ...more].join('\n');
    }
    case 'oncall':
      return oncallLines(answer.levels).join('\n');
    case 'debts':
      return debtLines(answer.debts).join('\n');
    default:
      return undefined;
  }
}

function helpMessage(answer: Extract<Answer, { kind: 'help' }>): Message {
  const unknown = answer.unknown === undefined ? '' : `There is no command “${answer.unknown}”.`;
  const suggestion = answer.suggestion === undefined ? '' : `Did you mean “${answer.suggestion}”?`;
  const { shown, cut } = firstOf(answer.commands, 40);
  const items = shown.map((command) => line(code(command.usage, 120), words(`  ${command.does}`, 200)));
  return {
    text: topText(unknown, suggestion, 'What you can do:', ...helpLines(shown)),
    blocks: present([
      rich(line(words(`${unknown} ${suggestion}`.trim(), 400))),
      rich(line(strong('What you can do')), bullets(items), cut > 0 && line(words(`and ${cut} more commands`))),
    ]),
  };
}

function listMessage(incidents: readonly IncidentLine[], total: number): Message {
  if (incidents.length === 0) return textMessage('There are no incidents.');
  const { shown } = firstOf(incidents, 15);
  const hidden = total - shown.length;
  const more = hidden > 0 ? `and ${hidden} more` : '';
  const items = shown.map((incident) =>
    line(
      strong(`${stateOf(incident)} ${incident.id} ${incident.title}`, 160),
      words(` · ${incident.headline} · declared `, 200),
      clockTime(incident.declaredAt),
      incident.link !== undefined && [words(' · '), link(incident.link, 'open')],
    ),
  );
  const title = total === 1 ? '1 incident' : `${total} incidents`;
  return {
    text: topText(title, ...listLines(shown), more),
    blocks: present([rich(line(strong(title)), bullets(items), line(words(more)))]),
  };
}

function stateOf(incident: IncidentLine): string {
  return incident.status === 'resolved' ? '✅ RESOLVED' : verdictWord[incident.verdict];
}

function listLines(incidents: readonly IncidentLine[]): readonly string[] {
  return incidents.map(
    (incident) =>
      `${stateOf(incident)} ${incident.id} ${incident.title} · ${incident.headline} · declared ${utcTime(incident.declaredAt)}`,
  );
}

function oncallMessage(levels: readonly OncallLevel[]): Message {
  if (levels.length === 0)
    return textMessage('No escalation levels are configured. An operator adds them under `escalation`.');
  const items = levels.map((level) =>
    line(strong(`${level.level} ${level.name}`, 160), words(` · ${whenTold(level)} · `), peopleLeaves(level.people)),
  );
  return {
    text: topText('Who is told, and when', ...oncallLines(levels)),
    blocks: present([rich(line(strong('Who is told, and when nobody acknowledges')), bullets(items))]),
  };
}

function whenTold({ pageAtMs }: OncallLevel): string {
  return pageAtMs === 0 ? 'at declaration' : `after ${spellDuration(pageAtMs)}`;
}

function oncallLines(levels: readonly OncallLevel[]): readonly string[] {
  return levels.map(
    (level) => `${level.level} ${level.name}, ${whenTold(level)}: ${level.people.join(', ') || 'nobody'}`,
  );
}

/** Each with the button that begins putting it back. */
export function debtsMessage(debts: readonly DebtLine[]): Message {
  if (debts.length === 0) return textMessage('Nothing temporary is in place.');
  const { shown, cut } = firstOf(debts, 10);
  const title =
    debts.length === 1
      ? '1 temporary change is still in place'
      : `${debts.length} temporary changes are still in place`;
  return {
    text: topText(title, ...debtLines(debts)),
    blocks: present([
      rich(line(strong(title))),
      ...shown.flatMap(debtBlocks),
      cut > 0 && rich(line(words(`and ${cut} more`))),
    ]),
  };
}

function debtLines(debts: readonly DebtLine[]): readonly string[] {
  return debts.map((debt) => `${debt.title} on ${debt.target} since ${utcTime(debt.since)} (${debt.incident})`);
}

export function debtBlocks(debt: DebtLine): readonly (KnownBlock | undefined)[] {
  // The same change can be in place twice, in two incidents or on two targets; who hears the buttons does not see the line above each.
  const label = cutTo(`${debt.undo} (${debt.incident}, ${debt.target})`, 75);
  const button = {
    type: 'button',
    action_id: actionIds.move('undo'),
    text: plain(debt.undo, 75),
    value: debt.action,
    accessibility_label: label,
  } as const;
  return [
    rich(
      line(
        strong(debt.title, 150),
        words(` · ${debt.outcome} · ${debt.target} · since `, 300),
        day(debt.since),
        words(' '),
        clockTime(debt.since),
        words(` · ${debt.incident}`),
      ),
    ),
    {
      type: 'actions',
      elements: [button],
    },
  ];
}

/** In a message that only the asker sees, a mention names a person without calling them. */
function peopleLeaves(people: readonly string[]): readonly RichTextElement[] {
  if (people.length === 0) return [words('nobody')];
  return people.flatMap((id, position) => [...(position === 0 ? [] : [words(', ')]), mentionLeaf(id)]);
}

/** A mention of a configured person or group; anything else stays text. */
export function mentionLeaf(id: string): RichTextElement {
  if (/^[UW][A-Z0-9]{2,20}$/.test(id)) return { type: 'user', user_id: id };
  if (/^S[A-Z0-9]{2,20}$/.test(id)) return { type: 'usergroup', usergroup_id: id };
  return words(id, 80);
}
