// `acgs audit export`: the record as JSON Lines, so that another program can check its chains.

import { createWriteStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StoredEvent } from '../core/audit.ts';
import { incidentName } from '../core/command.ts';
import type { Means } from './means.ts';
import { readOptions } from './options.ts';
import { WrongUse } from './wrong-use.ts';

/** Writes event after event as the reader takes them; nothing but a page of them is held. */
export async function auditExport(words: readonly string[], means: Means): Promise<0> {
  const { values, positionals } = readOptions(words, {
    config: { type: 'string' },
    incident: { type: 'string' },
    out: { type: 'string' },
  });
  if (positionals.length > 0)
    throw new WrongUse(`"${positionals[0]}" was not expected; name the incident with --incident.`);
  const stream = values.incident === undefined ? undefined : incidentName(values.incident);
  const record = await means.openRecord(values.config);
  let events = 0;
  async function* exported(): AsyncGenerator<string> {
    for await (const event of record.events(stream)) {
      events += 1;
      yield `${exportLine(event)}\n`;
    }
  }
  try {
    await pipeline(Readable.from(exported()), values.out === undefined ? means.output() : newFile(values.out));
  } catch (error) {
    // Whoever reads it has seen enough.
    if (values.out === undefined && codeOf(error) === 'EPIPE') return 0;
    throw explained(error, values.out);
  } finally {
    await record.close();
  }
  if (events === 0 && stream !== undefined) throw new WrongUse(`There is no incident ${stream} in the record.`);
  means.complain(`${events} event${events === 1 ? '' : 's'} exported; docs/audit.md says how to check them.\n`);
  return 0;
}

/** The first eight members are what is hashed, in the form that docs/audit.md gives. */
export function exportLine({ texts, ...event }: StoredEvent): string {
  const { stream, seq, at, recordedAt, actor, type, data, prevHash, hash } = event;
  return JSON.stringify({
    ...{ stream, seq, at, recordedAt, actor, type, data, prevHash, hash },
    time: new Date(at).toISOString(),
    private: texts.map(({ row, digest, salt, text, lost }) => {
      if (lost === true) return { row, digest, lost };
      return text === undefined ? { row, digest, erased: true } : { row, digest, salt, text };
    }),
  });
}

/** Words of people are in it: for its owner only, and never over something that is there. */
function newFile(path: string): Writable {
  return createWriteStream(path, { flags: 'wx', mode: 0o600 });
}

function explained(error: unknown, path: string | undefined): unknown {
  const code = codeOf(error);
  if (path === undefined || code === undefined) return error;
  if (code === 'EEXIST') return new WrongUse(`${path} is there already, and is not written over.`);
  return /^E[A-Z]+$/.test(code) && code !== 'ECONNREFUSED'
    ? new WrongUse(`${path} cannot be written: ${code}.`)
    : error;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
