// `acgs audit erase`: erases words of an event, or a person's id, after somebody has seen what goes and confirmed it.

import { atTerminal } from '../core/actor.ts';
import type { Erasable, ErasureTarget, Found } from '../core/audit.ts';
import { incidentName } from '../core/command.ts';
import type { Means } from './means.ts';
import { oneLine } from './one-line.ts';
import { readOptions } from './options.ts';
import { WrongUse } from './wrong-use.ts';

/** Exit code 0 also when there was nothing to erase, so that it can be run again; 1 when something has to stay, or nobody confirmed. */
export async function auditErase(words: readonly string[], means: Means): Promise<0 | 1> {
  const { values, positionals } = readOptions(words, {
    config: { type: 'string' },
    event: { type: 'string' },
    person: { type: 'string' },
    yes: { type: 'boolean', default: false },
  });
  if (positionals.length > 0) throw new WrongUse(`"${positionals[0]}" was not expected.`);
  const target = targetOf(values.event, values.person);
  const eraser = await means.openEraser(values.config);
  try {
    const found = await eraser.find(target);
    const free = found.streams.filter(({ kept }) => kept === undefined);
    means.out(spellFound(target, found));
    if (free.length === 0) return found.streams.length === 0 ? 0 : 1;
    const answer = values.yes ? 'erase' : await means.ask('Type "erase" to erase it for good: ');
    if (answer?.trim() !== 'erase') {
      const why = answer === undefined ? ': nobody can confirm it here, and --yes was not given' : '';
      means.out(`Nothing was erased${why}.\n`);
      return 1;
    }
    const streams = await eraser.erase(target, atTerminal(means.operator));
    means.out(`Erased, and recorded as done by ${means.operator}: ${streams.join(', ')}.\n${elsewhere}\n`);
    return free.length === found.streams.length ? 0 : 1;
  } finally {
    await eraser.close();
  }
}

const elsewhere =
  'Slack keeps what was posted, and backups keep what was in them: notes, files of reports and direct messages are to be deleted there.';

function targetOf(event: string | undefined, id: string | undefined): ErasureTarget {
  if ((event === undefined) === (id === undefined))
    throw new WrongUse('Give either --event INC-7:12 or --person U0123.');
  if (id !== undefined) {
    if (id.trim().length < 3)
      throw new WrongUse(`"${id}" is no id of a person; it is for example U0123ABC or os:rita.`);
    return { kind: 'person', id: id.trim() };
  }
  const [, stream, seq] = /^([^\s:]+):(\d{1,9})$/.exec(event ?? '') ?? [];
  if (stream === undefined) throw new WrongUse(`"${event}" names no event; write for example INC-7:12.`);
  return { kind: 'words', stream: /^(?:inc-)?\d+$/i.test(stream) ? incidentName(stream) : stream, seq: Number(seq) };
}

export function spellFound(target: ErasureTarget, { streams, mentions }: Found): string {
  const lines: string[] = [];
  const free = streams.filter(({ kept }) => kept === undefined);
  if (streams.length === 0) {
    lines.push(
      target.kind === 'person'
        ? `Nothing to erase: ${target.id} stands nowhere in the record.`
        : `Nothing to erase: ${target.stream} #${target.seq} holds no words of a person.`,
    );
  }
  if (free.length > 0) lines.push(target.kind === 'person' ? `The id ${target.id} goes from:` : 'These words go:');
  lines.push(...free.flatMap(spellPlace));
  for (const { stream, kept } of streams) if (kept !== undefined) lines.push(`${stream} stays as it is: ${kept}.`);
  if (mentions.length > 0) {
    const where = mentions.map(({ stream, seq }) => `${stream}:${seq}`).join(', ');
    lines.push(`The words of these events name the id, and stay; look at them, and erase them with --event: ${where}.`);
  }
  return `${lines.join('\n')}\n`;
}

function spellPlace({ stream, events, files }: Erasable): readonly string[] {
  const quoting = Object.entries(Object.groupBy(files, (kind) => kind)).map(
    ([kind, all]) =>
      `  and ${all?.length} kept ${all?.length === 1 ? 'file' : 'files'} of kind ${kind}, which may quote it`,
  );
  return [
    ...events.flatMap(({ seq, type, words }) => [
      `  ${stream} #${seq} ${type}`,
      ...words.map((text) => `    “${oneLine(text)}”`),
    ]),
    ...quoting,
  ];
}
