// The project's own source files with what they import, for the tests that hold the house to its rules.

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Without comments; strings stay. */
  readonly code: string;
  /** Our own files as paths from the root, packages by their name (`@slack/bolt`, `node:fs`). */
  readonly imports: readonly string[];
}

export function sourceFiles(pattern: string): readonly SourceFile[] {
  return globSync(pattern)
    .map((found) => found.split(sep).join('/'))
    .sort()
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      return { path, text, code: withoutComments(text), imports: importsOf(path, text) };
    });
}

const importForms = [
  /^(?:import|export)\s(?:[^'";]*?\sfrom\s)?'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'\s*\)/g,
  /\bimport\.meta\.resolve\([`']([^'`$]+)/g,
  /\brequire(?:\.resolve)?\(\s*'([^']+)'/g,
];

function importsOf(path: string, text: string): readonly string[] {
  const named = importForms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1] ?? ''));
  return [...new Set(named.map((name) => (name.startsWith('.') ? ownFile(path, name) : packageName(name))))];
}

function ownFile(from: string, name: string): string {
  return normalize(join(dirname(from), name))
    .split(sep)
    .join('/');
}

function packageName(name: string): string {
  if (name.startsWith('node:')) return name;
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}

/** Good enough for rules: a string that holds `//` after a space is cut as well. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
