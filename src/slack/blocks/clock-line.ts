// Who holds which role, and what the escalation clock does next.

import type { RichTextElement } from '@slack/types';
import type { IncidentView } from '../../response/views.ts';
import { clockTime, line, type Named, spoken, words } from './rich.ts';

const roleWords = { commander: 'Commander', responder: 'Responder', scribe: 'Scribe' } as const;

/** `Commander lena · Clock stopped by rita 02:16 UTC (else L2 Platform team lead at 02:19 UTC)`. */
export function clockLine(view: IncidentView, named: Named) {
  return line(words(rolesText(view, named)), words(' · '), escalationPieces(view, named));
}

function rolesText(view: IncidentView, named: Named): string {
  const taken = (['commander', 'responder', 'scribe'] as const).flatMap((role) => {
    const actor = view.roles[role];
    return actor === undefined ? [] : [`${roleWords[role]} ${named(actor)}`];
  });
  return taken.length === 0 ? 'Nobody has a role yet' : taken.join(' · ');
}

function escalationPieces(view: IncidentView, named: Named): readonly RichTextElement[] {
  const { next, stopped, told, exhausted } = view.escalation;
  if (stopped !== undefined) {
    const otherwise =
      next === undefined ? [] : [words(` (else ${next.level} ${next.name} at `), ...clockTime(next.at), words(')')];
    return [words(`Clock stopped by ${named(stopped.by)} `), ...clockTime(stopped.at), ...otherwise];
  }
  const toldText = told.length === 0 ? '' : ` Told so far: ${told.map((level) => level.level).join(', ')}.`;
  if (exhausted) return [words(`Nobody answered: every level was told.${toldText}`)];
  if (next === undefined) return [words(`No further level to tell.${toldText}`)];
  if (next.level === 'all')
    return [words('Every level was told; given up as unanswered at '), ...clockTime(next.at), words('.')];
  return [
    words(`${next.level} ${next.name} is told at `),
    ...clockTime(next.at),
    words(` unless somebody acknowledges.${toldText}`),
  ];
}

/** The same as words, for the text of the message. */
export function clockText(view: IncidentView, named: Named): string {
  return spoken(clockLine(view, named));
}
