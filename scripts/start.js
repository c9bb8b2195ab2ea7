// `npm start -- [arguments]`: the bot under the pinned Node, kept small.

import { resolve } from 'node:path';
import { botEnvironment, botFlags } from './bot-process.js';
import { ensureInstalled, root } from './install.js';
import { runToEnd } from './run-to-end.js';

const args = [...botFlags, resolve(root, 'src/main.ts'), ...process.argv.slice(2)];
await runToEnd(ensureInstalled(), args, botEnvironment);
