// Runs the tests under the pinned Node, names every skip with its reason, and ends with one plain line of counts.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, root } from './install.js';
import { namesServer } from './servers.js';

/** `--strict`, for CI: a skip without a reason fails, and so does one for want of a server that setup:servers installs. */
const strict = process.argv.includes('--strict');
const args = process.argv.slice(2).filter((arg) => arg !== '--strict');

const node = ensureInstalled({ toDevelop: true });
const child = spawn(
  node,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'scripts', 'test-reporter.js')}`,
    ...args,
  ],
  { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));

/** @type {import('./test-reporter.js').Outcome | undefined} */
let outcome;
child.on('message', (message) => {
  outcome = message;
});
child.on('error', (error) => {
  process.stderr.write(`The tests cannot be started: ${error.message}\n`);
  process.exit(2);
});
child.on('close', (code) => {
  const { passed, failed, skipped } = outcome ?? { passed: 0, failed: 1, skipped: [] };
  const told = tellSkips(skipped);
  const broken = strict ? told.filter(([reason]) => reason === noReason || namesServer(reason)) : [];
  for (const [reason] of broken) console.log(`Not allowed here: skipped tests (${reason})`);
  console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  process.exitCode = code || (outcome === undefined || failed > 0 || broken.length > 0 ? 1 : 0);
});

const noReason = 'no reason given';

/** Prints the skipped tests under their reasons and returns both. What -t left out is only counted. */
function tellSkips(skipped) {
  const byReason = new Map();
  for (const { name, reason = noReason } of skipped) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  for (const [reason, names] of byReason) {
    console.log(`\nSkipped, ${reason}: ${names.length}`);
    if (reason !== 'not selected by -t') for (const name of names) console.log(`  ${name}`);
  }
  if (byReason.size > 0) console.log('');
  return [...byReason];
}
