// The fast checks, no servers: format and lint, types, architecture, runbooks and docs, unused code. Says what failed.

import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { ensureInstalled, root } from './install.js';

const node = ensureInstalled({ toDevelop: true });
const programs = join(root, 'node_modules', '.bin');

const checks = [
  ['format and lint', ['biome', 'check']],
  ['types', ['tsc', '-p', '.']],
  [
    'architecture, runbooks, docs, manifest, faults',
    [
      'vitest',
      'run',
      '--reporter=dot',
      ...['architecture', 'runbooks', 'docs', 'manifest', 'faults'].map((name) => `test/${name}.test.ts`),
    ],
  ],
  ['unused code', ['knip']],
];

const failed = [];
for (const [name, [program, ...args]] of checks) {
  const { code, output } = await run(program, args);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (code === 0) continue;
  failed.push(name);
  console.log(output);
}
if (failed.length > 0) console.log(`Failed: ${failed.join('; ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

/** The programs start with `#!/usr/bin/env node`, so the pinned Node goes first on their PATH. */
function run(program, args) {
  return new Promise((done) => {
    const PATH = [join(node, '..'), programs, process.env.PATH].join(delimiter);
    const child = spawn(join(programs, program), args, { cwd: root, env: { ...process.env, PATH } });
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    const finish = (code) => done({ code, output: Buffer.concat(chunks).toString() });
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      finish(1);
    });
    child.on('close', finish);
  });
}
