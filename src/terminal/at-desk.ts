// The commands of `/acgs` in the terminal: the same words, the same desk, the same record; the actor is who the operating system says.

import { atTerminal } from '../core/actor.ts';
import type { Answer } from '../core/answer.ts';
import { incidentName, parseCommand } from '../core/command.ts';
import type { Desk, Request } from '../response/desk.ts';
import { type Said, spellAnswer } from './answer-text.ts';

/** What somebody typed, as it also goes to a running bot. */
export interface Typed {
  readonly words: readonly string[];
  readonly incident?: string | undefined;
  /** Their name at the operating system. */
  readonly operator: string;
}

export async function askAtDesk(desk: Desk, typed: Typed): Promise<Said> {
  const { words, incident } = withIncidentNamed(typed);
  const text = words.join(' ');
  const { kind } = parseCommand(text);
  const why = notHere[kind];
  if (why !== undefined) return { text: `${why}\n`, exitCode: 1 };
  let heard: Answer | undefined;
  const request: Request = {
    actor: atTerminal(typed.operator),
    to: { person: typed.operator },
    ...(incident === undefined ? {} : { incident }),
    hear: (answer) => {
      heard = answer;
    },
  };
  await desk.command(text, request);
  // An incident's use case that changes its card says nothing to who sees the card; here nobody sees it.
  return heard === undefined ? { text: 'Done.\n', exitCode: 0 } : spellAnswer(desk, heard);
}

const needsRights =
  'Actions are not started, approved or rejected in the terminal: who may do that stands in Slack, and nothing here proves which account is yours. ' +
  'While Slack is away, do it by hand and put it on record with `acgs timeline add TEXT`.';

/** Why some commands are Slack's alone. */
const notHere: Readonly<Partial<Record<ReturnType<typeof parseCommand>['kind'], string>>> = {
  do: needsRights,
  approve: needsRights,
  reject: needsRights,
  health: 'The health check is shown in Slack only. `acgs status` shows what is open.',
};

/** `acgs resolve INC-7 over` names it as `--incident INC-7` does: here no channel says which is meant. */
function withIncidentNamed({ words, incident }: Typed): Pick<Typed, 'words' | 'incident'> {
  if (incident !== undefined) return { words, incident: incidentName(incident) };
  const [first = '', second = '', ...rest] = words;
  const names = /^resolve$/i.test(first) && /^inc-\d+$/i.test(second);
  return names ? { words: [first, ...rest], incident: incidentName(second) } : { words };
}
