// Runs a TypeScript file of the project under the pinned Node: `node scripts/run.js FILE [arguments]`.

import { resolve } from 'node:path';
import { ensureInstalled, root } from './install.js';
import { runToEnd } from './run-to-end.js';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: node scripts/run.js FILE [arguments]\n');
  process.exit(2);
}
await runToEnd(ensureInstalled(), [resolve(root, file), ...rest]);
