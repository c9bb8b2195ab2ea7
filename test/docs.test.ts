// The documents must not lie: every path, link, command and key that they name exists.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const documents = globSync('{*.md,docs/**/*.md,src/**/*.md,runbooks/**/*.md,deploy/**/*.md}').sort();
const scripts = Object.keys((JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object }).scripts);

/** Files that people make themselves. */
const notInTheRepository = ['config.yml'];

const folders = 'src|test|docs|scripts|runbooks|bin|bench|deploy|\\.ci';
const pathLike = new RegExp(
  `^(?:\\./)?(?:(?:${folders})/[\\w./*-]*|[\\w-]+\\.(?:md|ya?ml|json|ts|js)|Dockerfile|LICENSE)$`,
);

test('there are documents to check', () => {
  expect(documents).toContain('CONTRIBUTING.md');
});

describe.each(documents)('%s', (document) => {
  const text = readFileSync(document, 'utf8');
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');

  test('names only paths that exist', () => {
    const paths = quoted.filter((word) => pathLike.test(word) && !notInTheRepository.includes(word));
    expect(paths.filter((path) => !existsFrom(document, path))).toEqual([]);
  });

  test('links only to files that exist', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    const own = links.filter((link) => !/^[a-z]+:|^#/.test(link)).map((link) => link.replace(/#.*$/, ''));
    expect(own.filter((path) => !existsSync(join(dirname(document), path)))).toEqual([]);
  });

  test('names only commands of package.json', () => {
    const named = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map((match) => match[1] ?? '');
    const short = [...text.matchAll(/\bnpm (test|start)\b/g)].map((match) => match[1] ?? '');
    expect([...named, ...short].filter((name) => !scripts.includes(name))).toEqual([]);
  });
});

/** From the root or from the folder of the document; a bare name anywhere in the project; `*` stands for any name. */
function existsFrom(document: string, path: string): boolean {
  const from = [path, join(dirname(document), path)];
  if (!path.includes('/')) from.push(`{src,test,scripts,bin,runbooks,docs}/**/${path}`);
  return from.some((candidate) => (candidate.includes('*') ? globSync(candidate).length > 0 : existsSync(candidate)));
}
