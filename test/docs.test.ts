// The documents must not lie: every path, link, command and key that they name exists.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { botEnvironment, botFlags } from '../scripts/bot-process.js';

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

test('the image starts the bot as `npm start` does', () => {
  const image = readFileSync('Dockerfile', 'utf8');
  const command = ['node', ...botFlags, 'src/main.ts'];
  expect(image).toContain(`CMD [${command.map((word) => `"${word}"`).join(', ')}]`);
  expect(image).toContain(`RUN ${command.join(' ')} `);
  for (const [name, value] of Object.entries(botEnvironment))
    expect(image).toMatch(new RegExp(`^ENV .*${name}=${value}\\b`, 'm'));
});

test('every test that docs/safety.md names is there, word for word', () => {
  const page = readFileSync('docs/safety.md', 'utf8');
  const named = [...page.matchAll(/`(test\/[\w./-]+\.ts)`: ((?:“[^”]+”(?:; )?)+)/g)].flatMap(
    ([, file = '', names = '']) => [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => ({ file, name })),
  );
  expect(named.length).toBeGreaterThan(40);
  // A name stands in its file as a string, perhaps after the numbers of its faults.
  const isThere = ({ file, name }: { readonly file: string; readonly name: string }) => {
    const source = readFileSync(file, 'utf8');
    return [`'${name}'`, `"${name}"`, `: ${name}'`].some((quoted) => source.includes(quoted));
  };
  expect(named.filter((one) => !isThere(one))).toEqual([]);
  // A row of the table without a proof would only be a claim.
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:threat|---)/.test(line));
  expect(rows.filter((row) => !row.includes('“'))).toEqual([]);
});

/** From the root or from the folder of the document; a bare name anywhere in the project; `*` stands for any name. */
function existsFrom(document: string, path: string): boolean {
  const from = [path, join(dirname(document), path)];
  if (!path.includes('/')) from.push(`{src,test,scripts,bin,runbooks,docs}/**/${path}`);
  return from.some((candidate) => (candidate.includes('*') ? globSync(candidate).length > 0 : existsSync(candidate)));
}
