// `npm start -- [arguments]`: the bot under the pinned Node, kept small.

import { botArguments, botEnvironment } from './bot-process.js';
import { ensureInstalled } from './install.js';
import { runToEnd } from './run-to-end.js';

await runToEnd(ensureInstalled(), botArguments(...process.argv.slice(2)), botEnvironment);
