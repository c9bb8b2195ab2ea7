// `acgs audit verify`: walks every chain of the record, and holds it against heads that were posted outside.

import { readFileSync } from 'node:fs';
import { type Head, headsIn, type RecordReader, spellHead, type Verification } from '../core/audit.ts';
import type { Said } from './answer-text.ts';
import type { Means } from './means.ts';
import { readOptions } from './options.ts';
import { WrongUse } from './wrong-use.ts';

/** Exit code 0, or 1 when anything is not as it was recorded. */
export async function auditVerify(
  words: readonly string[],
  means: Pick<Means, 'askBot' | 'openRecord' | 'out'>,
): Promise<number> {
  const { values, positionals } = readOptions(words, {
    config: { type: 'string' },
    head: { type: 'string', multiple: true },
    heads: { type: 'string' },
  });
  // A pasted line is taken as it is, in quotes or without.
  const heads = [
    ...headsOf([...(values.head ?? []), ...positionals].join(' '), 'what was given'),
    ...inFile(values.heads),
  ];
  const { text, exitCode } =
    (await means.askBot(values.config, { audit: heads })) ??
    (await verifyHere(await means.openRecord(values.config), heads));
  means.out(text);
  return exitCode;
}

async function verifyHere(record: RecordReader, heads: readonly Head[]): Promise<Said> {
  try {
    return verificationSaid(await record.verify(heads), heads.length);
  } finally {
    await record.close();
  }
}

export function verificationSaid(verification: Verification, heads: number): Said {
  return { text: spellVerification(verification, heads), exitCode: verification.faults.length === 0 ? 0 : 1 };
}

function inFile(path: string | undefined): readonly Head[] {
  if (path === undefined) return [];
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new WrongUse(`The file of heads cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (text.trim() === '') throw new WrongUse(`There is no head in ${path}.`);
  return headsOf(text, path);
}

/** Whoever gives something to compare must not hear "fine" because nothing was read out of it. */
function headsOf(text: string, where: string): readonly Head[] {
  const heads = headsIn(text);
  if (heads.length === 0 && text.trim() !== '')
    throw new WrongUse(
      `There is no head in ${where}. A head is STREAM:NUMBER:HASH, for example INC-7:12: and 64 hexadecimal digits.`,
    );
  return heads;
}

function spellVerification({ streams, events, erased, faults, unmet }: Verification, heads: number): string {
  const walked = `${counted(events, 'event')} in ${counted(streams, 'stream')}`;
  const gone =
    erased === 0 ? [] : [`${counted(erased, 'private text or file', 'private texts or files')} erased, on record.`];
  if (faults.length === 0) {
    const compared =
      heads === 0
        ? [noHeads]
        : [`All ${counted(heads, 'head')} that you gave ${heads === 1 ? 'is' : 'are'} in the record.`];
    return lines(`The record holds: ${walked}, every hash fits.`, ...gone, ...compared);
  }
  const shown = faults.map(({ stream, seq, why }) => `  ${stream} #${seq}: ${why}`);
  const notMet = unmet.map(({ head, why }) => `  ${spellHead(head)}\n    ${why}`);
  return lines(
    `BROKEN · ${counted(faults.length, 'stream')} not as recorded · ${walked} looked at`,
    'The first bad event of each:',
    ...shown,
    ...gone,
    ...(notMet.length === 0 ? [] : ['Heads that were posted and are not in the record:', ...notMet]),
    'Keep the store as it is and take a copy; docs/audit.md says what to do.',
  );
}

const noHeads =
  'Whether a tail was cut cannot be seen from the inside: give the heads that were posted outside with --head, or --heads FILE.';

function counted(amount: number, thing: string, things = `${thing}s`): string {
  return `${amount} ${amount === 1 ? thing : things}`;
}

function lines(...texts: readonly string[]): string {
  return `${texts.join('\n')}\n`;
}
