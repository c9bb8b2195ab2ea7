// Answers as text, and the exit code that goes with them.

import type { Answer, IncidentLine } from '../core/answer.ts';
import { spellDuration } from '../core/duration.ts';
import type { Fault } from '../core/fault.ts';
import { clockTime, timestamp, verdictWords } from '../core/spell.ts';
import type { Desk } from '../response/desk.ts';
import { incidentText, named } from './incident-text.ts';
import { oneLine } from './one-line.ts';

export interface Said {
  readonly text: string;
  readonly exitCode: 0 | 1 | 2;
}

export async function spellAnswer(desk: Desk, answer: Answer): Promise<Said> {
  switch (answer.kind) {
    case 'text':
      return fine(answer.text);
    case 'refusal':
      return { text: `${spellFault(answer.fault)}\n`, exitCode: 1 };
    case 'help':
      return spellHelp(answer);
    case 'incident-list':
      return fine(spellList(answer.incidents, answer.total));
    case 'incident-show': {
      const view = await desk.incidentView(answer.incident);
      if (view === undefined) return { text: `There is no incident ${answer.incident}.\n`, exitCode: 1 };
      return fine(incidentText(view, await desk.timeline(view.id)));
    }
    case 'declared':
      return fine(
        answer.joined
          ? `${answer.incident} is open already; your report was added to it.`
          : `${answer.incident} is open. Its checks and calls are made by the bot that runs; without one they wait until it does.`,
      );
    case 'oncall':
      return fine(
        answer.levels.length === 0
          ? 'No escalation levels are configured.'
          : answer.levels
              .map(({ level, name, pageAtMs, people }) => {
                const when = pageAtMs === 0 ? 'at declaration' : `after ${spellDuration(pageAtMs)}`;
                return `${level} ${name}, ${when}: ${people.join(', ') || 'nobody'}`;
              })
              .join('\n'),
      );
    case 'debts':
      return fine(
        answer.debts.length === 0
          ? 'Nothing temporary is in place.'
          : answer.debts
              .map(({ incident, title, target, since, by }) => {
                return `${incident}: ${oneLine(title)} on ${oneLine(target)} since ${timestamp(since)}, ${named(by)}`;
              })
              .join('\n'),
      );
    case 'review-started':
    case 'too-late':
      throw new Error(`the terminal asks nothing that is answered with ${answer.kind}`);
  }
}

function fine(text: string): Said {
  return { text: text.endsWith('\n') ? text : `${text}\n`, exitCode: 0 };
}

function spellFault({ message, earlier, remedy }: Fault): string {
  const said =
    earlier === undefined
      ? message
      : `${message.replace(/\.$/, '')}, by ${earlier.by === undefined ? 'you' : named(earlier.by)} at ${clockTime(earlier.at)} UTC.`;
  // The same words in the terminal have no slash.
  return [said, ...(remedy === undefined ? [] : [remedy])].join(' ').replaceAll('`/acgs ', '`acgs ');
}

function spellHelp({ unknown, suggestion }: Extract<Answer, { kind: 'help' }>): Said {
  const near = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
  return { text: `There is no command "${oneLine(unknown ?? '', 80)}".${near}\n`, exitCode: 2 };
}

function spellList(incidents: readonly IncidentLine[], total: number): string {
  if (incidents.length === 0) return 'There are no incidents.';
  const more = total - incidents.length;
  return [
    ...incidents.map(({ id, title, status, verdict, headline, declaredAt }) => {
      const state = status === 'resolved' ? 'RESOLVED' : verdictWords[verdict];
      return `${id} ${state} · ${title} · ${oneLine(headline)} · declared ${timestamp(declaredAt)}`;
    }),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
}
