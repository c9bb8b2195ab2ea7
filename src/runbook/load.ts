// Reads the folders of a runbook package into a library, or reports everything that is wrong with them at once.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Library, Procedure, ReviewDefinition } from '../core/runbook.ts';
import { type Catalog, inReadingOrder, type RunbookFault } from './fault.ts';
import { isMapping, type RunbookFile, readRunbookFile } from './read-file.ts';
import { resolveAlerts } from './resolve-alerts.ts';
import { type Query, type Resolving, reportQuery, resolveCheck } from './resolve-check.ts';
import { resolveProcedure } from './resolve-procedure.ts';

/** Words after `incident` that mean something else, so that no procedure can be called by them. */
const reservedNames: ReadonlySet<string> = new Set(['list', 'show']);

/**
 * Reads all `.yml` and `.yaml` files that lie directly in the folders. Names of queries, procedures and reviews are
 * shared by all of them. Nothing is loaded when anything is wrong; never rejects for what a file or folder contains.
 */
export async function loadRunbooks(
  folders: readonly string[],
  catalog: Catalog,
): Promise<
  { readonly ok: true; readonly library: Library } | { readonly ok: false; readonly faults: readonly RunbookFault[] }
> {
  const faults: RunbookFault[] = [];
  const files: RunbookFile[] = [];
  for (const folder of folders) {
    const found = await readFolder(folder);
    faults.push(...found.faults);
    files.push(...found.files);
  }
  const resolving: Resolving = { catalog, faults, ...collectQueries(files, faults) };
  for (const query of resolving.queries.values()) reportQuery(query, resolving);
  const library: Library = {
    procedures: resolveProcedures(files, resolving),
    reviews: resolveReviews(files, resolving),
    muted: resolveAlerts(files, resolving),
  };
  return faults.length === 0 ? { ok: true, library } : { ok: false, faults: inReadingOrder(faults) };
}

async function readFolder(
  folder: string,
): Promise<{ readonly files: readonly RunbookFile[]; readonly faults: readonly RunbookFault[] }> {
  let names: readonly string[];
  try {
    names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
  } catch (error) {
    return { files: [], faults: [wholeFile(folder, 'The folder cannot be read', error)] };
  }
  if (names.length === 0) {
    const remedy = 'Name a folder with runbooks in the configuration.';
    return { files: [], faults: [wholeFile(folder, 'There is no .yml file in this folder', undefined, remedy)] };
  }
  const read = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      try {
        return readRunbookFile(path, await readFile(path, 'utf8'));
      } catch (error) {
        return { faults: [wholeFile(path, 'The file cannot be read', error)] };
      }
    }),
  );
  return {
    files: read.flatMap(({ file }) => (file === undefined ? [] : [file])),
    faults: read.flatMap((result) => result.faults),
  };
}

function wholeFile(
  file: string,
  what: string,
  error: unknown,
  remedy = 'Check the path and its permissions.',
): RunbookFault {
  const why = error instanceof Error ? `: ${error.message}` : '';
  return { file, line: 1, column: 1, path: '', message: `${what}${why}.`, remedy };
}

function collectQueries(
  files: readonly RunbookFile[],
  faults: RunbookFault[],
): Pick<Resolving, 'queries' | 'queryNames'> {
  const queries = new Map<string, Query>();
  const queryNames = new Set<string>();
  for (const file of files) {
    if (file.kind !== 'queries') continue;
    const { document } = file;
    const written = isMapping(document.value) ? document.value.queries : undefined;
    for (const name of isMapping(written) ? Object.keys(written) : []) {
      const path = ['queries', name];
      if (queryNames.has(name)) faults.push(taken('query', name, document, path));
      queryNames.add(name);
      const text = file.text?.queries[name];
      if (text !== undefined) queries.set(name, { text, document, path });
    }
  }
  return { queries, queryNames };
}

function resolveProcedures(files: readonly RunbookFile[], resolving: Resolving): readonly Procedure[] {
  const words = new Set<string>();
  return files.flatMap((file) => {
    if (file.kind !== 'procedure' || file.text === undefined) return [];
    const { text, document } = file;
    const called = [
      { word: text.name, path: ['name'] },
      ...text.aliases.map((word, index) => ({ word, path: ['aliases', index] })),
    ];
    for (const { word, path } of called) {
      if (reservedNames.has(word)) {
        const message = `\`incident ${word}\` means something else already.`;
        resolving.faults.push(document.faultAt(path, message, 'Choose another word.'));
      }
      if (words.has(word)) resolving.faults.push(taken('procedure or alias', word, document, path));
      words.add(word);
    }
    const procedure = resolveProcedure(text, document, resolving);
    return procedure === undefined ? [] : [procedure];
  });
}

function resolveReviews(files: readonly RunbookFile[], resolving: Resolving): readonly ReviewDefinition[] {
  const names = new Set<string>();
  return files.flatMap((file) => {
    if (file.kind !== 'reviews' || file.text === undefined) return [];
    const { document } = file;
    return Object.entries(file.text.reviews).map(([name, review]): ReviewDefinition => {
      const path = ['reviews', name];
      if (names.has(name)) resolving.faults.push(taken('review', name, document, path));
      names.add(name);
      const ids = new Set<string>();
      const checks = review.checks.flatMap((use, index) => {
        const place = { document, path: [...path, 'checks', index] };
        const id = use.id ?? use.query;
        if (ids.has(id)) resolving.faults.push(taken('check', id, document, place.path));
        ids.add(id);
        const check = resolveCheck(use, place, resolving);
        return check === undefined ? [] : [check];
      });
      const daily = review.daily === undefined ? {} : { dailyAtMs: msAfterMidnight(review.daily) };
      return { name, title: review.title, ...daily, checks, file: document.file };
    });
  });
}

/** `09:00` */
function msAfterMidnight(timeOfDay: string): number {
  const [hours = 0, minutes = 0] = timeOfDay.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

function taken(
  what: string,
  name: string,
  document: RunbookFile['document'],
  path: readonly (string | number)[],
): RunbookFault {
  return document.faultAt(path, `There is a ${what} \`${name}\` already.`, 'Give one of them another name.', {
    onKey: true,
  });
}
