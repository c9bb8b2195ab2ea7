#!/usr/bin/env node
// Starts the terminal face on the pinned Node 24; any Node from 20 on can start this file.

import { resolve } from 'node:path';
import { ensureInstalled, root } from '../scripts/install.js';
import { runToEnd } from '../scripts/run-to-end.js';

await runToEnd(ensureInstalled(), [resolve(root, 'src/terminal/main.ts'), ...process.argv.slice(2)]);
